import type { KubeObject } from '../api/kube.ts';
import { type Draft, withCount, withEvent } from './draft.ts';

/** One event for all pods (or Services) made or deleted at once: a job of a thousand pods is no reason for a thousand. */
export function tellChildren(draft: Draft, made: readonly KubeObject[], removed: readonly KubeObject[]): Draft {
  const told = withEvent(
    draft,
    ...eventFor('Created', made, 'Pod'),
    ...eventFor('Created', made, 'Service'),
    ...eventFor('Deleted', removed, 'Pod'),
    ...eventFor('Deleted', removed, 'Service'),
    ...eventFor('Deleted', removed, 'PodGroup'),
  );
  const counters: readonly (readonly [string, readonly KubeObject[], string])[] = [
    ['created_pods_total', made, 'Pod'],
    ['deleted_pods_total', removed, 'Pod'],
    ['succeeded_service_creation_total', made, 'Service'],
    ['deleted_pod_groups_total', removed, 'PodGroup'],
  ];
  return counters.reduce(
    (sum, [counter, objects, kind]) => withCount(sum, counter, ofKind(objects, kind).length),
    told,
  );
}

const ofKind = (objects: readonly KubeObject[], kind: string) => objects.filter((object) => object.kind === kind);

const WORDS = { Created: 'SuccessfulCreate', Deleted: 'SuccessfulDelete' } as const;

/** More names than this are counted instead. */
const NAMED = 10;

function eventFor(verb: keyof typeof WORDS, objects: readonly KubeObject[], kind: string) {
  const names = ofKind(objects, kind)
    .map((object) => object.metadata.name ?? '')
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  if (names.length === 0) return [];
  const listed = names.slice(0, NAMED).join(', ');
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const noun = `${kind === 'PodGroup' ? kind : kind.toLowerCase()}${names.length > 1 ? 's' : ''}`;
  return [{ type: 'Normal' as const, reason: `${WORDS[verb]}${kind}`, message: `${verb} ${noun}: ${listed}${more}` }];
}

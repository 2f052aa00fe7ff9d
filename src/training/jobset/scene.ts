import type { JobSet } from '../../api/jobset.ts';
import { type KubeObject, keyOf } from '../../api/kube.ts';
import type { Observed } from '../../runtime/domain.ts';
import type { Instant } from '../../runtime/environment.ts';
import type { Pod } from '../pod-state.ts';
import { type Roster, rosterOf } from './roster.ts';
import { type JobGroup, resolveJobSet } from './set.ts';

/** Everything that one plan for a JobSet looks at. */
export interface Scene {
  readonly set: JobGroup;
  readonly children: readonly KubeObject[];
  readonly roster: Roster;
  /** Pods of Jobs that have not ended, or are on their way out. */
  readonly pods: readonly Pod[];
  /** Their nodes. */
  readonly nodes: readonly KubeObject[];
  /** Services and claims, by the names that this set uses, whoever made them. */
  readonly namesakes: readonly KubeObject[];
  readonly now: Instant;
}

/** The keys of what a scene looks up. */
export const LOOKUPS = { services: 'services', claims: 'claims', pods: 'pods', nodes: 'nodes' } as const;

export function sceneOf({ object, children, lookups }: Observed<JobSet>, now: Instant): Scene {
  const set = resolveJobSet(object);
  return {
    set,
    children,
    roster: rosterOf(children, set.status),
    pods: (lookups[LOOKUPS.pods] ?? []) as readonly Pod[],
    nodes: lookups[LOOKUPS.nodes] ?? [],
    namesakes: [...(lookups[LOOKUPS.services] ?? []), ...(lookups[LOOKUPS.claims] ?? [])],
    now,
  };
}

/**
 * Whether the set may use an object of this name: its own or anybody's, but not one that is on its way out, nor what an
 * earlier set of the same name left behind.
 */
export function isThere({ set, children, namesakes }: Scene, wanted: KubeObject): boolean {
  return [...children, ...namesakes].some(
    ({ kind, metadata }) =>
      kind === wanted.kind &&
      keyOf(metadata) === keyOf(wanted.metadata) &&
      metadata.deletionTimestamp === undefined &&
      !metadata.ownerReferences?.some(
        (owner) => owner.kind === 'JobSet' && owner.name === set.name && owner.uid !== set.uid,
      ),
  );
}

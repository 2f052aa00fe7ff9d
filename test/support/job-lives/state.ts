import { isObject, type JsonObject } from '../../../src/api/json.ts';
import type { KubeObject } from '../../../src/api/kube.ts';

/** Everything that is there of one Job. */
export interface Seen {
  readonly job: KubeObject | undefined;
  readonly pods: readonly KubeObject[];
  readonly events: readonly KubeObject[];
}

const SUFFIX = /(life(?:-\d+)?)-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g;
const UID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

/** What two clusters have in common: no drawn names, identities, times or versions. */
export function stateOf({ job, pods, events }: Seen): JsonObject {
  return {
    job: job && {
      status: plain(job.status),
      deleting: job.metadata.deletionTimestamp !== undefined,
      finalizers: job.metadata.finalizers ?? [],
      labels: plain(job.metadata.labels ?? {}),
      generation: job.metadata.generation,
    },
    pods: pods
      .map(podState)
      .map((pod) => JSON.stringify(pod))
      .sort(),
    events: eventCounts(events),
  };
}

function podState({ metadata, spec, status }: KubeObject): JsonObject {
  const { hostname, containers } = spec as { hostname?: string; containers: readonly { env?: unknown }[] };
  const { phase } = status as { phase?: string };
  return {
    name: masked(metadata.name ?? ''),
    base: metadata.generateName,
    labels: sorted(plain(metadata.labels ?? {})),
    annotations: sorted(plain(metadata.annotations ?? {})),
    finalizers: metadata.finalizers ?? [],
    owners: (metadata.ownerReferences ?? []).map(({ kind, name, controller, blockOwnerDeletion }) => ({
      kind,
      name,
      controller,
      blockOwnerDeletion,
    })),
    deleting: metadata.deletionTimestamp !== undefined,
    hostname,
    env: containers.map(({ env }) => env ?? []),
    phase,
  };
}

/** How often what was said. */
function eventCounts(events: readonly KubeObject[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const event of events) {
    const { type, reason, message, count, source, reportingComponent } = event as unknown as JsonObject;
    const said = masked(`${type} ${reason} ${message} ${JSON.stringify(source)} ${reportingComponent}`);
    counts.set(said, (counts.get(said) ?? 0) + Number(count ?? 1));
  }
  return [...counts].map(([said, count]) => `${count} x ${said}`).sort();
}

const TIMES = /Time$/;

function plain(value: unknown, key = ''): unknown {
  if (TIMES.test(key)) return '<time>';
  if (typeof value === 'string') return masked(value);
  if (Array.isArray(value)) return value.map((item) => plain(item));
  if (!isObject(value)) return value;
  return sorted(Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item, name)])));
}

const sorted = (value: unknown): JsonObject =>
  Object.fromEntries(Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1)));

const masked = (text: string): string =>
  text
    .replace(SUFFIX, '$1-*')
    .replace(UID, '<uid>')
    .replace(/l-[a-z0-9]+-\d+\//g, '<ns>/');

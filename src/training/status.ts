import type { JobStatus, ReplicaStatus } from '../api/job.ts';
import type { Instant } from '../runtime/environment.ts';
import type { Draft } from './draft.ts';
import { selectorText, typeLabels } from './ownership.ts';
import { countOf, lastChange, type Tally } from './pod-state.ts';
import type { Scene } from './scene.ts';

/**
 * Pods of one job start and end within moments of each other. Counts alone are therefore written only once the pods have
 * been quiet for this long, in milliseconds; along with a change of the conditions they are written at once. So a
 * job's life costs three status writes, however many pods it has.
 */
export const SETTLE_MS = 10_000;

/** Brings `replicaStatuses` up to date, now or when the pods have settled. */
export function recordCounts(scene: Scene, draft: Draft): Draft {
  const counted = withCounts(scene, draft.status, scene.tally);
  if (sameCounts(counted, draft.status)) return draft;
  if (draft.status !== scene.job.status) return { ...draft, status: counted };
  const settled = settledAt(scene);
  if (scene.now >= settled) return { ...draft, status: counted };
  return { ...draft, wakes: [...draft.wakes, settled] };
}

/** When the pods, as they are now, have been quiet for long enough. */
export const settledAt = (scene: Scene): Instant => Math.max(0, ...scene.roster.pods.map(lastChange)) + SETTLE_MS;

/** The status with these counts; selectors for the scale subresource and restart counts stay. */
export function withCounts(scene: Scene, status: JobStatus, tally: Tally): JobStatus {
  const failed = scene.kind.extension?.failed(scene) ?? {};
  const entries = scene.job.replicas.map(({ type }): [string, ReplicaStatus] => [
    type,
    {
      ...nonZero({ ...countOf(tally, type), ...(type in failed && { failed: failed[type] ?? 0 }) }),
      active: countOf(tally, type).active,
      selector: selectorText(typeLabels(scene.kind, scene.job, type)),
      ...keptRestarts(status.replicaStatuses?.[type]),
    },
  ]);
  return { ...status, replicaStatuses: Object.fromEntries(entries) };
}

const keptRestarts = (status: ReplicaStatus | undefined): Pick<ReplicaStatus, 'restarts'> =>
  status?.restarts ? { restarts: status.restarts } : {};

const nonZero = (count: { readonly succeeded: number; readonly failed: number }): Partial<ReplicaStatus> => ({
  ...(count.succeeded > 0 ? { succeeded: count.succeeded } : {}),
  ...(count.failed > 0 ? { failed: count.failed } : {}),
});

function sameCounts(a: JobStatus, b: JobStatus): boolean {
  const [left, right] = [a.replicaStatuses ?? {}, b.replicaStatuses ?? {}];
  const types = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...types].every((type) =>
    (['active', 'succeeded', 'failed', 'selector', 'restarts'] as const).every(
      (field) => (left[type]?.[field] ?? 0) === (right[type]?.[field] ?? 0),
    ),
  );
}

/** On success, pods that still run are taken to have done their part. */
export const allDone = (tally: Tally): Tally =>
  Object.fromEntries(
    Object.entries(tally).map(([type, count]) => [
      type,
      { active: 0, succeeded: count.succeeded + count.active, failed: count.failed },
    ]),
  );

/** No pod counts while a job is suspended. */
export const noneActive = (tally: Tally): Tally =>
  Object.fromEntries(Object.entries(tally).map(([type, count]) => [type, { ...count, active: 0, failed: 0 }]));

import type { JobStatus } from '../api/job.ts';
import { nextAttempt } from './attempt.ts';
import { type Draft, reasonOf, withCondition, withEvent, withJobCount } from './draft.ts';
import { exitCodeOf, type TakenSeat, uncounted } from './failure.ts';
import { recordFailure } from './failure-record.ts';
import type { Loss } from './losses.ts';
import { isDisrupted } from './pod-state.ts';
import type { Scene } from './scene.ts';

/**
 * Counts the pods that failed and are to be replaced, each by its UID exactly once. The status that says so must be
 * written before they are deleted, or a crash between would lose the count.
 */
export function recordRestarts(scene: Scene, draft: Draft): Draft {
  const fresh = uncounted(scene, draft.status);
  const first = fresh[0];
  if (!first) return draft;
  const message = `job ${scene.job.name} is restarting because ${first.type} replica(s) failed.`;
  const recorded = recordFailure(scene, draft, fresh.map(lossOf), fresh.some(isCounted));
  const counted: Draft = { ...recorded, status: nextAttempt(countRestarts(scene, recorded.status, fresh)) };
  const restarting = withCondition(counted, scene, 'Restarting', message);
  const told = withEvent(restarting, ...exitEvents(fresh), {
    type: 'Warning',
    reason: reasonOf(scene, 'Restarting'),
    message,
  });
  return withJobCount(told, scene, 'training_operator_jobs_restarted_total', fresh.length);
}

function countRestarts(scene: Scene, status: JobStatus, fresh: readonly TakenSeat[]): JobStatus {
  const present = new Set(scene.roster.pods.map((pod) => pod.metadata.uid));
  const kept = (status.replacedPods ?? []).filter((uid) => present.has(uid));
  const replicaStatuses = { ...status.replicaStatuses };
  for (const { type, pod } of fresh) {
    if (!isCounted({ pod })) continue;
    const replica = replicaStatuses[type] ?? {};
    replicaStatuses[type] = { ...replica, restarts: (replica.restarts ?? 0) + 1 };
  }
  return { ...status, replicaStatuses, replacedPods: [...kept, ...fresh.map(({ pod }) => pod.metadata.uid ?? '')] };
}

/** What the cluster took away costs nothing. */
const isCounted = ({ pod }: Pick<TakenSeat, 'pod'>): boolean => !isDisrupted(pod);

const lossOf = (seat: TakenSeat): Loss => ({ seat, pod: seat.pod, cause: isCounted(seat) ? 'failed' : 'disrupted' });

export function exitEvents(seats: readonly TakenSeat[]) {
  return seats.flatMap(({ replica, pod }) => {
    const code = exitCodeOf(replica, pod);
    if (code === undefined) return [];
    const message = `Pod: ${pod.metadata.namespace}.${pod.metadata.name} exited with code ${code}`;
    return [{ type: 'Normal' as const, reason: 'ExitedWithCode', message }];
  });
}

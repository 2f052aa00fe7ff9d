import type { JobStatus } from '../api/job.ts';
import type { Instant } from '../runtime/environment.ts';
import { attemptDue, nextAttempt, restartsWhole, withoutCounts } from './attempt.ts';
import { type Draft, reasonOf, withCondition, withEvent, withJobCount } from './draft.ts';
import { recordFailure } from './failure-record.ts';
import { isExcused, lossesOf } from './losses.ts';
import { doublingPause } from './pause.ts';
import { exitEvents } from './restarts.ts';
import type { Scene } from './scene.ts';

/** The second attempt begins at once; before each further one there is a pause, twice as long each time. */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 300_000;

/**
 * Begins the next attempt of a job that restarts as a whole when a pod of this one is lost. The status that says so must
 * be written before any pod is deleted: from then on the pods of this attempt count for nothing, so that however often
 * the controller dies, an attempt is counted once.
 * @returns nothing when there is nothing to restart
 */
export function recordGangRestart(scene: Scene, draft: Draft): Draft | undefined {
  const { job, now } = scene;
  if (!restartsWhole(job)) return undefined;
  const losses = lossesOf(scene);
  const first = losses[0];
  if (!first) return undefined;
  const counted = !isExcused(losses);
  const told = recordFailure(scene, draft, losses, counted);
  const next = counted ? afterFailure(told.status, now) : nextAttempt(withoutCounts(told.status));
  const word = counted ? 'failed' : 'were lost';
  const message = `job ${job.name} is restarting because ${first.seat.type} replica(s) ${word}.`;
  const restarting = withCondition({ ...told, status: next }, scene, 'Restarting', message);
  const failed = losses.flatMap(({ seat, pod, cause }) => (pod && cause === 'failed' ? [{ ...seat, pod }] : []));
  const event = { type: 'Warning', reason: reasonOf(scene, 'Restarting'), message } as const;
  return withJobCount(
    withEvent(restarting, ...exitEvents(failed), event),
    scene,
    'training_operator_jobs_restarted_total',
  );
}

/** The status with the next attempt begun after one that counts, and with the pause before it. */
export function afterFailure(status: JobStatus, now: Instant): JobStatus {
  const pause = pauseAfter((status.attempt?.failures ?? 0) + 1);
  return nextAttempt(withoutCounts(status), { counted: true, ...(pause > 0 && { notBefore: now + pause }) });
}

const pauseAfter = (failures: number): number =>
  failures < 2 ? 0 : doublingPause(failures - 1, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);

/** Pods of an attempt are made together, and only when no pod of an earlier one is left: no attempt mixes two. */
export const mayMakePods = (scene: Scene): boolean =>
  scene.stale.length === 0 && scene.now >= attemptDue(scene.job.status);

export const attemptWakes = (scene: Scene): readonly Instant[] => {
  const due = attemptDue(scene.job.status);
  return due > scene.now ? [due] : [];
};

/** Whether one failure more is too many for a job that restarts as a whole. */
export function exceedsAttempts(scene: Scene, limit: number): boolean {
  const losses = lossesOf(scene);
  if (losses.length === 0 || isExcused(losses)) return false;
  return (scene.job.status.attempt?.failures ?? 0) + 1 > limit;
}

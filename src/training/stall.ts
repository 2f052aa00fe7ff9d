import type { JobStatus } from '../api/job.ts';
import { phaseOf } from '../api/pod-phase.ts';
import type { Instant } from '../runtime/environment.ts';
import { attemptNumber, restartsWhole } from './attempt.ts';
import { type Draft, reasonOf, withCondition, withEvent, withJobCount } from './draft.ts';
import type { Verdict } from './failure.ts';
import { afterFailure } from './gang-restart.ts';
import { isTerminating, type Pod } from './pod-state.ts';
import type { Scene } from './scene.ts';

/** The reason of an end, and of an event: the programs run, and report nothing any more. */
export const PROGRESS_STALLED = 'ProgressStalled';

/**
 * When a job has hung: `progressDeadlineSeconds` after its last report, if that came from the programs that run now. All of
 * them have to run, so that neither a start nor a restart, which may take its time, is taken for a hang; and somebody has
 * to have listened.
 */
function stallDue(scene: Scene): Instant | undefined {
  const { job, kind, roster } = scene;
  const { progress } = scene.options;
  const { progressDeadlineSeconds } = job.runPolicy;
  const { lastProgressTime } = job.status;
  if (!progress || progressDeadlineSeconds === undefined || lastProgressTime === undefined) return undefined;
  const pods = roster.seats.map(({ pod }) => pod);
  if (!pods.every(isAtWork)) return undefined;
  const reported = Date.parse(lastProgressTime);
  const all = [...pods, ...(kind.extension?.foreignPods(scene) ?? [])];
  if (reported < Math.max(...all.map(startOf))) return undefined;
  return Math.max(reported, progress.since ?? 0) + progressDeadlineSeconds * 1000;
}

const isAtWork = (pod: Pod | undefined): pod is Pod =>
  pod !== undefined &&
  !isTerminating(pod) &&
  (phaseOf(pod) === 'Succeeded' ||
    (phaseOf(pod) === 'Running' && !pod.status?.containerStatuses?.some(({ state }) => state?.waiting)));

/** When a pod was made, or the last of its containers started. */
function startOf({ metadata, status }: Pod): Instant {
  const starts = (status?.containerStatuses ?? []).map(({ state }) => state?.running?.startedAt);
  return Math.max(...[metadata.creationTimestamp, ...starts].map((time) => (time ? Date.parse(time) : 0)));
}

const hasStalled = (scene: Scene): boolean => scene.now >= (stallDue(scene) ?? Number.POSITIVE_INFINITY);

/** When the next look at a job that may hang is due. */
export function stallWakes(scene: Scene): readonly Instant[] {
  const due = stallDue(scene);
  return due !== undefined && due > scene.now ? [due] : [];
}

/** A hang is final unless the job restarts as a whole: what hangs are programs that wait for each other. */
export function judgeStall(scene: Scene, status: JobStatus): Verdict | undefined {
  if (!hasStalled(scene)) return undefined;
  const { backoffLimit = Number.POSITIVE_INFINITY } = scene.job.runPolicy;
  const final = !mayRestart(scene);
  const exhausted = (status.attempt?.failures ?? 0) + 1 > backoffLimit;
  if (!final && !exhausted) return undefined;
  const limit = final ? '' : ', and it has reached the specified backoff limit';
  return {
    type: 'Failed',
    reason: PROGRESS_STALLED,
    message: `Job ${scene.job.name} has failed because it ${silence(scene)}${limit}`,
  };
}

const mayRestart = ({ job }: Scene): boolean =>
  restartsWhole(job) && job.replicas.every(({ restartPolicy }) => restartPolicy !== 'Never');

const silence = ({ job }: Scene): string =>
  `has reported no progress for ${job.runPolicy.progressDeadlineSeconds} s (the last report came at ${job.status.lastProgressTime})`;

/** Begins the next attempt of a job that hangs. @returns nothing when it does not */
export function recordStall(scene: Scene, draft: Draft): Draft | undefined {
  if (!hasStalled(scene)) return undefined;
  const status = afterFailure(draft.status, scene.now);
  const message = `job ${scene.job.name} is restarting because it ${silence(scene)}.`;
  const restarting = withCondition({ ...draft, status }, scene, 'Restarting', message);
  const told = withEvent(
    restarting,
    {
      type: 'Warning',
      reason: PROGRESS_STALLED,
      message: `attempt ${attemptNumber(scene.job.status)} ${silence(scene)}`,
    },
    { type: 'Warning', reason: reasonOf(scene, 'Restarting'), message },
  );
  return withJobCount(told, scene, 'training_operator_jobs_restarted_total');
}

import { isIndexed, type Job } from '../../../api/batch.ts';
import { phaseOf } from '../../../api/pod-phase.ts';
import { type BackoffRecord, countedFailuresOf, failuresOf, nextRecord } from './backoff.ts';
import { matchFailure } from './failure-policy.ts';
import { has, type Intervals, parseIntervals, total, withIndexes } from './intervals.ts';
import {
  finishTime,
  indexOf,
  isActive,
  isFailed,
  isReady,
  isTerminating,
  isTracked,
  type JobPod,
  validIndexOf,
} from './pods.ts';

/** What is to be seen of a Job at one moment. */
export interface Look {
  readonly job: Job;
  readonly pods: readonly JobPod[];
  readonly active: readonly JobPod[];
  readonly ready: number;
  readonly terminating: number;
  /** Pods that ended, counted or not. */
  readonly succeeded: number;
  readonly failed: number;
  readonly backoff: BackoffRecord;
  /** UIDs that the status holds as not counted yet. */
  readonly uncounted: { readonly succeeded: ReadonlySet<string>; readonly failed: ReadonlySet<string> };
  readonly indexes?: Indexes;
}

/** How the indexes of an Indexed Job stand. */
export interface Indexes {
  /** As the status has them. */
  readonly known: Intervals;
  readonly succeeded: Intervals;
  /** Only with a limit for each index. */
  readonly failed?: Intervals;
  /** Failed pods that stay until their index has another, which takes over the count of failures. */
  readonly replaced: ReadonlyMap<number, JobPod>;
}

export function lookAt(job: Job, pods: readonly JobPod[], known: BackoffRecord): Look {
  const { status = {}, spec } = job;
  const active = pods.filter(isActive);
  const uncounted = {
    succeeded: new Set(status.uncountedTerminatedPods?.succeeded),
    failed: new Set(status.uncountedTerminatedPods?.failed),
  };
  const counts = (pod: JobPod) => isTracked(pod) && (!isIndexed(spec) || validIndexOf(pod, job) !== undefined);
  const fresh = (seen: ReadonlySet<string>, ended: (pod: JobPod) => boolean) =>
    pods.filter((pod) => counts(pod) && !seen.has(pod.metadata.uid) && ended(pod));
  const newSucceeded = fresh(uncounted.succeeded, (pod) => phaseOf(pod) === 'Succeeded');
  const newFailed = fresh(uncounted.failed, (pod) => isFailed(pod, job));
  const blamed = newFailed.filter((pod) => matchFailure(spec.podFailurePolicy, pod).counts);
  const indexes = isIndexed(spec) ? indexesOf(job, pods, active) : undefined;
  return {
    job,
    pods,
    active,
    ready: active.filter(isReady).length,
    terminating: pods.filter(isTerminating).length,
    succeeded: indexes
      ? total(indexes.succeeded)
      : (status.succeeded ?? 0) + newSucceeded.length + uncounted.succeeded.size,
    failed: (status.failed ?? 0) + blamed.length + uncounted.failed.size,
    backoff: nextRecord(known, newSucceeded, newFailed),
    uncounted,
    ...(indexes && { indexes }),
  };
}

function indexesOf(job: Job, pods: readonly JobPod[], active: readonly JobPod[]): Indexes {
  const { status = {}, spec } = job;
  const { completions = 0, backoffLimitPerIndex } = spec;
  const known = parseIntervals(status.completedIndexes, completions);
  const tracked = pods.filter((pod) => isTracked(pod) && validIndexOf(pod, job) !== undefined);
  const indexesIn = (those: readonly JobPod[]) => those.flatMap((pod) => validIndexOf(pod, job) ?? []);
  const succeeded = withIndexes(known, indexesIn(tracked.filter((pod) => phaseOf(pod) === 'Succeeded')));
  if (backoffLimitPerIndex === undefined) return { known, succeeded, replaced: new Map() };
  const lost = tracked.filter((pod) => failsIndex(job, pod, backoffLimitPerIndex));
  const failed = withIndexes(parseIntervals(status.failedIndexes, completions), indexesIn(lost));
  const busy = new Set(active.map(indexOf));
  const failures = tracked.filter((pod) => isFailed(pod, job));
  const open = (index: number) => !has(succeeded, index) && !has(failed, index) && !busy.has(index);
  return { known, succeeded, failed, replaced: lastFailures(job, failures, open) };
}

function failsIndex(job: Job, pod: JobPod, limit: number): boolean {
  if (!isFailed(pod, job)) return false;
  const { action, counts } = matchFailure(job.spec.podFailurePolicy, pod);
  return action === 'FailIndex' || (counts && countedFailuresOf(pod) >= limit);
}

function lastFailures(
  job: Job,
  failures: readonly JobPod[],
  open: (index: number) => boolean,
): ReadonlyMap<number, JobPod> {
  const last = new Map<number, JobPod>();
  for (const pod of failures) {
    const index = validIndexOf(pod, job);
    if (index === undefined || !open(index)) continue;
    const known = last.get(index);
    const later = !known || (failuresOf(known) <= failuresOf(pod) && finishTime(pod) >= finishTime(known));
    if (later) last.set(index, pod);
  }
  return last;
}

import { isIndexed, type Job, type JobCondition, type JobStatus } from '../../../api/batch.ts';
import { conditionOf } from '../../../api/kube.ts';
import { phaseOf } from '../../../api/pod-phase.ts';
import type { ApiError } from '../../../runtime/client.ts';
import type { Instant } from '../../../runtime/environment.ts';
import { condition, withCondition } from './conditions.ts';
import { matchFailure } from './failure-policy.ts';
import { has, intervalsText, total, withIndexes } from './intervals.ts';
import type { Look } from './look.ts';
import { isFailed, isTracked, type JobPod, validIndexOf } from './pods.ts';
import type { JobWrites } from './writes.ts';

/** Pods that ended and are written to the status at once. */
const MOST_UNCOUNTED = 500;

type Draft = { -readonly [K in keyof JobStatus]: JobStatus[K] };

export interface Tracking {
  readonly look: Look;
  /** What the status says before pods are counted. */
  readonly status: JobStatus;
  readonly verdict: JobCondition | undefined;
  /** Pods that are on their way out, those just deleted included. */
  readonly terminating: number;
  readonly changed: boolean;
  readonly writes: JobWrites;
  readonly now: Instant;
  /** Called once what ended is written down. */
  readonly onNoted: () => void;
}

/** What was written at last. */
export interface Tracked {
  /** The condition that ended the Job, when it did. */
  readonly ended?: JobCondition;
  readonly job: Job;
  readonly error?: ApiError;
}

/**
 * Counts pods that ended, once each, whatever fails in between: their UIDs are written to the status, then their
 * finalizer is taken away, then they are counted and their UIDs left out.
 */
export function trackPods(tracking: Tracking): Tracked {
  const { look, verdict, writes, now } = tracking;
  const held = new Set(look.pods.filter(isTracked).map(({ metadata }) => metadata.uid));
  const { status, counted, full } = noted(tracking, held);
  const [written, final] = withVerdict(status, verdict, now);
  const firstChange = tracking.changed || written !== tracking.status;
  let { job } = look;
  if (firstChange) {
    job = writes.updateStatus(job, written);
    tracking.onNoted();
  }
  const errors: ApiError[] = [];
  for (const pod of counted) {
    const error = writes.untrack(pod);
    if (error) errors.push(error);
    else held.delete(pod.metadata.uid);
  }
  const [error] = errors;
  let last = settled(written, held);
  if (error) {
    if (last !== written) job = writes.updateStatus(job, last);
    return { job, error };
  }
  const ended = final && !full && mayEnd(last, tracking.terminating) ? final : undefined;
  if (ended) last = concluded(last, ended);
  if (last !== written) job = writes.updateStatus(job, last);
  return { job, ...(ended && { ended }) };
}

interface Noted {
  readonly status: JobStatus;
  /** Pods whose finalizer may go. */
  readonly counted: readonly JobPod[];
  /** More ended than are written down at once. */
  readonly full: boolean;
}

/** The status with the UIDs, or indexes, of pods that ended since. */
function noted(tracking: Tracking, held: ReadonlySet<string>): Noted {
  const { look, verdict } = tracking;
  const { job, indexes, uncounted } = look;
  const before = settled(tracking.status, held);
  const succeeded = [...(before.uncountedTerminatedPods?.succeeded ?? [])];
  const failed = [...(before.uncountedTerminatedPods?.failed ?? [])];
  const fresh: number[] = [];
  const counted: JobPod[] = [];
  let full = false;
  for (const pod of inOrder(look)) {
    const { uid } = pod.metadata;
    const lost = isFailed(pod, job);
    if (!isTracked(pod) || !mayGo(tracking, pod, lost)) continue;
    counted.push(pod);
    const index = validIndexOf(pod, job);
    const aborted = verdict !== undefined && verdict.type !== 'SuccessCriteriaMet';
    if (phaseOf(pod) === 'Succeeded' && !uncounted.failed.has(uid)) {
      if (indexes && index !== undefined && !has(indexes.known, index)) fresh.push(index);
      if (!indexes && !uncounted.succeeded.has(uid)) succeeded.push(uid);
    } else if ((lost || aborted) && !uncounted.failed.has(uid) && (!indexes || index !== undefined)) {
      if (matchFailure(job.spec.podFailurePolicy, pod).counts) failed.push(uid);
    }
    full = fresh.length + succeeded.length + failed.length >= MOST_UNCOUNTED;
    if (full) break;
  }
  const ofIndexes = indexes && indexCounts(indexes, fresh);
  const more =
    fresh.length > 0 || succeeded.length + failed.length > listed(before.uncountedTerminatedPods) ? {} : undefined;
  const same = !ofIndexes || sameIndexes(before, ofIndexes);
  if (!more && same) return { status: before, counted, full };
  return { status: { ...before, ...ofIndexes, uncountedTerminatedPods: lists(succeeded, failed) }, counted, full };
}

const listed = (pods: JobStatus['uncountedTerminatedPods']): number =>
  (pods?.succeeded?.length ?? 0) + (pods?.failed?.length ?? 0);

const lists = (succeeded: readonly string[], failed: readonly string[]) => ({
  ...(succeeded.length > 0 && { succeeded }),
  ...(failed.length > 0 && { failed }),
});

function indexCounts({ succeeded, failed }: NonNullable<Look['indexes']>, fresh: readonly number[]): JobStatus {
  const all = withIndexes(succeeded, fresh);
  return {
    succeeded: total(all),
    completedIndexes: intervalsText(all),
    ...(failed && { failedIndexes: intervalsText(failed) }),
  };
}

const sameIndexes = (before: JobStatus, after: JobStatus): boolean =>
  (before.completedIndexes ?? '') === after.completedIndexes &&
  before.failedIndexes === after.failedIndexes &&
  (before.succeeded ?? 0) === after.succeeded;

/** Indexes are completed in their order. */
const inOrder = ({ job, pods }: Look): readonly JobPod[] =>
  isIndexed(job.spec) ? [...pods].sort((a, b) => (validIndexOf(a, job) ?? -1) - (validIndexOf(b, job) ?? -1)) : pods;

function mayGo({ look, verdict }: Tracking, pod: JobPod, lost: boolean): boolean {
  const { job, indexes } = look;
  if (job.metadata.deletionTimestamp || verdict || phaseOf(pod) === 'Succeeded') return true;
  if (!lost) return false;
  const index = validIndexOf(pod, job);
  return index === undefined || indexes?.replaced.get(index)?.metadata.uid !== pod.metadata.uid;
}

/** The status with those counted whose finalizer is gone; the very status when there are none. */
function settled(status: JobStatus, held: ReadonlySet<string>): JobStatus {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const left = [succeeded, failed].map((uids) => uids.filter((uid) => held.has(uid)));
  const [stillSucceeded = [], stillFailed = []] = left;
  const gone = [succeeded.length - stillSucceeded.length, failed.length - stillFailed.length];
  const [newSucceeded = 0, newFailed = 0] = gone;
  if (newSucceeded + newFailed === 0) return status;
  return {
    ...status,
    succeeded: (status.succeeded ?? 0) + newSucceeded,
    failed: (status.failed ?? 0) + newFailed,
    uncountedTerminatedPods: lists(stillSucceeded, stillFailed),
  };
}

/** The status with the interim condition, and the final one that follows once nothing is left to count. */
function withVerdict(
  status: JobStatus,
  verdict: JobCondition | undefined,
  now: Instant,
): readonly [JobStatus, JobCondition | undefined] {
  if (!verdict) return [status, undefined];
  const { type, reason = '', message = '' } = verdict;
  if (type === 'Failed') return [status, verdict];
  const final = condition(type === 'FailureTarget' ? 'Failed' : 'Complete', reason, message, now);
  if (conditionOf({ status }, type)) return [status, final];
  return [{ ...status, conditions: [...(status.conditions ?? []), verdict] }, final];
}

const mayEnd = (status: JobStatus, terminating: number): boolean =>
  listed(status.uncountedTerminatedPods) === 0 && terminating === 0;

function concluded(status: JobStatus, ended: JobCondition): JobStatus {
  const result: Draft = { ...status, conditions: withCondition(status.conditions ?? [], ended) };
  if (ended.type === 'Complete' && ended.lastTransitionTime) result.completionTime = ended.lastTransitionTime;
  return result;
}

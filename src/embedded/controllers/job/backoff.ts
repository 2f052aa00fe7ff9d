import {
  INDEX_FAILURE_COUNT_ANNOTATION,
  INDEX_IGNORED_FAILURE_COUNT_ANNOTATION,
  type Job,
} from '../../../api/batch.ts';
import type { Instant } from '../../../runtime/environment.ts';
import { matchFailure } from './failure-policy.ts';
import { finishTime, type JobPod } from './pods.ts';

/** How a Job's pods failed since one of them succeeded. */
export interface BackoffRecord {
  readonly failures: number;
  readonly lastFailure?: Instant;
}

export const NO_FAILURES: BackoffRecord = { failures: 0 };

const FIRST_MS = 10_000;
const MOST_MS = 600_000;

/** The record after these pods ended. */
export function nextRecord(
  known: BackoffRecord,
  succeeded: readonly JobPod[],
  failed: readonly JobPod[],
): BackoffRecord {
  const failures = failed.map(finishTime).sort((a, b) => a - b);
  if (succeeded.length === 0) {
    const last = failures.at(-1);
    return last === undefined ? known : { failures: known.failures + failures.length, lastFailure: last };
  }
  const success = Math.max(...succeeded.map(finishTime));
  const since = failures.filter((at) => at > success);
  const last = since.at(-1);
  return last === undefined ? NO_FAILURES : { failures: since.length, lastFailure: last };
}

/** Milliseconds until another pod may be made: 10 s after one failure, doubled with each up to 10 min. */
export function remainingMs({ failures, lastFailure }: BackoffRecord, now: Instant): number {
  if (failures === 0 || lastFailure === undefined) return 0;
  const backoff = Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 30), MOST_MS);
  return Math.max(0, backoff - (now - lastFailure));
}

/** The same for one index, whose last failed pod carries its count. */
export function remainingOfIndexMs(lastFailed: JobPod | undefined, now: Instant): number {
  if (!lastFailed) return 0;
  return remainingMs({ failures: failuresOf(lastFailed) + 1, lastFailure: finishTime(lastFailed) }, now);
}

/** How often the index of this pod had failed before it, with failures that do not count. */
export const failuresOf = (pod: JobPod): number => countedFailuresOf(pod) + ignoredFailuresOf(pod);

export const countedFailuresOf = (pod: JobPod): number => annotated(pod, INDEX_FAILURE_COUNT_ANNOTATION);
const ignoredFailuresOf = (pod: JobPod): number => annotated(pod, INDEX_IGNORED_FAILURE_COUNT_ANNOTATION);

function annotated({ metadata }: JobPod, name: string): number {
  const count = Number(metadata.annotations?.[name] ?? 0);
  return Number.isInteger(count) && count >= 0 && count < 2 ** 31 ? count : 0;
}

/** The annotations that tell the next pod of an index how often its index has failed. */
export function failureAnnotations({ spec }: Job, replaced: JobPod | undefined): Readonly<Record<string, string>> {
  const counts = replaced && matchFailure(spec.podFailurePolicy, replaced).counts;
  const failures = replaced ? countedFailuresOf(replaced) + (counts ? 1 : 0) : 0;
  const ignored = replaced ? ignoredFailuresOf(replaced) + (counts ? 0 : 1) : 0;
  return {
    [INDEX_FAILURE_COUNT_ANNOTATION]: String(failures),
    ...(ignored > 0 && { [INDEX_IGNORED_FAILURE_COUNT_ANNOTATION]: String(ignored) }),
  };
}

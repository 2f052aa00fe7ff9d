import { JOB_MESSAGES, JOB_REASONS, type Job, type JobCondition } from '../../../api/batch.ts';
import { conditionOf } from '../../../api/kube.ts';
import { phaseOf } from '../../../api/pod-phase.ts';
import type { Instant } from '../../../runtime/environment.ts';
import { condition } from './conditions.ts';
import { matchFailure } from './failure-policy.ts';
import { total } from './intervals.ts';
import type { Look } from './look.ts';
import { isFailed, type JobPod } from './pods.ts';
import { matchSuccess } from './success-policy.ts';

/**
 * Whether a Job is over, and why: `SuccessCriteriaMet`, `FailureTarget`, or `Failed` for a failure that was noted
 * before. The order counts, since several reasons may hold at once.
 */
export function verdictOn(look: Look, now: Instant): JobCondition | undefined {
  const { job, pods, failed } = look;
  const noted = conditionOf(job, 'SuccessCriteriaMet') as JobCondition | undefined;
  if (noted?.status === 'True') return noted;
  const target = conditionOf(job, 'FailureTarget');
  if (target?.status === 'True') return condition('Failed', target.reason ?? '', target.message ?? '', now);
  const fails = (reason: string, message: string) => condition('FailureTarget', reason, message, now);
  const fatal = fatalFailure(job, pods);
  if (fatal !== undefined) return fails(JOB_REASONS.podFailurePolicy, fatal);
  if (failed > job.spec.backoffLimit || restartedTooOften(job, pods)) {
    return fails(JOB_REASONS.backoffLimitExceeded, 'Job has reached the specified backoff limit');
  }
  if (deadlineMs(job, now) <= 0) {
    return fails(JOB_REASONS.deadlineExceeded, JOB_MESSAGES.deadlineExceeded);
  }
  return verdictOnIndexes(look, now);
}

function verdictOnIndexes({ job, indexes }: Look, now: Instant): JobCondition | undefined {
  if (!indexes) return undefined;
  const { completions = 0, maxFailedIndexes } = job.spec;
  const lost = total(indexes.failed ?? []);
  const fails = (reason: string, message: string) => condition('FailureTarget', reason, message, now);
  if (maxFailedIndexes !== undefined && lost > maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return fails(JOB_REASONS.maxFailedIndexesExceeded, message);
  }
  if (lost > 0 && lost + total(indexes.succeeded) >= completions) {
    return fails(JOB_REASONS.failedIndexes, 'Job has failed indexes');
  }
  const met = matchSuccess(job.spec, indexes.succeeded);
  return met === undefined ? undefined : condition('SuccessCriteriaMet', JOB_REASONS.successPolicy, met, now);
}

function fatalFailure(job: Job, pods: readonly JobPod[]): string | undefined {
  const { podFailurePolicy } = job.spec;
  if (!podFailurePolicy) return undefined;
  for (const pod of pods) {
    const { fatal } = isFailed(pod, job) ? matchFailure(podFailurePolicy, pod) : {};
    if (fatal !== undefined) return fatal;
  }
  return undefined;
}

/** Containers that are started again in their pods count against the limit too. */
function restartedTooOften({ spec }: Job, pods: readonly JobPod[]): boolean {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  const running = pods.filter((pod) => ['Running', 'Pending'].includes(phaseOf(pod)));
  const restarts = running
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
  return spec.backoffLimit === 0 ? restarts > 0 : restarts >= spec.backoffLimit;
}

/** Milliseconds until the deadline; Infinity when none runs. */
export function deadlineMs({ spec, status }: Job, now: Instant): number {
  if (spec.activeDeadlineSeconds === undefined || !status?.startTime || spec.suspend) return Number.POSITIVE_INFINITY;
  return Date.parse(status.startTime) + spec.activeDeadlineSeconds * 1000 - now;
}

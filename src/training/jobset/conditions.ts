import type { JobSetCondition, JobSetStatus } from '../../api/jobset.ts';
import {
  JOB_SET_COMPLETED,
  JOB_SET_FAILED,
  JOB_SET_STARTUP_COMPLETED,
  JOB_SET_STARTUP_IN_PROGRESS,
} from '../../api/jobset-conditions.ts';
import { timestamp } from '../../api/timestamp.ts';
import type { Instant } from '../../runtime/environment.ts';

export type Transition = Pick<JobSetCondition, 'type' | 'status' | 'reason' | 'message'>;

const EXCLUSIVE: readonly (readonly [string, string])[] = [
  [JOB_SET_STARTUP_IN_PROGRESS, JOB_SET_STARTUP_COMPLETED],
  [JOB_SET_STARTUP_COMPLETED, JOB_SET_STARTUP_IN_PROGRESS],
];

/**
 * The status with one condition set; the same status when it says so already. A condition that was never true is not
 * written as false, and of two that exclude each other the new one ends the old.
 */
export function setCondition(status: JobSetStatus, next: Transition, now: Instant): JobSetStatus {
  const conditions = status.conditions ?? [];
  const present = conditions.find(({ type }) => type === next.type);
  if (!present && next.status !== 'True') return status;
  const same = present?.status === next.status;
  if (same && present.reason === next.reason && present.message === next.message) return status;

  const changed: JobSetCondition = {
    ...next,
    lastTransitionTime: same ? present.lastTransitionTime : timestamp(now),
  };
  const others = conditions.map((condition) => {
    if (condition.type === next.type) return changed;
    return next.status === 'True' && excludes(condition, next)
      ? { ...condition, status: 'False' as const, lastTransitionTime: timestamp(now) }
      : condition;
  });
  return { ...status, conditions: present ? others : [...others, changed] };
}

const excludes = (present: JobSetCondition, next: Transition): boolean =>
  present.status === 'True' && EXCLUSIVE.some(([a, b]) => a === present.type && b === next.type);

/** When the set ended, if it did, in milliseconds. */
export function endOf(status: JobSetStatus): Instant | undefined {
  const end = status.conditions?.find(
    (condition) => condition.status === 'True' && [JOB_SET_COMPLETED, JOB_SET_FAILED].includes(condition.type),
  );
  return end && Date.parse(end.lastTransitionTime);
}

import type { JobCondition, JobStatus } from '../api/job.ts';
import { timestamp } from '../api/timestamp.ts';
import type { Instant } from '../runtime/environment.ts';

/** The algebra of a job's conditions: which may stand beside which, and in what order. */

export type ConditionType = 'Created' | 'Running' | 'Restarting' | 'Suspended' | 'Succeeded' | 'Failed';

export const isTrue = (status: JobStatus, type: ConditionType): boolean =>
  status.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;

export const isFinished = (status: JobStatus): boolean => isTrue(status, 'Succeeded') || isTrue(status, 'Failed');

export interface Transition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/**
 * The status with one condition set. A changed condition moves to the end, so that the last one names the state. Setting
 * what is already so changes nothing, nor does anything once the job has failed.
 */
export function setCondition(status: JobStatus, next: Transition, now: Instant): JobStatus {
  const conditions = status.conditions ?? [];
  if (isTrue(status, 'Failed')) return status;
  const present = conditions.find((condition) => condition.type === next.type);
  if (present?.status === next.status && present.reason === next.reason) return status;

  const at = timestamp(now);
  const since = present?.status === next.status ? present.lastTransitionTime : undefined;
  const changed: JobCondition = { ...next, lastUpdateTime: at, lastTransitionTime: since ?? at };
  return { ...status, conditions: [...displace(conditions, next, at), changed] };
}

/** Makes room: running and restarting exclude each other, and an end ends both. */
function displace(conditions: readonly JobCondition[], next: Transition, at: string): readonly JobCondition[] {
  const others = conditions.filter((condition) => condition.type !== next.type);
  if (next.status !== 'True') return others;
  if (next.type === 'Running') return others.filter((condition) => condition.type !== 'Restarting');
  if (next.type === 'Restarting') return others.filter((condition) => condition.type !== 'Running');
  if (next.type !== 'Succeeded' && next.type !== 'Failed') return others;
  return others
    .filter((condition) => condition.type !== 'Restarting')
    .map((condition) =>
      condition.type === 'Running' && condition.status === 'True'
        ? { ...condition, status: 'False', lastUpdateTime: at, lastTransitionTime: at }
        : condition,
    );
}

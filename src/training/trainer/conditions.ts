import { timestamp } from '../../api/timestamp.ts';
import type { TrainJobCondition, TrainJobStatus } from '../../api/train-job.ts';
import type { Instant } from '../../runtime/environment.ts';

/**
 * `Suspended`, `Complete` and `Failed` are upstream's. `Pending` is ours: why nothing has been started yet, for as long as
 * that is so.
 */
export type ConditionType = 'Suspended' | 'Complete' | 'Failed' | 'Pending';

type Conditions = readonly TrainJobCondition[];

export interface Transition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
  /** RFC 3339. @default - now */
  readonly since?: string | undefined;
}

export const conditionIn = (conditions: Conditions, type: ConditionType): TrainJobCondition | undefined =>
  conditions.find((condition) => condition.type === type);

export const isTrue = (conditions: Conditions, type: ConditionType): boolean =>
  conditionIn(conditions, type)?.status === 'True';

/** Whether the job has come to its end; it stays there. */
export const isFinished = (status: TrainJobStatus | undefined): boolean =>
  isTrue(status?.conditions ?? [], 'Complete') || isTrue(status?.conditions ?? [], 'Failed');

/** The conditions with one set, in its place or at the end; the same ones when nothing changes. */
export function setCondition(conditions: Conditions, next: Transition, now: Instant): Conditions {
  const { since, ...stated } = next;
  const present = conditionIn(conditions, next.type);
  const same = present?.status === next.status;
  if (same && present.reason === next.reason && present.message === next.message) return conditions;
  const condition: TrainJobCondition = {
    ...stated,
    lastTransitionTime: same ? present.lastTransitionTime : (since ?? timestamp(now)),
  };
  if (!present) return [...conditions, condition];
  return conditions.map((other) => (other === present ? condition : other));
}

export const withoutCondition = (conditions: Conditions, type: ConditionType): Conditions =>
  conditions.some((condition) => condition.type === type)
    ? conditions.filter((condition) => condition.type !== type)
    : conditions;

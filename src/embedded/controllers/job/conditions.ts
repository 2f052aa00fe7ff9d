import type { JobCondition, JobConditionType } from '../../../api/batch.ts';
import { timestamp } from '../../../api/timestamp.ts';
import type { Instant } from '../../../runtime/environment.ts';

export const condition = (
  type: JobConditionType,
  reason: string,
  message: string,
  now: Instant,
  status = 'True',
): JobCondition => ({
  type,
  status,
  lastProbeTime: timestamp(now),
  lastTransitionTime: timestamp(now),
  reason,
  message,
});

/** The list with this condition; the very list when it says so already, or would say only that nothing is. */
export function withCondition(list: readonly JobCondition[], wanted: JobCondition): readonly JobCondition[] {
  const known = list.find(({ type }) => type === wanted.type);
  if (!known) return wanted.status === 'False' ? list : [...list, wanted];
  const { status, reason, message } = known;
  if (status === wanted.status && reason === wanted.reason && message === wanted.message) return list;
  return list.map((each) => (each === known ? wanted : each));
}

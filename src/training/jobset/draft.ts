import type { JobSetStatus } from '../../api/jobset.ts';
import { JOB_SET_RESTARTING } from '../../api/jobset-conditions.ts';
import type { PlannedCount, PlannedEvent } from '../../runtime/domain.ts';
import type { Instant } from '../../runtime/environment.ts';
import { setCondition, type Transition } from './conditions.ts';

/** A plan in the making: each step takes one and returns the next. */
export interface Draft {
  readonly status: JobSetStatus;
  readonly events: readonly PlannedEvent[];
  readonly counts: readonly PlannedCount[];
  readonly now: Instant;
}

export const withEvent = (draft: Draft, type: PlannedEvent['type'], reason: string, message: string): Draft => ({
  ...draft,
  events: [...draft.events, { type, reason, message }],
});

/** Sets a condition, and tells so by an event of the same reason when that changes anything. */
export function withCondition(draft: Draft, next: Transition, type: PlannedEvent['type'] = 'Normal'): Draft {
  const status = setCondition(draft.status, next, draft.now);
  return status === draft.status ? draft : withEvent({ ...draft, status }, type, next.reason, next.message);
}

/** A restart is over, for this reason. Says nothing where there was none. */
export const withoutRestarting = (draft: Draft, reason: string, message: string): Draft =>
  withCondition(draft, { type: JOB_SET_RESTARTING, status: 'False', reason, message });

import type { TrainerStatus } from '../../api/trainer-status.ts';
import { fromPairs } from './lines.ts';
import type { ReportedProgress } from './reported.ts';

/** Names under which programs report the step among their metrics. */
const STEPS: Readonly<Record<string, string>> = { global_step: 'step', total_steps: 'total', max_steps: 'total' };

/** What was posted, in the shape that logs are read into. Pure. */
export function progressOfStatus(status: TrainerStatus): ReportedProgress {
  const pairs = (status.metrics ?? []).map(({ name, value }) => [STEPS[name] ?? name, Number(value)] as const);
  const { progressPercentage: percent, estimatedRemainingSeconds: remainingSeconds } = status;
  return {
    ...(fromPairs(pairs) ?? { metrics: {} }),
    ...(percent !== undefined && { percent }),
    ...(remainingSeconds !== undefined && { remainingSeconds }),
  };
}

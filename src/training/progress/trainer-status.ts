import { fromPairs } from './lines.ts';
import type { ReportedProgress } from './reported.ts';

/** `status.trainerStatus`, as programs post it and the API keeps it. */
export interface TrainerStatus {
  readonly progressPercentage?: number;
  readonly estimatedRemainingSeconds?: number;
  /** Values are texts, so that none loses digits. */
  readonly metrics?: readonly { readonly name: string; readonly value: string }[];
  /** RFC 3339. */
  readonly lastUpdatedTime: string;
}

/** Names under which programs report the step among their metrics. */
const STEPS: Readonly<Record<string, string>> = { global_step: 'step', total_steps: 'total', max_steps: 'total' };

/** The same in the shape that logs are read into. Pure. */
export function progressOfStatus(status: TrainerStatus): ReportedProgress {
  const pairs = (status.metrics ?? []).map(({ name, value }) => [STEPS[name] ?? name, Number(value)] as const);
  const { progressPercentage: percent, estimatedRemainingSeconds: remainingSeconds } = status;
  return {
    ...(fromPairs(pairs) ?? { metrics: {} }),
    ...(percent !== undefined && { percent }),
    ...(remainingSeconds !== undefined && { remainingSeconds }),
  };
}

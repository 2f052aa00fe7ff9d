/** What a training program says of how far it is, whichever way it says so. */
export interface ReportedProgress {
  readonly step?: number;
  /** The step after which it will be done. */
  readonly total?: number;
  /** 0 to 100. */
  readonly percent?: number;
  readonly epoch?: number;
  readonly remainingSeconds?: number;
  /** Everything else that has a number: `loss`, `samples_per_second`, … */
  readonly metrics: Readonly<Record<string, number>>;
}

/** What was said before, brought up to date by what is said now. */
export function updated(before: ReportedProgress | undefined, now: ReportedProgress): ReportedProgress {
  return before ? { ...before, ...now, metrics: { ...before.metrics, ...now.metrics } } : now;
}

/** How much is done, told or worked out from the steps; 0 to 100. */
export function percentOf({ percent, step, total }: ReportedProgress): number | undefined {
  if (percent !== undefined) return percent;
  if (step === undefined || total === undefined || total <= 0) return undefined;
  return Math.min(100, Math.max(0, (100 * step) / total));
}

/** The usual names of a speed, the most telling first; Hugging Face's Trainer puts `train_` before them. */
const SPEEDS = [
  'samples_per_second',
  'tokens_per_second',
  'images_per_second',
  'examples_per_second',
  'steps_per_second',
];
const LOSSES = ['loss', 'train_loss', 'eval_loss'];

export interface NamedValue {
  readonly name: string;
  readonly value: number;
}

export const speedOf = (progress: ReportedProgress): NamedValue | undefined =>
  firstOf(progress, [...SPEEDS, ...SPEEDS.map((name) => `train_${name}`), 'throughput']);

export const lossOf = (progress: ReportedProgress): NamedValue | undefined => firstOf(progress, LOSSES);

function firstOf({ metrics }: ReportedProgress, names: readonly string[]): NamedValue | undefined {
  const name = names.find((candidate) => metrics[candidate] !== undefined);
  return name === undefined ? undefined : { name, value: metrics[name] ?? 0 };
}

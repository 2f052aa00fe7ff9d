/** Exponential growth between two bounds. */
export interface BackoffBounds {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** The wait after `failures` failures in a row: doubled each time, then spread over its upper half by `random`. */
export function backoffMs(bounds: BackoffBounds, failures: number, random: () => number): number {
  const full = Math.min(bounds.maxMs, bounds.baseMs * 2 ** Math.min(failures, 40));
  return full * (0.5 + random() / 2);
}

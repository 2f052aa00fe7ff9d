import { mulberry32 } from '../../src/embedded/simulation/random.ts';
import type { PlannedFault, WriteFault } from './fault-proxy.ts';

/** What may happen at a moment, whatever is being written. */
export type Moment =
  | { readonly kind: 'kill' }
  | { readonly kind: 'drop-watches' }
  /** The next watches are told that their place in history is gone. */
  | { readonly kind: 'expire-watches'; readonly count: number }
  /** From here on the cache is behind by this much. */
  | { readonly kind: 'delay-events'; readonly ms: number };

/** Everything that goes wrong in one run. */
export interface History {
  readonly seed: number;
  readonly scenario: string;
  readonly writes: readonly PlannedFault[];
  /** The second death, counted from the birth of the controller that follows the first; else it is among the writes. */
  readonly killAgainAfterMs?: number;
  readonly moments: readonly { readonly afterMs: number; readonly moment: Moment }[];
}

/** How many writes each scenario takes, roughly: a history depends on its seed alone, not on a measurement. */
const WRITES: Readonly<Record<string, number>> = { success: 12, restart: 11, 'suspend and resume': 16 };
const REFUSALS = [409, 410, 429, 500, 503, 504] as const;
/** A controller is ready after about a second: deaths fall before, while and after it catches up. */
const SECOND_LIFE_MS = 3000;
const SCENARIO_MS = 4000;

/**
 * The history of a seed: the controller dies at a write, is started again, and dies once more at a later write or
 * moment; around that, writes are refused or lose their answers, and watches break, expire or lag.
 */
export function historyOf(seed: number): History {
  const random = mulberry32(seed);
  const int = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  const pick = <T>(options: readonly T[]): T => options[int(0, options.length - 1)]!;

  const scenario = pick(Object.keys(WRITES));
  const span = WRITES[scenario]!;
  const death = (at: number): PlannedFault => ({ kind: pick(['kill-before', 'kill-after'] as const), at });
  const first = death(int(1, span));
  const again =
    random() < 0.5 ? { kills: [death(first.at + int(1, 6))] } : { kills: [], afterMs: int(0, SECOND_LIFE_MS) };

  const mishap = (): WriteFault => {
    const kind = pick(['answer', 'answer', 'answer-after', 'reset-after'] as const);
    if (kind === 'answer') return { kind, code: pick(REFUSALS), times: int(1, 2) };
    return kind === 'answer-after' ? { kind, code: pick([500, 504]) } : { kind };
  };
  const mishaps = Array.from({ length: int(1, 3) }, (): PlannedFault => ({ ...mishap(), at: int(1, span + 6) }));

  const moment = (): Moment => {
    const kind = pick(['drop-watches', 'expire-watches', 'delay-events'] as const);
    if (kind === 'expire-watches') return { kind, count: int(1, 4) };
    return kind === 'delay-events' ? { kind, ms: int(100, 2000) } : { kind };
  };
  const moments = Array.from({ length: int(0, 2) }, () => ({ afterMs: int(0, SCENARIO_MS), moment: moment() }));

  return {
    seed,
    scenario,
    writes: [first, ...again.kills, ...mishaps],
    ...(again.afterMs !== undefined && { killAgainAfterMs: again.afterMs }),
    moments,
  };
}

/** Reads `7`, `1-200` or `3,17,40-44`. */
export function seedsOf(text: string): readonly number[] {
  return text.split(',').flatMap((part) => {
    const [, from, to] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    if (from === undefined)
      throw new Error(`"${part}" is no seed and no range of seeds; write for instance 7 or 1-200`);
    return Array.from({ length: Number(to ?? from) - Number(from) + 1 }, (_, index) => Number(from) + index);
  });
}

/** One line that says what happened. */
export function describeHistory({ scenario, writes, killAgainAfterMs, moments }: History): string {
  const faults = writes.map(({ at, kind, ...more }) => `${kind} ${Object.values(more).join(' x')} at write ${at}`);
  const again = killAgainAfterMs === undefined ? [] : [`kill ${killAgainAfterMs} ms after the restart`];
  const rest = moments.map(
    ({ afterMs, moment: { kind, ...more } }) => `${kind} ${Object.values(more).join(' ')} after ${afterMs} ms`,
  );
  return `${scenario}: ${[...faults, ...again, ...rest].join(', ').replaceAll(/ {2,}/g, ' ')}`;
}

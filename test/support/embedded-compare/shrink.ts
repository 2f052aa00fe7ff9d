import type { Call, Sequence } from './calls.ts';
import type { Difference } from './play.ts';

/** Tries of a shrink; each takes a namespace. */
const MOST_TRIES = 40;

/** The same difference with as few calls before it as leave it one. */
export async function shrunk(
  first: Difference,
  play: (sequence: Sequence) => Promise<Difference | undefined>,
): Promise<Difference> {
  let best = first;
  let tries = 0;
  let kept = first.sequence.calls.slice(0, first.at + 1);
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < kept.length && tries < MOST_TRIES; ) {
      const calls: readonly Call[] = [...kept.slice(0, start), ...kept.slice(start + size)];
      tries++;
      const difference = calls.length === 0 ? undefined : await play({ ...first.sequence, calls });
      if (!difference) {
        start += size;
        continue;
      }
      best = difference;
      kept = [...calls.slice(0, difference.at + 1)];
    }
  }
  return best;
}

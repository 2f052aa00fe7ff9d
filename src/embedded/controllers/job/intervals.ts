/** Indexes from the first to the last. */
export type Interval = readonly [first: number, last: number];
/** In order, without gaps of nothing between them. */
export type Intervals = readonly Interval[];

/** Reads `0,2-5`; indexes from `completions` on are left out, and so is what cannot be read. */
export function parseIntervals(text: string | undefined, completions: number): Intervals {
  if (!text) return [];
  const result: [number, number][] = [];
  for (const part of text.split(',')) {
    const [first = '', end = first] = part.split('-');
    if (!/^\d+$/.test(first) || !/^\d+$/.test(end)) continue;
    if (Number(first) >= completions) break;
    const last = Math.min(Number(end), completions - 1);
    const before = result.at(-1);
    if (before && before[1] === Number(first) - 1) before[1] = last;
    else result.push([Number(first), last]);
  }
  return result;
}

/** Two are told one by one, more as a range. */
export const intervalsText = (intervals: Intervals): string =>
  intervals
    .map(([first, last]) => (first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`))
    .join(',');

export const total = (intervals: Intervals): number =>
  intervals.reduce((sum, [first, last]) => sum + last - first + 1, 0);

export const has = (intervals: Intervals, index: number): boolean =>
  intervals.some(([first, last]) => first <= index && index <= last);

export function merged(one: Intervals, other: Intervals): Intervals {
  const all = [...one, ...other].sort(([a], [b]) => a - b);
  const result: [number, number][] = [];
  for (const [first, last] of all) {
    const before = result.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else result.push([first, last]);
  }
  return result;
}

export const withIndexes = (intervals: Intervals, indexes: Iterable<number>): Intervals =>
  merged(
    intervals,
    [...indexes].map((index) => [index, index] as const),
  );

/** How many indexes both name. */
export function overlap(one: Intervals, other: Intervals): number {
  let count = 0;
  for (const [first, last] of one) {
    for (const [from, to] of other) count += Math.max(0, Math.min(last, to) - Math.max(first, from) + 1);
  }
  return count;
}

/** The first `count` indexes below `completions` that are not among these. */
export function firstGaps(intervals: Intervals, count: number, completions: number): readonly number[] {
  const result: number[] = [];
  let candidate = 0;
  for (const [first, last] of [...intervals, [completions, completions] as const]) {
    for (; candidate < Math.min(first, completions) && result.length < count; candidate++) result.push(candidate);
    candidate = Math.max(candidate, last + 1);
  }
  return result;
}

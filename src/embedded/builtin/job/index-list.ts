/** What stands in fields such as `completedIndexes`: `0,2-5`. */

/** @throws Error in the words of kube-apiserver; the number of indexes otherwise */
export function countIndexes(text: string, completions: number): number {
  if (text === '') return 0;
  let last: number | undefined;
  let total = 0;
  for (const part of text.split(',')) {
    const [first, end] = interval(part, completions);
    if (last !== undefined && last >= first) throw unordered(last, first);
    total += end - first + 1;
    last = end;
  }
  return total;
}

const unordered = (last: number, next: number): Error =>
  new Error(`non-increasing order, previous: ${last}, current: ${next}`);

function interval(text: string, completions: number): readonly [number, number] {
  const limits = text.split('-');
  if (limits.length > 2) {
    const said = JSON.stringify(text);
    throw new Error(
      `the fragment ${said} violates the requirement that an index interval can have at most two parts separated by '-'`,
    );
  }
  const first = limit(limits[0] ?? '', completions);
  if (limits.length === 1) return [first, first];
  const end = limit(limits[1] ?? '', completions);
  if (first >= end) throw unordered(first, end);
  return [first, end];
}

function limit(text: string, completions: number): number {
  if (!/^[+-]?\d+$/.test(text)) throw new Error(`cannot convert string to integer for index: ${JSON.stringify(text)}`);
  if (Number(text) >= completions) throw new Error(`too large index: ${JSON.stringify(text)}`);
  return Number(text);
}

/** The first index that both lists name; parts that cannot be read count for nothing. */
export function firstOverlap(one: string, other: string, completions: number): number | undefined {
  if (one === '' || other === '') return undefined;
  const [left, right] = [readable(one, completions), readable(other, completions)];
  let [i, j] = [0, 0];
  for (;;) {
    const [a, b] = [left[i], right[j]];
    if (!a || !b) return undefined;
    if (a[0] <= b[1] && b[0] <= a[1]) return Math.max(a[0], b[0]);
    if (a[0] <= b[0]) i++;
    else j++;
  }
}

function readable(text: string, completions: number): readonly (readonly [number, number])[] {
  return text.split(',').flatMap((part) => {
    try {
      return [interval(part, completions)];
    } catch {
      return [];
    }
  });
}

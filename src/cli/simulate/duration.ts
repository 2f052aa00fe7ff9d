const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const FORM = /^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/;

/** Milliseconds of `2h30m`, `90s`, `1.5h` or `2d`; undefined when the text is none of these. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!FORM.test(text)) return undefined;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g);
  return [...parts].reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0);
}

/** @throws naming what is wrong and how to write it */
export function durationOf(text: string, where: string): number {
  const duration = parseDuration(text);
  if (duration === undefined) throw new Error(`${where}: "${text}" is no duration; write it like 90s, 2h30m or 2d`);
  return duration;
}

/** For people: the two largest units. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first < 0) return '0s';
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join('');
}

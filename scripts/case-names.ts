import type { TestOutcome } from './test-results.ts';

/** By sheet, the numbers of its cases. */
export type Sheets = Readonly<Record<string, readonly number[]>>;

/** How the cases of one sheet fared; each stands in one list. */
export interface SheetReport {
  /** Every test that names it passed. */
  readonly proved: readonly number[];
  readonly failed: readonly number[];
  /** A test that names it was skipped, and none failed. */
  readonly skipped: readonly number[];
  /** A test names it, and did not run. */
  readonly notRun: readonly number[];
  /** No test names it. */
  readonly untested: readonly number[];
}
export type CaseReport = Readonly<Record<string, SheetReport>>;

type Outcome = Pick<TestOutcome, 'name' | 'status'>;

/** The cases a test's name claims: `[training 4] …`, or several as `[training 1, 2] …`. */
export function casesIn(name: string): { sheet: string; number: number }[] {
  return [...name.matchAll(/\[([a-z]+) (\d+(?:, ?\d+)*)\]/g)].flatMap(([, sheet, numbers]) =>
    (numbers ?? '').split(',').map((number) => ({ sheet: sheet ?? '', number: Number(number) })),
  );
}

/** @param sources - the texts of the test files, for cases whose tests did not run */
export function casesOf(sheets: Sheets, outcomes: readonly Outcome[], sources: readonly string[] = []): CaseReport {
  const statuses = new Map<string, Set<Outcome['status']>>();
  for (const { name, status } of outcomes)
    for (const { sheet, number } of casesIn(name)) {
      const key = `${sheet} ${number}`;
      statuses.set(key, (statuses.get(key) ?? new Set()).add(status));
    }
  const named = new Set(sources.flatMap(casesIn).map(({ sheet, number }) => `${sheet} ${number}`));
  const fate = (key: string): keyof SheetReport => {
    const seen = statuses.get(key);
    if (!seen) return named.has(key) ? 'notRun' : 'untested';
    if (seen.has('failed')) return 'failed';
    return seen.has('skipped') ? 'skipped' : 'proved';
  };
  return Object.fromEntries(
    Object.entries(sheets).map(([sheet, numbers]) => {
      const of = (wanted: keyof SheetReport) => numbers.filter((number) => fate(`${sheet} ${number}`) === wanted);
      return [
        sheet,
        {
          proved: of('proved'),
          failed: of('failed'),
          skipped: of('skipped'),
          notRun: of('notRun'),
          untested: of('untested'),
        },
      ];
    }),
  );
}

const LABELS: readonly (readonly [keyof SheetReport, string])[] = [
  ['proved', 'proved'],
  ['failed', 'failed'],
  ['skipped', 'skipped'],
  ['notRun', 'not run'],
  ['untested', 'no test'],
];

/** For people: a line for each sheet, and one for each fate that some of its cases had. */
export function reportText(report: CaseReport): string {
  const lines = Object.entries(report).flatMap(([sheet, fates]) => {
    const all = Object.values(fates).reduce((sum, numbers) => sum + numbers.length, 0);
    const kinds = LABELS.filter(([fate]) => fates[fate].length > 0);
    return [
      `${sheet}: ${fates.proved.length} of ${all} cases proved`,
      ...kinds.map(([fate, label]) => `  ${`${label}:`.padEnd(9)}${ranges(fates[fate])}`),
    ];
  });
  return `${lines.join('\n')}\n`;
}

/** `1-3 5`. */
export function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = parts.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(' ');
}

import type { TestOutcome } from './test-results.ts';

/** By sheet, the numbers of its cases. */
export type Sheets = Readonly<Record<string, readonly number[]>>;
export type CaseReport = Record<string, { proved: number[]; open: number[] }>;

/** The cases a test's name claims: `[training 4] …`, or several as `[training 1, 2] …`. */
export function casesIn(name: string): { sheet: string; number: number }[] {
  return [...name.matchAll(/\[([a-z]+) (\d+(?:, ?\d+)*)\]/g)].flatMap(([, sheet, numbers]) =>
    (numbers ?? '').split(',').map((number) => ({ sheet: sheet ?? '', number: Number(number) })),
  );
}

/** A case is proved when at least one test names it and every test that names it passed. */
export function casesOf(sheets: Sheets, outcomes: readonly Pick<TestOutcome, 'name' | 'status'>[]): CaseReport {
  const verdicts = new Map<string, boolean>();
  for (const { name, status } of outcomes)
    for (const { sheet, number } of casesIn(name)) {
      const key = `${sheet} ${number}`;
      verdicts.set(key, (verdicts.get(key) ?? true) && status === 'passed');
    }
  return Object.fromEntries(
    Object.entries(sheets).map(([sheet, numbers]) => {
      const proved = numbers.filter((number) => verdicts.get(`${sheet} ${number}`) === true);
      return [sheet, { proved, open: numbers.filter((number) => !proved.includes(number)) }];
    }),
  );
}

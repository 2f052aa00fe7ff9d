import type { TrialResult } from './trial.ts';

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

const MEASURES = [
  'makespan',
  'podsAskedFor',
  'cpu',
  'residentMb',
  'peakMb',
  'requestsPerJob',
  'writesPerJob',
  'clusterRequestsPerJob',
  'apiserverCpu',
  'machineCpu',
] as const;
type Measure = (typeof MEASURES)[number];
export type Summary = { readonly contestant: string; readonly runs: number } & Readonly<Record<Measure, number>>;

/** The median of each measure, for each contestant in the order in which they first ran. */
export function summarize(results: readonly TrialResult[]): Summary[] {
  const names = [...new Set(results.map(({ contestant }) => contestant))];
  return names.map((contestant) => {
    const runs = results.filter((result) => result.contestant === contestant);
    const medians = MEASURES.map((measure) => [measure, median(runs.map((run) => run[measure]))]);
    return { contestant, runs: runs.length, ...(Object.fromEntries(medians) as Record<Measure, number>) };
  });
}

/** A Markdown table of medians. */
export function table(summaries: readonly Summary[]): string {
  const rows = summaries.map((row) =>
    [
      row.contestant,
      String(row.runs),
      row.makespan.toFixed(1),
      row.podsAskedFor.toFixed(1),
      row.cpu.toFixed(2),
      row.residentMb.toFixed(0),
      row.peakMb.toFixed(0),
      row.requestsPerJob.toFixed(1),
      row.writesPerJob.toFixed(1),
      row.clusterRequestsPerJob.toFixed(1),
      row.apiserverCpu.toFixed(1),
      row.machineCpu.toFixed(1),
    ].join(' | '),
  );
  return [
    "| controller | runs | makespan, s | all pods asked for, s | CPU, s | resident after, MB | peak, MB | requests a job | writes a job, events included | everybody's requests a job | apiserver, CPU s | machine, CPU s |",
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

type Ratios = { readonly pairs: number } & Readonly<Record<Measure, number>>;

/** Medians over pairs of what one contestant needs as a share of another. */
export function ratios(results: readonly TrialResult[], ours: string, peer: string): Ratios | undefined {
  const of = (name: string) => results.filter(({ contestant }) => contestant === name);
  const pairs = of(ours).flatMap((mine, index) => {
    const theirs = of(peer)[index];
    return theirs ? [{ mine, theirs }] : [];
  });
  if (pairs.length === 0) return undefined;
  const medians = MEASURES.map((measure) => [
    measure,
    median(pairs.map(({ mine, theirs }) => mine[measure] / theirs[measure])),
  ]);
  return { pairs: pairs.length, ...(Object.fromEntries(medians) as Record<Measure, number>) };
}

/** The goals: what share of the peer's each measure may be. */
const GOALS = {
  tuned: { makespan: 0.65, cpu: 0.4, residentMb: 1 },
  atDefaults: { makespan: 1 / 12 },
} as const;
const RIVALS = { tuned: 'tuned', atDefaults: 'at its defaults' } as const;

/** A Markdown table of the shares that have a goal. */
export function sharesTable(shares: Readonly<Record<keyof typeof GOALS, Ratios | undefined>>): string {
  const rows = (Object.keys(GOALS) as (keyof typeof GOALS)[]).flatMap((rival) =>
    (Object.entries(GOALS[rival]) as [Measure, number][]).flatMap(([measure, goal]) => {
      const share = shares[rival]?.[measure];
      if (share === undefined) return [];
      const verdict = share <= goal ? 'reached' : 'not reached';
      return [`| ${measure} | ${RIVALS[rival]} | ${share.toFixed(3)} | ${goal.toFixed(3)} | ${verdict} |`];
    }),
  );
  return [
    "| share of the peer's | the peer | median over pairs | goal | |",
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

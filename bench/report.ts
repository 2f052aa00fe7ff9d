import type { TrialResult } from './trial.ts';

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

const MEASURES = ['makespan', 'cpu', 'residentMb', 'peakMb', 'requestsPerJob', 'writesPerJob'] as const;
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

/** A Markdown table: medians, and what share of the first contestant's peer each of ours needs. */
export function table(summaries: readonly Summary[]): string {
  const rows = summaries.map((row) =>
    [
      row.contestant,
      String(row.runs),
      row.makespan.toFixed(1),
      row.cpu.toFixed(2),
      row.residentMb.toFixed(0),
      row.peakMb.toFixed(0),
      row.requestsPerJob.toFixed(1),
      row.writesPerJob.toFixed(1),
    ].join(' | '),
  );
  return [
    '| controller | runs | makespan, s | CPU, s | resident after, MB | peak, MB | requests a job | writes a job |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

/** Median over pairs of what one contestant needs as a share of another. */
export function ratios(results: readonly TrialResult[], ours: string, peer: string) {
  const of = (name: string) => results.filter(({ contestant }) => contestant === name);
  const pairs = of(ours).flatMap((mine, index) => {
    const theirs = of(peer)[index];
    return theirs ? [{ mine, theirs }] : [];
  });
  if (pairs.length === 0) return undefined;
  const ratio = (measure: Measure) => median(pairs.map(({ mine, theirs }) => mine[measure] / theirs[measure]));
  return {
    pairs: pairs.length,
    makespan: ratio('makespan'),
    cpu: ratio('cpu'),
    residentMb: ratio('residentMb'),
    peakMb: ratio('peakMb'),
    requests: ratio('requestsPerJob'),
  };
}

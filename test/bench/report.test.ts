import { describe, expect, test } from '@jest/globals';
import { ratios, sharesTable } from '../../bench/report.ts';
import { withResult } from '../../bench/result-file.ts';
import type { TrialResult } from '../../bench/trial.ts';

const result = (contestant: string, makespan: number): TrialResult => ({
  contestant,
  makespan,
  cpu: 1,
  residentMb: 100,
  peakMb: 100,
  requestsPerJob: 10,
  writesPerJob: 8,
  requests: {},
  machineCpu: 40,
  clusterCpu: {},
  apiserverCpu: 20,
  podsAskedFor: 5,
  watchesOpened: 0,
  clusterRequestsPerJob: 40,
});

describe('the report of a bench', () => {
  test('compares pair by pair, and takes the median', () => {
    const results = [
      result('a', 10),
      result('b', 20),
      result('b', 10),
      result('a', 6),
      result('a', 1),
      result('b', 10),
    ];
    expect(ratios(results, 'a', 'b')).toMatchObject({ pairs: 3, makespan: 0.5, cpu: 1 });
    expect(ratios(results, 'a', 'nobody')).toBeUndefined();
  });

  test('says of each goal whether it is reached', () => {
    const tuned = ratios([result('a', 6), result('b', 10)], 'a', 'b');
    const table = sharesTable({ tuned, atDefaults: undefined });
    expect(table).toContain('| makespan | tuned | 0.600 | 0.650 | reached |');
    expect(table).toContain('| cpu | tuned | 1.000 | 0.400 | not reached |');
  });

  test('replaces what stands between the markers, and nothing else', () => {
    const page =
      'before\n<!-- bench training: begin; npm run bench -- training --write -->\nold\n<!-- bench training: end -->\nafter';
    expect(withResult(page, 'new')).toBe(page.replace('old', 'new'));
    expect(() => withResult('no markers', 'new')).toThrow(/lacks the lines/);
  });
});

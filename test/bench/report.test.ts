import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ratios, sharesTable } from '../../bench/report.ts';
import { withResult } from '../../bench/result-file.ts';
import type { TrialResult } from '../../bench/trial.ts';
import { RACING } from '../../bench/workload.ts';

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
    const page = readFileSync('docs/performance.md', 'utf8');
    const written = withResult(page, 'TFJob', 'new');
    const [before = '', after = ''] = written.split('\nnew\n');
    expect(page.startsWith(before) && page.endsWith(after)).toBe(true);
    expect(withResult(written, 'TFJob', 'newer')).toBe(written.replace('\nnew\n', '\nnewer\n'));
    for (const kind of RACING) expect(withResult(page, kind, 'new')).toContain('\nnew\n');
    expect(() => withResult('no markers', 'TFJob', 'new')).toThrow(/lacks the lines/);
  });
});

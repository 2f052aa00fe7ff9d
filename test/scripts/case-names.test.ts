import { expect, test } from '@jest/globals';
import { casesIn, casesOf, ranges, reportText } from '../../scripts/case-names.ts';
import { parseReport, summary } from '../../scripts/test-results.ts';

test('a name may claim one case or several', () => {
  expect(casesIn('pods [training 1, 2] are made')).toEqual([
    { sheet: 'training', number: 1 },
    { sheet: 'training', number: 2 },
  ]);
  expect(casesIn('no case')).toEqual([]);
});

test('a case is proved only when all tests that claim it passed', () => {
  const outcomes = [
    { name: '[training 1] a', status: 'passed' as const },
    { name: '[training 1] b', status: 'failed' as const },
    { name: '[training 2] c', status: 'passed' as const },
    { name: '[training 3] d', status: 'skipped' as const },
  ];
  const sheets = { training: [1, 2, 3, 4, 5, 6], serving: [1] };
  const sources = ["test('[training 4, 1] a')", 'nothing'];
  const report = casesOf(sheets, [...outcomes, { name: '[training 6] e', status: 'passed' }], sources);
  expect(report).toEqual({
    training: { proved: [2, 6], failed: [1], skipped: [3], notRun: [4], untested: [5] },
    serving: { proved: [], failed: [], skipped: [], notRun: [], untested: [1] },
  });
  expect(reportText(report)).toBe(
    [
      'training: 2 of 6 cases proved',
      '  proved:  2 6',
      '  failed:  1',
      '  skipped: 3',
      '  not run: 4',
      '  no test: 5',
      'serving: 0 of 1 cases proved',
      '  no test: 1',
      '',
    ].join('\n'),
  );
  expect(ranges([3, 1, 2, 7, 9, 8])).toBe('1-3 7-9');
});

test('a test file that could not run is a failure, and skipped tests are counted apart', () => {
  const outcomes = parseReport('unit', {
    testResults: [
      { name: 'test/a.test.ts', status: 'failed', message: 'boom', assertionResults: [] },
      {
        name: 'test/b.test.ts',
        status: 'passed',
        message: '',
        assertionResults: [
          { fullName: 'works', status: 'passed', duration: 12 },
          { fullName: 'later', status: 'pending' },
        ],
      },
    ],
  });
  expect(summary(outcomes)).toBe('1 passed, 1 failed, 1 skipped');
  expect(summary(outcomes.slice(1, 2))).toBe('1 passed, 0 failed');
});

import { expect, test } from '@jest/globals';
import { casesIn, casesOf } from '../../scripts/case-names.ts';
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
  expect(casesOf({ training: [1, 2, 3, 4] }, outcomes)).toEqual({ training: { proved: [2], open: [1, 3, 4] } });
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

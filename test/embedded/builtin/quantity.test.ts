import { expect, test } from '@jest/globals';
import { canonicalQuantity } from '../../../src/embedded/builtin/quantity.ts';

test.each([
  ['1', '1'],
  [2, '2'],
  ['0', '0'],
  ['0.5', '500m'],
  ['1000m', '1'],
  ['1500m', '1500m'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['1e3', '1e3'],
  ['2000', '2k'],
  ['-1', '-1'],
])('%s is written %s', (given, written) => {
  expect(canonicalQuantity(given, 'Pod')).toBe(written);
});

test('what is no quantity is refused', () => {
  expect(() => canonicalQuantity('x', 'Pod')).toThrow('quantities must match the regular expression');
});

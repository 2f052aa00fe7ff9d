import { describe, expect, test } from '@jest/globals';
import { addQuantities, fromMilli, toMilli } from '../../src/api/quantity.ts';

describe('quantities', () => {
  test.each([
    ['1', '500m', '1500m'],
    ['500m', '500m', '1'],
    ['1Gi', '512Mi', '1536Mi'],
    ['1.5Gi', '0', '1536Mi'],
    ['1k', '24', '1Ki'],
    ['1e3', '1', '1001'],
    ['0', '0', '0'],
  ])('%s + %s = %s', (a, b, sum) => expect(addQuantities(a, b)).toBe(sum));

  test('text that is none is refused', () => expect(() => toMilli('two')).toThrow('"two" is no quantity'));
  test('a whole number has no suffix unless a binary one divides it', () => expect(fromMilli(3000n)).toBe('3'));
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { deepEqual, isSubset, mergePatch } from '../../src/runtime/json.ts';

const withoutNulls = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value')),
  ),
})).value;

function applyMerge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = applyMerge(result[key], value);
  }
  return result;
}

describe('json', () => {
  test('a merge patch leads from any value to any other', () => {
    fc.assert(
      fc.property(withoutNulls, withoutNulls, (from, to) => {
        const patch = mergePatch(from, to);
        expect(deepEqual(patch === undefined ? from : applyMerge(from, patch), to)).toBe(true);
      }),
    );
  });

  test('every value is a subset of itself and of itself with more fields', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b'), withoutNulls), (value) => {
        expect(isSubset(value, value)).toBe(true);
        expect(isSubset(value, { ...value, added: 1 })).toBe(true);
      }),
    );
  });

  test('a changed field, a shorter list or a missing field is no subset', () => {
    expect(isSubset({ a: 1 }, { a: 2 })).toBe(false);
    expect(isSubset({ a: [1] }, { a: [1, 2] })).toBe(false);
    expect(isSubset({ a: { b: 1 } }, { a: {} })).toBe(false);
    expect(isSubset({ a: undefined }, {})).toBe(true);
  });

  test('undefined counts as absent', () => {
    expect(deepEqual({ a: undefined, b: 1 }, { b: 1 })).toBe(true);
    expect(mergePatch({ a: 1 }, { a: undefined })).toEqual({ a: null });
  });
});

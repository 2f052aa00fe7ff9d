import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type FieldSet,
  type FieldSetBuilder,
  insertPath,
  intersect,
  membersOf,
  readSet,
  sortedSet,
  subtract,
  subtractDeep,
  unite,
} from '../../../src/embedded/patch/field-set.ts';
import { compareElements, printElement } from '../../../src/embedded/patch/path-element.ts';

const setOf = (...paths: (readonly string[])[]): FieldSet => {
  const set: FieldSetBuilder = {};
  for (const path of paths) insertPath(set, path);
  return set;
};
const pathsOf = (set: FieldSet): string[] => [...membersOf(set)].map((path) => path.join('/')).sort();

const path = fc.array(fc.constantFrom('f:a', 'f:b', 'k:{"n":1}'), { minLength: 1, maxLength: 3 });
const sets = fc.array(path, { maxLength: 6 }).map((paths) => setOf(...paths));

describe('sets of fields', () => {
  test('hold parents and children apart', () => {
    expect(setOf(['f:a', 'f:b'])).toEqual({ 'f:a': { 'f:b': {} } });
    expect(setOf(['f:a', 'f:b'], ['f:a'])).toEqual({ 'f:a': { '.': {}, 'f:b': {} } });
    expect(setOf(['f:a'], ['f:a', 'f:b'])).toEqual({ 'f:a': { '.': {}, 'f:b': {} } });
  });

  test('behave as sets of paths', () => {
    fc.assert(
      fc.property(sets, sets, (left, right) => {
        const [a, b] = [pathsOf(left), pathsOf(right)];
        expect(pathsOf(unite(left, right))).toEqual([...new Set([...a, ...b])].sort());
        expect(pathsOf(intersect(left, right))).toEqual(a.filter((one) => b.includes(one)));
        expect(pathsOf(subtract(left, right))).toEqual(a.filter((one) => !b.includes(one)));
        expect(pathsOf(subtractDeep(left, right))).toEqual(
          a.filter((one) => !b.some((other) => one === other || one.startsWith(`${other}/`))),
        );
      }),
    );
  });

  test('are built the same way whatever the order, and hold no empty nodes', () => {
    fc.assert(
      fc.property(sets, sets, (left, right) => {
        expect(sortedSet(unite(left, right))).toEqual(sortedSet(unite(right, left)));
        const rest = subtract(left, right);
        expect(setOf(...membersOf(rest))).toEqual(rest);
      }),
    );
  });

  test('share what an operation leaves alone', () => {
    const set = setOf(['f:a', 'f:b'], ['f:b']);
    expect(subtract(set, setOf(['f:c']))).toBe(set);
    expect(unite(set, {})).toBe(set);
  });
});

describe('elements', () => {
  test('are ordered: fields, keys, values, indexes, numbers by value', () => {
    const ordered = [
      'f:a',
      'f:b',
      'k:{"p":9,"q":"x"}',
      'k:{"p":80}',
      'k:{"p":"a"}',
      'v:2',
      'v:10',
      'v:"a"',
      'i:3',
      'i:20',
    ];
    expect([...ordered].reverse().sort(compareElements)).toEqual(ordered);
  });

  test.each([
    ['f:spec', '.spec'],
    ['k:{"name":"a","port":80}', '[name="a",port=80]'],
    ['v:"a"', '[="a"]'],
    ['i:3', '[3]'],
  ])('%s prints as %s', (element, text) => expect(printElement(element)).toBe(text));

  test('of clients are read in one spelling; unknown sorts are left out, nonsense is refused', () => {
    expect(readSet({ 'k:{"b": 1, "a": 2}': {}, 'x:later': {} })).toEqual({ 'k:{"a":2,"b":1}': {} });
    expect(readSet({ 'k:nonsense': {} })).toBeUndefined();
    expect(readSet({ spec: {} })).toBeUndefined();
  });
});

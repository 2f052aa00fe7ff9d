import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KubeObject } from '../../../src/api/kube.ts';
import { mergePatch } from '../../../src/embedded/patch/index.ts';

const patched = (spec: unknown, patch: unknown) =>
  mergePatch({ apiVersion: 'v1', kind: 'X', metadata: {}, spec } as KubeObject, { spec: patch }).spec;

describe('RFC 7386', () => {
  test.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    [{}, { a: [{ b: null, c: 1 }, null] }, { a: [{ c: 1 }, null] }],
  ])('%j and %j make %j', (spec, patch, expected) => {
    expect(patched(spec, patch)).toEqual(expected);
  });

  test('null for the whole is no patch', () => {
    expect(() => mergePatch({} as KubeObject, null)).toThrow('Invalid JSON Patch');
  });

  test('a patch does twice what it does once', () => {
    const leaf = fc.oneof(fc.integer(), fc.constant(null));
    const map = fc.dictionary(fc.constantFrom('a', 'b'), leaf, { maxKeys: 2 });
    const json = fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(leaf, map, fc.array(fc.integer())), { maxKeys: 2 });
    fc.assert(
      fc.property(json, json, (spec, patch) => {
        const once = patched(spec, patch);
        expect(patched(once, patch)).toEqual(once);
      }),
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/api/kube.ts';
import { jsonPatch } from '../../../src/embedded/patch/index.ts';

const object = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', labels: { 'x/y': '1' }, finalizers: ['f', 'g', 'h'] },
  spec: { nested: { 'a~b': 1 } },
} as unknown as KubeObject;

const finalizersAfter = (...operations: unknown[]) => jsonPatch(object, operations).metadata.finalizers;
const metaAfter = (...operations: unknown[]) => jsonPatch(object, operations).metadata as unknown as object;

describe('operations', () => {
  test.each([
    ['add in front', { op: 'add', path: '/metadata/finalizers/0', value: 'n' }, ['n', 'f', 'g', 'h']],
    ['add at the end', { op: 'add', path: '/metadata/finalizers/-', value: 'n' }, ['f', 'g', 'h', 'n']],
    ['add counted from the end', { op: 'add', path: '/metadata/finalizers/-1', value: 'n' }, ['f', 'g', 'h', 'n']],
    ['remove', { op: 'remove', path: '/metadata/finalizers/1' }, ['f', 'h']],
    ['remove counted from the end', { op: 'remove', path: '/metadata/finalizers/-1' }, ['f', 'g']],
    ['replace', { op: 'replace', path: '/metadata/finalizers/2', value: 'n' }, ['f', 'g', 'n']],
    ['move', { op: 'move', from: '/metadata/finalizers/0', path: '/metadata/finalizers/2' }, ['g', 'h', 'f']],
    ['copy', { op: 'copy', from: '/metadata/name', path: '/metadata/finalizers/-' }, ['f', 'g', 'h', 'a']],
  ])('%s', (_name, operation, expected) => {
    expect(finalizersAfter(operation)).toEqual(expected);
  });

  test('escaped tokens name keys with slashes and tildes', () => {
    expect(metaAfter({ op: 'replace', path: '/metadata/labels/x~1y', value: '2' })).toMatchObject({
      labels: { 'x/y': '2' },
    });
    expect(jsonPatch(object, [{ op: 'remove', path: '/spec/nested/a~0b' }]).spec).toEqual({ nested: {} });
  });

  test('a test that holds changes nothing, and later operations see earlier ones', () => {
    expect(jsonPatch(object, [{ op: 'test', path: '/metadata/name', value: 'a' }])).toBe(object);
    const chain = [
      { op: 'add', path: '/metadata/name', value: 'b' },
      { op: 'test', path: '/metadata/name', value: 'b' },
    ];
    expect(metaAfter(...chain)).toMatchObject({ name: 'b' });
  });

  test('what is not touched is shared, and the given object stays as it was', () => {
    const after = jsonPatch(object, [{ op: 'add', path: '/metadata/name', value: 'b' }]);
    expect(after.spec).toBe(object.spec);
    expect(object.metadata.name).toBe('a');
  });

  test('keys of every object are no keys of the document', () => {
    expect(() => jsonPatch(object, [{ op: 'remove', path: '/metadata/constructor' }])).toThrow();
  });
});

describe('refusals', () => {
  const REJECTED = { code: 422, reason: 'Invalid' };
  test.each([
    ['a failed test', { op: 'test', path: '/metadata/name', value: 'b' }],
    ['a way that is not there', { op: 'add', path: '/metadata/nowhere/x', value: 1 }],
    ['an index beyond the end', { op: 'add', path: '/metadata/finalizers/4', value: 1 }],
    ['an index that is no number', { op: 'remove', path: '/metadata/finalizers/x' }],
    ['what is not there', { op: 'remove', path: '/metadata/nothing' }],
    ['an unknown operation', { op: 'increase', path: '/metadata/name' }],
    ['no path', { op: 'add', value: 1 }],
    ['a document that is a scalar', { op: 'replace', path: '', value: 1 }],
  ])('%s', (_name, operation) => {
    expect(() => jsonPatch(object, [operation])).toThrow(expect.objectContaining(REJECTED));
  });

  test('too many operations', () => {
    const operations = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/metadata/name', value: 'a' }));
    expect(() => jsonPatch(object, operations)).toThrow(
      /allowed maximum operations in a JSON patch is 10000, got 10001/,
    );
  });

  test('what is no list', () => {
    expect(() => jsonPatch(object, {})).toThrow(expect.objectContaining({ code: 400 }));
  });
});

import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/api/kube.ts';
import {
  builtinMergeSchema,
  keepTimes,
  type ManagedFieldsEntry,
  managedFieldsOf,
  mergeSchemaOf,
  trackUpdate,
  withManagedFields,
} from '../../../src/embedded/patch/index.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');
const LATER = NOW + 60_000;
const schema = builtinMergeSchema('v1', 'ConfigMap')!;
const configMap = (data: object, metadata: object = {}) =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', ...metadata }, data }) as unknown as KubeObject;
const entriesOf = (object: KubeObject) => (managedFieldsOf(object) ?? []) as readonly ManagedFieldsEntry[];

const write = (next: KubeObject, previous?: KubeObject, manager = 'ann', now = NOW) =>
  trackUpdate({ next, ...(previous && { previous }), manager, apiVersion: 'v1', now, schema });

describe('an update', () => {
  const created = write(configMap({ a: '1', b: '1' }));

  test('that creates owns everything but what the server writes', () => {
    expect(entriesOf(created)).toEqual([
      {
        manager: 'ann',
        operation: 'Update',
        apiVersion: 'v1',
        time: '2026-01-02T03:04:05Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} } },
      },
    ]);
  });

  test('takes what it changes, and leaves nobody what it removes', () => {
    const after = write(configMap({ a: '2' }), created, 'bob', LATER);
    expect(entriesOf(after).map(({ manager, time, fieldsV1 }) => [manager, time, fieldsV1])).toEqual([
      ['ann', '2026-01-02T03:04:05Z', { 'f:data': {} }],
      ['bob', '2026-01-02T03:05:05Z', { 'f:data': { 'f:a': {} } }],
    ]);
  });

  test('without a change keeps the very entries', () => {
    const after = write(configMap({ a: '1', b: '1' }), created, 'bob', LATER);
    expect(managedFieldsOf(after)).toBe(managedFieldsOf(created));
  });

  test('of a subresource is an owner of its own', () => {
    const next = configMap({ a: '2', b: '1' });
    const after = trackUpdate({
      previous: created,
      next,
      manager: 'ann',
      apiVersion: 'v1',
      subresource: 'status',
      now: NOW,
      schema,
    });
    expect(entriesOf(after).map(({ subresource }) => subresource)).toEqual([undefined, 'status']);
  });
});

describe('managed fields that a client states', () => {
  const created = write(configMap({ a: '1' }));

  test.each([
    ['[]', []],
    ['[{}]', [{}]],
  ])('%s ends tracking until the next apply', (_name, stated) => {
    const cleared = write(configMap({ a: '2' }, { managedFields: stated }), created);
    expect(managedFieldsOf(cleared)).toBeUndefined();
    expect(managedFieldsOf(write(configMap({ a: '3' }), cleared))).toBeUndefined();
  });

  test('replace those of the server', () => {
    const [entry] = entriesOf(created);
    const stated = [{ ...entry, manager: 'eve' }];
    expect(entriesOf(write(configMap({ a: '1' }, { managedFields: stated }), created))).toEqual(stated);
  });

  test('count for nothing when they are not valid', () => {
    const stated = [{ manager: 'eve', operation: 'Steal' }];
    expect(entriesOf(write(configMap({ a: '1' }, { managedFields: stated }), created))).toEqual(entriesOf(created));
  });
});

describe('the server', () => {
  test('keeps ten updaters, and merges the oldest beyond that', () => {
    let object = write(configMap({ a: '1' }));
    for (let index = 0; index < 14; index++) {
      const data = { ...(object as unknown as { data: object }).data, [`k${index}`]: 'x' };
      object = write(configMap(data), object, `m${String(index).padStart(2, '0')}`, NOW + index * 1000);
    }
    const managers = entriesOf(object).map(({ manager }) => manager);
    expect(managers).toHaveLength(10);
    expect(managers[0]).toBe('ancient-changes');
    const owned = entriesOf(object).flatMap(({ fieldsV1 }) => Object.keys(fieldsV1?.['f:data'] ?? {}));
    expect(owned.sort()).toEqual(['.', 'f:a', ...Array.from({ length: 14 }, (_, index) => `f:k${index}`)].sort());
  });

  test('gives up on a custom resource that does not fit its schema', () => {
    const custom = mergeSchemaOf({ type: 'object', properties: { spec: { type: 'integer' } } });
    const next = { apiVersion: 'x.dev/v1', kind: 'X', metadata: {}, spec: 'text' } as KubeObject;
    const after = trackUpdate({ next, manager: 'ann', apiVersion: 'x.dev/v1', now: NOW, schema: custom });
    expect(managedFieldsOf(after)).toBeUndefined();
  });

  test('keeps times when nothing else tells two objects apart', () => {
    const before = write(configMap({ a: '1' }));
    const entries = entriesOf(before).map((entry) => ({ ...entry, time: '2030-01-01T00:00:00Z' }));
    expect(keepTimes(before, withManagedFields(before, entries))).toBe(before);
    const changed = withManagedFields(configMap({ a: '2' }), entries);
    expect(keepTimes(before, changed)).toBe(changed);
  });
});

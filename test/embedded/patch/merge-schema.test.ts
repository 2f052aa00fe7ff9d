import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/api/kube.ts';
import {
  asTyped,
  BUILTIN_KINDS,
  builtinMergeSchema,
  mergeSchemaOf,
  type OpenApiSchema,
} from '../../../src/embedded/patch/index.ts';
import { DEDUCED, schemaOfKey } from '../../../src/embedded/patch/merge-schema.ts';

const at = (schema: OpenApiSchema, ...path: string[]) => {
  let found = mergeSchemaOf({ type: 'object', properties: { spec: schema } });
  for (const key of ['spec', ...path]) found = schemaOfKey(found.map!, key)!;
  return found;
};

describe('schemas of custom resources', () => {
  test('lists are atomic unless they say otherwise', () => {
    const items: OpenApiSchema = { type: 'string' };
    expect(at({ type: 'array', items }).list).toMatchObject({ type: 'atomic', keys: [] });
    expect(at({ type: 'array', items, 'x-kubernetes-list-type': 'set' }).list).toMatchObject({ type: 'set' });
    const map: OpenApiSchema = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['a', 'b'],
      items: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'integer', default: 3 } } },
    };
    expect(at(map).list).toMatchObject({ type: 'map', keys: ['a', 'b'] });
    expect(at(map).list?.item.map?.fields.get('b')?.default).toBe(3);
  });

  test('maps are granular unless they say otherwise', () => {
    expect(at({ type: 'object', additionalProperties: { type: 'string' } }).map).toMatchObject({ atomic: false });
    expect(at({ type: 'object', 'x-kubernetes-map-type': 'atomic' }).map).toMatchObject({ atomic: true });
  });

  test('what is not described is free-form, also below what keeps unknown fields', () => {
    expect(at({ type: 'object' }, 'any')).toBe(DEDUCED);
    const open: OpenApiSchema = {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      properties: { inner: { type: 'object', properties: { known: { type: 'string' } } } },
    };
    expect(at(open, 'inner', 'unknown')).toBe(DEDUCED);
    expect(at(open, 'inner', 'known')).toEqual({ scalar: 'string' });
    expect(mergeSchemaOf(undefined)).toMatchObject({ custom: true, scalar: 'any' });
  });

  test('embedded resources have metadata of their own', () => {
    const embedded: OpenApiSchema = { type: 'object', 'x-kubernetes-embedded-resource': true, properties: {} };
    expect(at(embedded, 'metadata', 'finalizers').list).toMatchObject({ type: 'set' });
    expect(at(embedded, 'kind')).toEqual({ scalar: 'string' });
  });
});

describe('the table of built-in kinds', () => {
  test('reads in full, for every kind', () => {
    for (const [apiVersion, kinds] of Object.entries(BUILTIN_KINDS)) {
      for (const kind of kinds) expect(builtinMergeSchema(apiVersion, kind)?.map?.fields.has('metadata')).toBe(true);
    }
  });

  test('tells the two faces of Event apart', () => {
    expect(builtinMergeSchema('v1', 'Event')?.map?.fields.has('message')).toBe(true);
    expect(builtinMergeSchema('events.k8s.io/v1', 'Event')?.map?.fields.has('note')).toBe(true);
  });
});

describe('an object as the server types it', () => {
  test('has the structs that are always there, and none of what is empty or unknown', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', labels: {}, annotations: { a: null }, finalizers: [] },
      spec: {
        containers: [{ name: 'c', command: [], unknown: 1 }],
        volumes: [{ name: 'v', emptyDir: {} }],
        nodeName: null,
      },
    } as unknown as KubeObject;
    expect(asTyped(builtinMergeSchema('v1', 'Pod')!, pod)).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', annotations: { a: '' } },
      spec: { containers: [{ name: 'c', resources: {} }], volumes: [{ name: 'v', emptyDir: {} }] },
      status: {},
    });
  });

  test('is the very object when nothing is to do', () => {
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: '1' } } as KubeObject;
    expect(asTyped(builtinMergeSchema('v1', 'ConfigMap')!, configMap)).toBe(configMap);
  });
});

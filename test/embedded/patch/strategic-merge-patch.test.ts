import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/api/kube.ts';
import { builtinMergeSchema, mergeSchemaOf, strategicMergePatch } from '../../../src/embedded/patch/index.ts';

const pod = (spec: object, metadata: object = {}) =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', ...metadata }, spec }) as unknown as KubeObject;
const schema = builtinMergeSchema('v1', 'Pod')!;
const specAfter = (spec: object, patch: object) => strategicMergePatch(pod(spec), { spec: patch }, schema).spec;
const named = (...names: string[]) => names.map((name) => ({ name }));

describe('lists of a kind that merge', () => {
  const containers = [{ name: 'a', image: 'x', env: [{ name: 'A', value: '1' }] }, { name: 'b' }];
  test.each([
    ['by key', [{ name: 'b', image: 'y' }], [containers[0], { name: 'b', image: 'y' }]],
    ['new items come first', [{ name: 'c' }], [{ name: 'c' }, ...containers]],
    [
      'lists of items merge too',
      [{ name: 'a', env: [{ name: 'B' }] }],
      [{ ...containers[0], env: [{ name: 'B' }, { name: 'A', value: '1' }] }, containers[1]],
    ],
    ['$patch: delete takes one out', [{ name: 'a', $patch: 'delete' }], [containers[1]]],
    ['$patch: replace for the list', [{ $patch: 'replace' }, { name: 'z' }], [{ name: 'z' }]],
    ['$patch: replace for one item', [{ name: 'a', $patch: 'replace' }], []],
  ])('%s', (_name, patch, expected) => {
    expect(specAfter({ containers }, { containers: patch })).toEqual({ containers: expected });
  });

  test('the server goes by the order of the patch, then by its own', () => {
    expect(specAfter({ containers: named('a', 'b', 'c') }, { containers: named('c', 'a') })).toEqual({
      containers: named('b', 'c', 'a'),
    });
  });

  test('$setElementOrder orders without a list, too', () => {
    const order = { '$setElementOrder/containers': named('c', 'a', 'b') };
    expect(specAfter({ containers: named('a', 'b', 'c') }, order)).toEqual({ containers: named('c', 'a', 'b') });
  });

  test('$setElementOrder must hold what the patch holds', () => {
    const patch = { '$setElementOrder/containers': named('a'), containers: named('b') };
    expect(() => specAfter({ containers: named('a') }, patch)).toThrow(/doesn't match \$setElementOrder list/);
  });

  test('Service ports merge by their number', () => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {},
      spec: { ports: [{ port: 80, protocol: 'TCP' }] },
    };
    const after = strategicMergePatch(
      service as unknown as KubeObject,
      { spec: { ports: [{ port: 80, name: 'http' }, { port: 81 }] } },
      builtinMergeSchema('v1', 'Service')!,
    );
    expect(after.spec).toEqual({ ports: [{ port: 80, protocol: 'TCP', name: 'http' }, { port: 81 }] });
  });
});

describe('other values', () => {
  test('lists without a rule are replaced, tolerations among them', () => {
    expect(specAfter({ tolerations: [{ key: 'a' }] }, { tolerations: [{ key: 'b' }] })).toEqual({
      tolerations: [{ key: 'b' }],
    });
  });

  test('maps merge and null removes', () => {
    expect(specAfter({ nodeSelector: { a: '1', b: '2' } }, { nodeSelector: { a: null, c: '3' } })).toEqual({
      nodeSelector: { b: '2', c: '3' },
    });
  });

  test('$patch on a map replaces or empties it', () => {
    const spec = { securityContext: { runAsUser: 1 } };
    expect(specAfter(spec, { securityContext: { $patch: 'replace', fsGroup: 2 } })).toEqual({
      securityContext: { fsGroup: 2 },
    });
    expect(specAfter(spec, { securityContext: { $patch: 'delete' } })).toEqual({ securityContext: {} });
  });

  test('$retainKeys drops what it does not name', () => {
    const volumes = [{ name: 'v', emptyDir: {} }];
    const patch = { volumes: [{ $retainKeys: ['name', 'configMap'], name: 'v', configMap: { name: 'c' } }] };
    expect(specAfter({ volumes }, patch)).toEqual({ volumes: [{ name: 'v', configMap: { name: 'c' } }] });
    expect(() => specAfter({ volumes }, { $retainKeys: ['nodeName'], volumes })).toThrow(/format of retainKeys/);
  });

  test('finalizers merge as values; $deleteFromPrimitiveList takes values out', () => {
    const live = pod({}, { finalizers: ['a', 'b'] });
    const after = (metadata: object) => strategicMergePatch(live, { metadata }, schema).metadata.finalizers;
    expect(after({ finalizers: ['c', 'a'] })).toEqual(['c', 'a', 'b']);
    expect(after({ '$deleteFromPrimitiveList/finalizers': ['a'] })).toEqual(['b']);
  });

  test('the given object stays as it was, and the rest is shared', () => {
    const live = pod({ containers: named('a') }, { labels: { a: '1' } });
    const after = strategicMergePatch(live, { metadata: { labels: { a: '2' } } }, schema);
    expect(after.spec).toBe(live.spec);
    expect(live.metadata.labels).toEqual({ a: '1' });
  });
});

test('custom resources have no strategic merge', () => {
  expect(() => strategicMergePatch(pod({}), {}, mergeSchemaOf({ type: 'object' }))).toThrow(
    expect.objectContaining({ code: 415, reason: 'UnsupportedMediaType' }),
  );
});

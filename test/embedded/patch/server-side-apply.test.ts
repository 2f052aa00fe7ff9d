import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KubeObject } from '../../../src/api/kube.ts';
import {
  builtinMergeSchema,
  keepTimes,
  type ManagedFieldsEntry,
  managedFieldsOf,
  mergeSchemaOf,
  resetFields,
  serverSideApply,
  trackUpdate,
  withManagedFields,
} from '../../../src/embedded/patch/index.ts';
import { SUBJECTS } from './subjects.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');
const schema = builtinMergeSchema('v1', 'ConfigMap')!;
const configMap = (fields: object, metadata: object = {}) =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', ...metadata }, ...fields }) as unknown as KubeObject;

interface Options {
  readonly live?: KubeObject;
  readonly manager?: string;
  readonly force?: boolean;
  readonly now?: number;
}
const apply = (applied: KubeObject, { live, manager = 'ann', force = false, now = NOW }: Options = {}) =>
  serverSideApply({ applied, ...(live && { live }), manager, force, schema, apiVersion: 'v1', now });
const entriesOf = (object: KubeObject) => (managedFieldsOf(object) ?? []) as readonly ManagedFieldsEntry[];
const dataOf = (object: KubeObject) => (object as { data?: unknown }).data;

describe('one manager', () => {
  test('owns what it applies', () => {
    expect(entriesOf(apply(configMap({ data: { a: '1' } }, { labels: { l: '1' } })))).toEqual([
      {
        manager: 'ann',
        operation: 'Apply',
        apiVersion: 'v1',
        time: '2026-01-02T03:04:05Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:a': {} }, 'f:metadata': { 'f:labels': { 'f:l': {} } } },
      },
    ]);
  });

  test('removes what it does not apply any more', () => {
    const live = apply(configMap({ data: { a: '1', b: '2' } }));
    expect(dataOf(apply(configMap({ data: { b: '2' } }), { live }))).toEqual({ b: '2' });
    expect(dataOf(apply(configMap({}), { live }))).toBeUndefined();
  });

  test('changes nothing by applying again, and the very object comes back', () => {
    const live = apply(configMap({ data: { a: '1' } }));
    expect(apply(configMap({ data: { a: '1' } }), { live, now: NOW + 60_000 })).toBe(live);
  });
});

describe('two managers', () => {
  const live = apply(configMap({ data: { a: '1', b: '1' } }));

  test('conflict over a value, in the words of the server', () => {
    expect(() => apply(configMap({ data: { a: '2' } }), { live, manager: 'bob' })).toThrow(
      expect.objectContaining({
        code: 409,
        reason: 'Conflict',
        message: 'Apply failed with 1 conflict: conflict with "ann": .data.a',
      }),
    );
    expect(() => apply(configMap({ data: { a: '2', b: '2' } }), { live, manager: 'bob' })).toThrow(
      'Apply failed with 2 conflicts: conflicts with "ann":\n- .data.a\n- .data.b',
    );
  });

  test('share what they agree on: it goes only with the last of them', () => {
    const shared = apply(configMap({ data: { a: '1' } }), { live, manager: 'bob' });
    const dropped = apply(configMap({ data: { b: '1' } }), { live: shared });
    expect(dataOf(dropped)).toEqual({ a: '1', b: '1' });
    expect(dataOf(apply(configMap({}), { live: dropped, manager: 'bob' }))).toEqual({ b: '1' });
  });

  test('take over by force, and the other owns it no more', () => {
    const forced = apply(configMap({ data: { a: '2' } }), { live, manager: 'bob', force: true });
    expect(dataOf(forced)).toEqual({ a: '2', b: '1' });
    expect(entriesOf(forced).map(({ manager, fieldsV1 }) => [manager, fieldsV1])).toEqual([
      ['ann', { 'f:data': { 'f:b': {} } }],
      ['bob', { 'f:data': { 'f:a': {} } }],
    ]);
  });

  test('of an update is told with its version', () => {
    const next = configMap({ data: { a: '3', b: '1' } });
    const updated = trackUpdate({ previous: live, next, manager: 'eve', apiVersion: 'v1', now: NOW, schema });
    expect(() => apply(configMap({ data: { a: '1', b: '1' } }), { live: updated })).toThrow(
      'Apply failed with 1 conflict: conflict with "eve" using v1: .data.a',
    );
  });
});

describe('the first apply to an object that nobody tracked', () => {
  const live = configMap({ data: { a: '1' } }, { uid: 'u' });

  test('leaves what was there to its writers of before', () => {
    const after = apply(configMap({ data: { b: '1' } }), { live });
    expect(entriesOf(after).map(({ manager, operation }) => [manager, operation])).toEqual([
      ['ann', 'Apply'],
      ['before-first-apply', 'Update'],
    ]);
    expect(() => apply(configMap({ data: { a: '2' } }), { live })).toThrow(/"before-first-apply" using v1: .data.a/);
  });
});

describe('kubectl', () => {
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
  const annotated = configMap(
    { data: { a: '1' } },
    { annotations: { [annotation]: JSON.stringify(configMap({ data: { a: '1' } })) } },
  );
  const live = trackUpdate({
    next: annotated,
    manager: 'kubectl-client-side-apply',
    apiVersion: 'v1',
    now: NOW,
    schema,
  });

  test('turns its client-side applies into server-side ones, and keeps the annotation', () => {
    const after = apply(configMap({ data: { a: '2' } }), { live, manager: 'kubectl' });
    expect(dataOf(after)).toEqual({ a: '2' });
    expect(after.metadata.annotations?.[annotation]).toBe(
      '{"apiVersion":"v1","data":{"a":"2"},"kind":"ConfigMap","metadata":{"name":"a"}}\n',
    );
  });

  test('no other manager does', () => {
    expect(() => apply(configMap({ data: { a: '2' } }), { live, manager: 'ann' })).toThrow(/Apply failed/);
  });
});

describe('endpoints', () => {
  const widget = mergeSchemaOf({
    type: 'object',
    properties: { spec: { type: 'object' }, status: { type: 'object' } },
  });
  const object = { apiVersion: 'x.dev/v1', kind: 'Widget', metadata: { name: 'a' }, spec: { a: 1 }, status: { b: 1 } };
  const write = (subresource?: string) =>
    serverSideApply({
      applied: object as KubeObject,
      manager: 'ann',
      force: false,
      schema: widget,
      apiVersion: 'x.dev/v1',
      now: NOW,
      ...(subresource && { subresource }),
      reset: resetFields({ apiVersion: 'x.dev/v1', kind: 'Widget', custom: { withStatus: true } }, subresource),
    });

  test('nobody owns a status through the main one, nor a spec through that of the status', () => {
    expect(entriesOf(write())[0]?.fieldsV1).toEqual({ 'f:spec': { 'f:a': {} } });
    expect(entriesOf(write('status'))[0]).toMatchObject({
      fieldsV1: { 'f:status': { 'f:b': {} } },
      subresource: 'status',
    });
  });
});

describe('any sequence', () => {
  for (const subject of SUBJECTS) {
    const { kind } = subject;
    const apiVersion = kind.group ? `${kind.group}/v1` : 'v1';
    const objectOf = (content: object) =>
      ({
        ...content,
        apiVersion,
        kind: kind.kind,
        metadata: { ...(content as KubeObject).metadata, name: 'a' },
      }) as KubeObject;
    // Empty maps and lists are stated once and stored never, so that who states them goes on changing something.
    const content = subject.content.filter((value) => !/\{\}|\[\]/.test(JSON.stringify(value)));
    const write = (live: KubeObject | undefined, content: object, manager: string, now: number) => {
      const common = { manager, force: true, schema: subject.schema, apiVersion, now };
      const applied = serverSideApply({ ...common, ...(live && { live }), applied: objectOf(content) });
      const after = applied === live ? applied : subject.complete(applied);
      // What empties a place may leave a null there, which no server stores.
      fc.pre(!JSON.stringify(after).includes('null'));
      return live ? keepTimes(live, after) : after;
    };

    test(`of applies of ${kind.plural}: the last one again changes nothing, and untouched objects stay`, () => {
      const step = fc.tuple(content, fc.constantFrom('ann', 'bob'));
      fc.assert(
        fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
          let live: KubeObject | undefined;
          for (const [content, manager] of steps) {
            const before = JSON.stringify(live);
            const after = write(live, content, manager, NOW);
            expect(JSON.stringify(live)).toBe(before);
            live = after;
          }
          const [content, manager] = steps.at(-1)!;
          fc.pre(live !== undefined && entriesOf(live).length > 0);
          expect(write(live, content, manager, NOW)).toEqual(live);
        }),
        { numRuns: 60 },
      );
    });

    test(`of applies of ${kind.plural}: whoever applies nothing owns nothing, and leaves what others apply`, () => {
      fc.assert(
        fc.property(content, content, (one, other) => {
          const alone = write(undefined, one, 'ann', NOW);
          fc.pre(entriesOf(alone).length > 0);
          const both = write(alone, other, 'bob', NOW);
          const gone = write(both, {}, 'bob', NOW);
          expect(entriesOf(gone).some(({ manager }) => manager === 'bob')).toBe(false);
          expect(entriesOf(gone).every(({ manager }) => manager === 'ann')).toBe(true);
        }),
        { numRuns: 60 },
      );
    });
  }

  test('without managed fields an object is as given', () => {
    const object = configMap({});
    expect(withManagedFields(object, undefined)).toBe(object);
  });
});

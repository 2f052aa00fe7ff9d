import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/api/kube.ts';
import type { StructuralSchema } from '../../../src/api/structural.ts';
import { compileStructural, strictDecodingError } from '../../../src/embedded/structural/index.ts';

const text = { type: 'string' };
const object = (properties: Record<string, StructuralSchema>, more: object = {}): StructuralSchema => ({
  type: 'object',
  properties,
  ...more,
});
const compiled = (spec: StructuralSchema) =>
  compileStructural(object({ apiVersion: text, kind: text, metadata: { type: 'object' }, spec }), {
    kind: { kind: 'Thing', version: 'v1' },
  });
const thing = (spec: unknown, metadata: object = { name: 'x' }): KubeObject =>
  ({ apiVersion: 'example.com/v1', kind: 'Thing', metadata, spec }) as KubeObject;

describe('pruning', () => {
  const schema = compiled(
    object({
      a: text,
      list: { type: 'array', items: object({ b: text }) },
      open: object({ known: object({ c: text }) }, { 'x-kubernetes-preserve-unknown-fields': true }),
      pod: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      maybe: { type: 'string', nullable: true },
    }),
  );

  test.each([
    ['fields nobody knows', { a: 'x', b: 1 }, { a: 'x' }, ['spec.b']],
    ['in lists', { list: [{ b: 'x', d: 1 }] }, { list: [{ b: 'x' }] }, ['spec.list[0].d']],
    [
      'below open objects, where a schema is given',
      { open: { known: { d: 1 }, other: { e: 1 } } },
      { open: { known: {}, other: { e: 1 } } },
      ['spec.open.known.d'],
    ],
    [
      'in the metadata of embedded resources',
      { pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', odd: 1 }, any: 1 } },
      { pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, any: 1 } },
      ['spec.pod.metadata.odd'],
    ],
    ['nulls that are not allowed, silently', { a: null, maybe: null }, { maybe: null }, []],
  ])('drops %s', (_what, spec, kept, unknown) => {
    expect(schema.prune(thing(spec))).toEqual({ object: thing(kept), unknown });
  });

  test('leaves a known object as it is: the very same one', () => {
    const whole = thing({ a: 'x', list: [{ b: 'y' }] });
    expect(schema.prune(whole).object).toBe(whole);
  });

  test('does not modify what it was given', () => {
    const whole = Object.freeze(thing(Object.freeze({ a: 'x', b: 1 })));
    expect(schema.prune(whole).object.spec).toEqual({ a: 'x' });
  });

  test('refuses metadata of the wrong type as unreadable', () => {
    expect(() => schema.prune(thing({}, { name: 'x', labels: { a: 1 } }))).toThrow(
      'Thing in version "v1" cannot be handled as a Thing: json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
    );
  });

  test('a strict request is told every unknown field', () => {
    const { unknown } = schema.prune(thing({ b: 1, c: 2 }, { name: 'x', odd: true }));
    expect(strictDecodingError(unknown)).toBe(
      'strict decoding error: unknown field "metadata.odd", unknown field "spec.b", unknown field "spec.c"',
    );
  });
});

describe('defaults', () => {
  const schema = compiled(
    object(
      {
        word: { type: 'string', default: 'w' },
        nested: object({
          count: { type: 'integer', default: 3 },
          deep: object({ x: { ...text, default: 'y' } }, { default: {} }),
        }),
        items: { type: 'array', items: object({ weight: { type: 'integer', default: 1 } }) },
        maybe: { type: 'string', nullable: true, default: 'd' },
      },
      { default: {} },
    ),
  );

  test.each([
    ['a missing spec', undefined, { word: 'w', maybe: 'd' }],
    ['nulls that are not allowed', { word: null, maybe: null }, { word: 'w', maybe: null }],
    [
      'objects that are there, and what is below them',
      { nested: {} },
      { word: 'w', maybe: 'd', nested: { count: 3, deep: { x: 'y' } } },
    ],
    [
      'items of lists',
      { items: [{}, { weight: 5 }] },
      { word: 'w', maybe: 'd', items: [{ weight: 1 }, { weight: 5 }] },
    ],
  ])('fill %s', (_what, spec, filled) => {
    const given = spec === undefined ? thing(undefined) : thing(spec);
    if (spec === undefined) delete (given as { spec?: unknown }).spec;
    expect(schema.applyDefaults(given).spec).toEqual(filled);
  });

  test('leave a complete object as it is: the very same one', () => {
    const whole = thing({ word: 'x', maybe: 'y' });
    expect(schema.applyDefaults(whole)).toBe(whole);
  });
});

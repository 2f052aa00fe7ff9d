import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/api/kube.ts';
import type { StructuralSchema } from '../../../src/api/structural.ts';
import { compileStructural, invalidDetails, invalidError } from '../../../src/embedded/structural/index.ts';

const root = (field: StructuralSchema): StructuralSchema => ({
  type: 'object',
  properties: { metadata: { type: 'object' }, spec: { type: 'object', properties: { f: field } } },
});
const compiled = (field: StructuralSchema) =>
  compileStructural(root(field), { kind: { kind: 'Thing', version: 'v1' } });
const thing = (f: unknown): KubeObject =>
  ({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'x' }, spec: { f } }) as KubeObject;
const said = (field: StructuralSchema, value: unknown, old?: unknown) =>
  compiled(field)
    .validate(thing(value), old === undefined ? undefined : thing(old))
    .map((error) => `${error.field}: ${error.message}`);

describe('what a schema refuses', () => {
  test.each<[string, StructuralSchema, unknown, string[]]>([
    [
      'type',
      { type: 'integer' },
      'x',
      ['spec.f: Invalid value: "string": spec.f in body must be of type integer: "string"'],
    ],
    ['enum', { type: 'string', enum: ['a', 'b'] }, 'x', ['spec.f: Unsupported value: "x": supported values: "a", "b"']],
    [
      'pattern',
      { type: 'string', pattern: '^a+$' },
      'b',
      [`spec.f: Invalid value: "b": spec.f in body should match '^a+$'`],
    ],
    ['maxLength', { type: 'string', maxLength: 1 }, 'xx', ['spec.f: Too long: may not be more than 1 byte']],
    [
      'minLength',
      { type: 'string', minLength: 2 },
      'x',
      ['spec.f: Invalid value: "x": spec.f in body should be at least 2 chars long'],
    ],
    [
      'maximum',
      { type: 'integer', maximum: 3 },
      4,
      ['spec.f: Invalid value: 4: spec.f in body should be less than or equal to 3'],
    ],
    [
      'multipleOf',
      { type: 'integer', multipleOf: 5 },
      4,
      ['spec.f: Invalid value: 4: spec.f in body should be a multiple of 5'],
    ],
    [
      'format of numbers',
      { type: 'integer', format: 'int32' },
      2 ** 31,
      ['<nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec.f'],
    ],
    [
      'format of texts',
      { type: 'string', format: 'date-time' },
      'x',
      ['spec.f: Invalid value: "x": spec.f in body must be of type date-time: "x"'],
    ],
    [
      'maxItems',
      { type: 'array', maxItems: 1, items: { type: 'string' } },
      ['a', 'b'],
      ['spec.f: Too many: 2: must have at most 1 item'],
    ],
    ['required', { type: 'object', required: ['a'] }, {}, ['spec.f.a: Required value']],
    [
      'null',
      { type: 'string' },
      null,
      ['spec.f: Invalid value: "null": spec.f in body must be of type string: "null"'],
    ],
    [
      'anyOf',
      { type: 'integer', anyOf: [{ minimum: 10 }, { maximum: 2 }] },
      5,
      [
        '<nil>: Invalid value: "": "spec.f" must validate at least one schema (anyOf)',
        'spec.f: Invalid value: 5: spec.f in body should be greater than or equal to 10',
      ],
    ],
    [
      'int-or-string',
      { 'x-kubernetes-int-or-string': true },
      true,
      ['spec.f: Invalid value: "boolean": spec.f in body must be of type integer,string: "boolean"'],
    ],
    [
      'sets',
      { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
      ['a', 'a'],
      ['spec.f[1]: Duplicate value: "a"'],
    ],
    [
      'keyed lists',
      {
        type: 'array',
        items: { type: 'object', properties: { k: { type: 'string' } } },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      },
      [{ k: 'a' }, { k: 'a' }],
      ['spec.f[1]: Duplicate value: {"k":"a"}'],
    ],
  ])('%s', (_keyword, schema, value, errors) => {
    expect(said(schema, value)).toEqual(errors);
  });

  test.each([
    ['email', 'a@b.c', 'a'.repeat(5000)],
    ['email', 'Some One <a@b.c>', 'Some One a@b.c'],
    ['hostname', 'a.example.com', '-a'],
    ['uri', 'https://a/b?c', 'a/b'],
  ])('format %s takes %s, and refuses others at once', (format, fitting, unfit) => {
    expect(said({ type: 'string', format }, fitting)).toEqual([]);
    expect(said({ type: 'string', format }, unfit)).toHaveLength(1);
  });

  test('an update is not blamed for what it leaves alone', () => {
    const schema: StructuralSchema = {
      type: 'object',
      properties: { a: { type: 'string', maxLength: 1 }, b: { type: 'string' } },
    };
    expect(said(schema, { a: 'long', b: 'new' }, { a: 'long', b: 'old' })).toEqual([]);
    expect(said(schema, { a: 'longer' }, { a: 'long' })).toEqual(['spec.f.a: Too long: may not be more than 1 byte']);
  });
});

test('the 422 lists each error once, with its cause', () => {
  const kind = { group: 'example.com', kind: 'Thing' };
  const errors = compiled({ type: 'object', required: ['a', 'b'] }).validate(thing({}));
  const error = invalidError(kind, 'x', [...errors, errors[0]!]);
  expect(error).toMatchObject({ code: 422, reason: 'Invalid' });
  expect(error.message).toBe('Thing.example.com "x" is invalid: [spec.f.a: Required value, spec.f.b: Required value]');
  expect(invalidDetails(kind, 'x', errors)).toMatchObject({
    causes: [
      { reason: 'FieldValueRequired', field: 'spec.f.a', message: 'Required value' },
      { reason: 'FieldValueRequired', field: 'spec.f.b', message: 'Required value' },
    ],
  });
});

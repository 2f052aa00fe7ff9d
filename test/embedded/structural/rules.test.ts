import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../src/api/kube.ts';
import type { StructuralSchema } from '../../../src/api/structural.ts';
import { compileExpression } from '../../../src/embedded/structural/cel/program.ts';
import { compileStructural } from '../../../src/embedded/structural/index.ts';

const value = (expression: string) => compileExpression(expression).run('self', undefined);

describe('expressions', () => {
  test.each([
    '1 + 2 * 3 == 7',
    '7 / 2 == 3 && -7 / 2 == -3 && 7 % 4 == 3',
    '1 == 1.0 && dyn(1u) == 1',
    "'b' in ['a', 'b'] && 'k' in {'k': 1}",
    'false && 1 / 0 == 1 ? false : true',
    'true || 1 / 0 == 1',
    '[1, 2, 3].exists_one(i, i > 2) && ![1, 2].exists(i, i > 2)',
    "['a', 'b'].all(i, v, i < 2 && v != 'c')",
    "{'a': 1}.transformMap(k, v, v + 1) == {'a': 2}",
    '[[1], [2, 3]].flatten() == [1, 2, 3]',
    "'ünï'.size() == 3 && 'ünï'.substring(1, 2) == 'n'",
    "'%s is %d'.format(['a', 2]) == 'a is 2'",
    "string(1.5) == '1.5' && string(1000000.0) == '1e+06'",
    "timestamp('2024-03-01T00:00:00Z') - timestamp('2024-02-29T00:00:00Z') == duration('24h')",
    "timestamp('2024-07-01T00:30:00Z').getHours('Europe/Berlin') == 2",
    "quantity('1Gi').isGreaterThan(quantity('1G')) && quantity('500m').add(quantity('0.5')).asInteger() == 1",
    "cidr('10.0.0.0/8').containsIP('10.1.2.3') && ip('::1').isLoopback() && !isIP('1.2.3.04')",
    "url('https://a.b:8/c?d=e&d=f').getQuery()['d'] == ['e', 'f']",
    "semver('1.10.0').isGreaterThan(semver('1.9.0')) && semver('1.0.0-rc.1').isLessThan(semver('1.0.0'))",
    "optional.of(1).optMap(x, x + 1).orValue(0) == 2 && {'a': 1}[?'b'].orValue(3) == 3",
    "format.dns1123Label().validate('a.b').value().size() == 1",
    "'a-b'.matches('^[a-z-]+$') && 'x1y22'.findAll('[0-9]+') == ['1', '22']",
  ])('%s', (expression) => {
    expect(value(expression)).toBe(true);
  });

  test.each([
    ['1 / 0', 'division by zero'],
    ['9223372036854775807 + 1', 'integer overflow'],
    ['[1][2]', 'index out of bounds: 2'],
    ["{'a': 1}.b", 'no such key: b'],
    ["'a' < dyn(1)", 'no such overload'],
  ])('%s fails: %s', (expression, message) => {
    expect(() => value(expression)).toThrow(expect.objectContaining({ message }));
  });
});

const root = (spec: StructuralSchema): StructuralSchema => ({
  type: 'object',
  properties: { metadata: { type: 'object' }, spec },
});
const thing = (spec: unknown): KubeObject =>
  ({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'x' }, spec }) as KubeObject;
const said = (spec: StructuralSchema, next: unknown, old?: unknown) =>
  compileStructural(root(spec), { kind: { kind: 'Thing', version: 'v1' } })
    .validate(thing(next), old === undefined ? undefined : thing(old))
    .map((error) => `${error.field}: ${error.message}`);
const ruled = (properties: Record<string, StructuralSchema>, ...rules: object[]): StructuralSchema => ({
  type: 'object',
  properties,
  'x-kubernetes-validations': rules,
});

describe('rules', () => {
  const integer = { type: 'integer' };

  test('refuse with their message, at their path, for their reason', () => {
    const schema = ruled(
      { a: integer, b: integer },
      { rule: 'self.a < self.b', message: 'a first', fieldPath: '.a', reason: 'FieldValueForbidden' },
    );
    expect(said(schema, { a: 1, b: 2 })).toEqual([]);
    expect(said(schema, { a: 2, b: 1 })).toEqual(['spec.a: Forbidden: a first']);
  });

  test('without a message name themselves, and show simple values', () => {
    expect(said(ruled({ a: { ...integer, 'x-kubernetes-validations': [{ rule: 'self > 3' }] } }), { a: 1 })).toEqual([
      'spec.a: Invalid value: 1: failed rule: self > 3',
    ]);
  });

  test('may compose their message', () => {
    const schema = ruled({ a: integer }, { rule: 'self.a > 3', messageExpression: "'a is ' + string(self.a)" });
    expect(said(schema, { a: 1 })).toEqual(['spec: Invalid value: a is 1']);
  });

  test('say what went wrong when they cannot be evaluated', () => {
    expect(said(ruled({ a: integer }, { rule: 'self.a > 3' }), {})).toEqual([
      'spec: Invalid value: "object": no such key: a evaluating rule: self.a > 3',
    ]);
  });

  test('about a transition wait for one', () => {
    const schema = ruled({ a: { ...integer, 'x-kubernetes-validations': [{ rule: 'self >= oldSelf' }] } });
    expect(said(schema, { a: 1 })).toEqual([]);
    expect(said(schema, { a: 1 }, {})).toEqual([]);
    expect(said(schema, { a: 1 }, { a: 2 })).toEqual(['spec.a: Invalid value: 1: failed rule: self >= oldSelf']);
  });

  test('about an optional transition see whether there is one', () => {
    const rule = { rule: 'oldSelf.hasValue() || self < 5', optionalOldSelf: true };
    const schema = ruled({ a: { ...integer, 'x-kubernetes-validations': [rule] } });
    expect(said(schema, { a: 9 })).toHaveLength(1);
    expect(said(schema, { a: 9 }, { a: 1 })).toEqual([]);
  });

  test('follow the elements of keyed lists by their keys', () => {
    const item = {
      ...ruled({ name: { type: 'string' }, n: integer }, { rule: 'self.n >= oldSelf.n' }),
      required: ['name'],
    };
    const list = {
      type: 'array',
      items: item,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    };
    const old = {
      list: [
        { name: 'a', n: 1 },
        { name: 'b', n: 5 },
      ],
    };
    expect(
      said(
        ruled({ list }),
        {
          list: [
            { name: 'b', n: 5 },
            { name: 'c', n: 0 },
          ],
        },
        old,
      ),
    ).toEqual([]);
    expect(said(ruled({ list }), { list: [{ name: 'b', n: 4 }] }, old)).toEqual([
      'spec.list[0]: Invalid value: failed rule: self.n >= oldSelf.n',
    ]);
  });

  test('are not asked about an object of the wrong shape', () => {
    expect(said(ruled({ a: integer }, { rule: 'self.a > 3' }), { a: 'x' })).toEqual([
      'spec.a: Invalid value: "string": spec.a in body must be of type integer: "string"',
      '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ]);
  });

  test('forgive what an update leaves alone', () => {
    const schema = ruled({ a: { ...integer, 'x-kubernetes-validations': [{ rule: 'self > 3' }] }, b: integer });
    expect(said(schema, { a: 1, b: 2 }, { a: 1, b: 1 })).toEqual([]);
  });

  test('read fields whose names are no identifiers', () => {
    const schema = ruled({ 'a-b': integer, namespace: integer }, { rule: 'self.a__dash__b < self.__namespace__' });
    expect(said(schema, { 'a-b': 1, namespace: 2 })).toEqual([]);
    expect(said(schema, { 'a-b': 2, namespace: 1 })).toHaveLength(1);
  });

  test.each(['self.a >', 'unknown(self.a)', 'other.a > 1', '[?self.a].size() > 0', 'self.typo == 1', 'has(self.a.b)'])(
    '%s is named as beyond this implementation',
    (rule) => {
      expect(() => said(ruled({ a: integer }, { rule }), {})).toThrow(
        expect.objectContaining({ code: 501, message: expect.stringContaining(JSON.stringify(rule)) as unknown }),
      );
    },
  );
});

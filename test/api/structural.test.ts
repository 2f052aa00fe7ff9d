import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { allCrds } from '../../src/api/index.ts';
import { cel, int32, listMap, open, quantity, stored } from '../../src/api/schema.ts';
import { NotStructuralError, toStructural } from '../../src/api/structural.ts';

describe('toStructural', () => {
  test('keeps what an apiserver understands', () => {
    const schema = z.object({
      n: int32(0).optional(),
      q: quantity(),
      list: listMap(open({ name: z.string() }), 'name', 3),
      flag: stored(z.boolean(), false),
      ruled: cel(z.string().max(5), { rule: "self != ''", message: 'ruled must not be empty' }),
    });
    expect(toStructural(schema)).toMatchObject({
      type: 'object',
      required: ['q', 'list', 'ruled'],
      properties: {
        n: { type: 'integer', format: 'int32', minimum: 0 },
        q: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
        list: {
          type: 'array',
          maxItems: 3,
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, required: ['name'] },
        },
        flag: { type: 'boolean', default: false },
        ruled: { 'x-kubernetes-validations': [{ rule: "self != ''" }] },
      },
    });
  });

  test.each([
    ['a union', z.object({ a: z.union([z.string(), z.boolean()]) }), /^\.a: "anyOf" is not allowed/],
    ['no type', z.object({ a: z.unknown() }), /^\.a: needs a type/],
    ['null', z.object({ a: z.null() }), /^\.a: /],
    [
      'an optional list key',
      z.object({ a: listMap(z.object({ k: z.string().optional() }), 'k') }),
      /^\.a: the list's key "k"/,
    ],
  ])('refuses %s and names the path', (_what, schema, message) => {
    expect(() => toStructural(schema)).toThrow(NotStructuralError);
    expect(() => toStructural(schema)).toThrow(message);
  });

  test('all CRDs together stay under a megabyte', () => {
    expect(JSON.stringify(allCrds()).length).toBeLessThan(1_000_000);
  });
});

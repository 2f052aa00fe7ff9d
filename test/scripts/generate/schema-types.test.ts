import { describe, expect, test } from '@jest/globals';
import { schemaTypes } from '../../../scripts/generate/schema-types.ts';
import type { StructuralSchema } from '../../../src/api/index.ts';

const object = (properties: Record<string, StructuralSchema>): StructuralSchema => ({ type: 'object', properties });
const string = { type: 'string' };

describe('schemaTypes', () => {
  test.each([
    [{ 'x-kubernetes-int-or-string': true }, 'number | string'],
    [{ type: 'string', enum: ['a', 'b'] }, '"a" | "b"'],
    [{ type: 'array', items: { 'x-kubernetes-int-or-string': true } }, 'readonly (number | string)[]'],
    [{ type: 'object', additionalProperties: string }, 'Readonly<Record<string, string>>'],
    [{ type: 'object' }, 'Readonly<Record<string, unknown>>'],
    [{ 'x-kubernetes-preserve-unknown-fields': true }, 'unknown'],
  ])('%j is %s', (schema, type) => {
    expect(schemaTypes([]).typeOf(schema, ['field'])).toBe(type);
  });

  test('equal schemas share an interface, others of the same name get a longer one', () => {
    const types = schemaTypes(['Job']);
    expect(types.typeOf(object({ a: string }), ['job', 'probe'])).toBe('Probe');
    expect(types.typeOf(object({ a: string }), ['other', 'probe'])).toBe('Probe');
    expect(types.typeOf(object({ b: string }), ['other', 'probe'])).toBe('OtherProbe');
    expect(types.declarations()).toEqual([
      'export interface Probe {\n  readonly a?: string;\n}',
      'export interface OtherProbe {\n  readonly b?: string;\n}',
    ]);
  });

  test('says what the rules of a field say', () => {
    const types = schemaTypes([]);
    const rules = [{ rule: 'self > 0', message: 'must be positive' }];
    types.typeOf(object({ n: { type: 'integer', 'x-kubernetes-validations': rules } }), ['root']);
    expect(types.declarations()[0]).toContain('/** must be positive */');
  });
});

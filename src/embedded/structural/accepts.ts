import { isObject } from '../../api/json.ts';
import { isInt64 } from './go-text.ts';
import { sameJson } from './json.ts';
import { boundFor, fitsFormat, isMultipleOf, isWholeNumber } from './numbers.ts';
import type { SchemaNode } from './schema-node.ts';
import { isSettled, settle } from './settled.ts';

/** Whether a value satisfies its schema: the quick answer, without saying why not. */
export function accepts(value: unknown, node: SchemaNode): boolean {
  if (value === null) return (node.types.length === 0 || node.nullable) && inEnum(value, node);
  if (isSettled(node.settled?.accepted, value)) return true;
  if (!satisfies(value, node)) return false;
  settle(node.settled?.accepted, value);
  return true;
}

function satisfies(value: unknown, node: SchemaNode): boolean {
  if (!hasType(value, node)) return false;
  if (!junctions(value, node)) return false;
  if (node.enum && !inEnum(value, node)) return false;
  if (typeof value === 'string') return acceptsText(value, node);
  if (typeof value === 'number') return acceptsNumber(value, node);
  if (Array.isArray(value)) return acceptsList(value, node);
  return isObject(value) ? acceptsObject(value, node) : true;
}

/** The JSON type of a value, with the format that Go would store it in. */
export function typeOf(value: unknown): { readonly type: string; readonly format: string } {
  if (typeof value === 'string') return { type: 'string', format: '' };
  if (typeof value === 'boolean') return { type: 'boolean', format: '' };
  if (typeof value === 'number') {
    return isInt64(value) ? { type: 'integer', format: 'int64' } : { type: 'number', format: 'float64' };
  }
  return { type: Array.isArray(value) ? 'array' : 'object', format: '' };
}

function hasType(value: unknown, node: SchemaNode): boolean {
  const { types, checkedFormat } = node;
  if (types.length === 0 && checkedFormat === '') return true;
  const { type } = typeOf(value);
  if (types.includes(type)) return true;
  if (type === 'number' && types.includes('integer')) return isWholeNumber(value as number);
  if (type === 'integer' && types.includes('number')) return true;
  const textual = !types.includes('number') && !types.includes('integer');
  return textual && checkedFormat !== '' && (type === 'string' || type === 'array');
}

export function inEnum(value: unknown, { enum: allowed }: SchemaNode): boolean {
  if (!allowed || allowed.length === 0) return true;
  return allowed.some((choice) => {
    if (typeof value === 'number' && typeof choice === 'number') {
      return value === choice || (isInt64(choice) && Math.trunc(value) === choice);
    }
    return value !== null && sameJson(value, choice);
  });
}

function junctions(value: unknown, { allOf, anyOf, oneOf, not }: SchemaNode): boolean {
  for (const branch of allOf) if (!accepts(value, branch)) return false;
  if (anyOf.length > 0 && !anyOf.some((branch) => accepts(value, branch))) return false;
  if (oneOf.length > 0 && oneOf.filter((branch) => accepts(value, branch)).length !== 1) return false;
  return !not || !accepts(value, not);
}

/** Length in Unicode characters. */
export function textLength(text: string): number {
  let length = 0;
  for (const _char of text) length++;
  return length;
}

function acceptsText(value: string, node: SchemaNode): boolean {
  const { minLength, maxLength, matchesPattern, matchesFormat } = node;
  if (maxLength !== undefined && value.length > maxLength && textLength(value) > maxLength) return false;
  if (minLength !== undefined && textLength(value) < minLength) return false;
  return (!matchesPattern || matchesPattern(value)) && (!matchesFormat || matchesFormat(value));
}

function acceptsNumber(value: number, node: SchemaNode): boolean {
  const { minimum, maximum, multipleOf } = node;
  if (!fitsFormat(value, node)) return false;
  for (const bound of [minimum, maximum, multipleOf]) {
    if (bound !== undefined && !fitsFormat(bound, node)) return false;
  }
  if (maximum !== undefined) {
    const most = boundFor(value, maximum);
    if (node.exclusiveMaximum ? value >= most : value > most) return false;
  }
  if (minimum !== undefined) {
    const least = boundFor(value, minimum);
    if (node.exclusiveMinimum ? value <= least : value < least) return false;
  }
  return multipleOf === undefined || isMultipleOf(value, multipleOf);
}

function acceptsList(value: readonly unknown[], node: SchemaNode): boolean {
  const { items, minItems, maxItems } = node;
  if (minItems !== undefined && value.length < minItems) return false;
  if (maxItems !== undefined && value.length > maxItems) return false;
  return !items || value.every((item) => accepts(item, items));
}

function acceptsObject(value: Readonly<Record<string, unknown>>, node: SchemaNode): boolean {
  const { properties, additional, required, minProperties, maxProperties } = node;
  if (minProperties !== undefined || maxProperties !== undefined) {
    const size = Object.keys(value).length;
    if (size < (minProperties ?? 0) || size > (maxProperties ?? size)) return false;
  }
  for (const name of required) if (!Object.hasOwn(value, name)) return false;
  for (const key in value) {
    const child = properties.get(key) ?? additional;
    if (child ? !accepts(value[key], child) : node.additionalAllowed === false) return false;
  }
  return true;
}

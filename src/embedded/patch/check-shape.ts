import { printGoSyntax, printGoType, printGoValue } from './go-print.ts';
import type { ListSchema, MapSchema, MergeSchema, ScalarType } from './merge-schema.ts';
import { fitsScalar, sortOf } from './narrow.ts';
import { itemElement, NoPathElement, type PathElement, printElement } from './path-element.ts';
import { isList, isMap, type JsonMap } from './values.ts';

interface Mistake {
  readonly path: string;
  readonly message: string;
  readonly duplicate?: true;
}

/** Whether a value fits its schema, but for items of one identity. */
export function fitsLoosely(schema: MergeSchema, value: unknown): boolean {
  const mistakes: Mistake[] = [];
  check(schema, value, '', mistakes);
  return mistakes.every(({ duplicate }) => duplicate);
}

/** What is wrong with the shape of a value, in the server's words; undefined when it fits its schema. */
export function shapeError(schema: MergeSchema, value: unknown): string | undefined {
  const mistakes: Mistake[] = [];
  check(schema, value, '', mistakes);
  const lines = mistakes.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  if (lines.length < 2) return lines[0];
  return ['errors:', ...lines.map((line) => `  ${line}`)].join('\n');
}

function check(schema: MergeSchema, value: unknown, path: string, mistakes: Mistake[]): void {
  const add = (message: string) => mistakes.push({ path, message });
  const sort = sortOf(schema, value);
  if (sort === 'scalar') {
    if (!fitsScalar(schema.scalar!, value)) add(scalarMessage(schema.scalar!, value));
  } else if (sort === 'list') {
    if (isList(value)) checkItems(schema.list!, value, path, mistakes);
    else if (value !== null) add(`expected list, got &{${printGoValue(value)}}`);
  } else if (isMap(value)) checkKeys(schema.map!, value, path, mistakes);
  else if (value !== null) add(`expected map, got &{${printGoValue(value)}}`);
}

function scalarMessage(type: ScalarType, value: unknown): string {
  if (type === 'number') return `expected numeric (int or float), got ${printGoType(value)}`;
  if (type === 'string') return `expected string, got &value.valueUnstructured{Value:${printGoSyntax(value)}}`;
  if (type === 'boolean') return `expected boolean, got &{${printGoValue(value)}}`;
  return `expected any scalar, got &{${printGoValue(value)}}`;
}

function checkKeys(schema: MapSchema, map: JsonMap, path: string, mistakes: Mistake[]): void {
  for (const [key, value] of Object.entries(map)) {
    if (value === undefined) continue;
    const inner = schema.fields.get(key)?.schema ?? schema.rest;
    if (inner) check(inner, value, `${path}.${key}`, mistakes);
    else {
      mistakes.push({ path: `${path}.${key}`, message: 'field not declared in schema' });
      return;
    }
  }
}

function checkItems(schema: ListSchema, items: readonly unknown[], path: string, mistakes: Mistake[]): void {
  const seen = new Set<PathElement>();
  for (const [index, item] of items.entries()) {
    const element = schema.type === 'atomic' ? `i:${index}` : identify(schema, item);
    if (element instanceof NoPathElement) {
      mistakes.push({ path, message: `element ${index}: ${element.message}` });
      return;
    }
    if (seen.has(element)) {
      mistakes.push({ path, message: `duplicate entries for key ${printElement(element)}`, duplicate: true });
    }
    seen.add(element);
    check(schema.item, item, `${path}${printElement(element)}`, mistakes);
  }
}

function identify(schema: ListSchema, item: unknown): PathElement | NoPathElement {
  try {
    return itemElement(schema, item);
  } catch (error) {
    if (error instanceof NoPathElement) return error;
    throw error;
  }
}

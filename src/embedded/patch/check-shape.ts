import { isObject, type JsonObject } from '../../api/json.ts';
import { printGoSyntax, printGoType, printGoValue } from './go-print.ts';
import type { ListSchema, MapSchema, MergeSchema, ScalarType } from './merge-schema.ts';
import { fitsScalar, sortOf } from './narrow.ts';
import { fieldElement, itemElement, NoPathElement, type PathElement, printElement, printPath } from './path-element.ts';
import { isList } from './values.ts';

interface Mistake {
  readonly path: string;
  readonly message: string;
  readonly duplicate?: true;
}

function mistakesIn(schema: MergeSchema, value: unknown): readonly Mistake[] {
  const walk: Walk = { path: [], mistakes: [] };
  check(walk, schema, value);
  return walk.mistakes;
}

/** Whether a value fits its schema, but for items of one identity. */
export function fitsLoosely(schema: MergeSchema, value: unknown): boolean {
  const mistakes = mistakesIn(schema, value);
  return mistakes.every(({ duplicate }) => duplicate);
}

/** What is wrong with the shape of a value, in the server's words; undefined when it fits its schema. */
export function shapeError(schema: MergeSchema, value: unknown): string | undefined {
  const mistakes = mistakesIn(schema, value);
  const lines = mistakes.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  if (lines.length < 2) return lines[0];
  return ['errors:', ...lines.map((line) => `  ${line}`)].join('\n');
}

interface Walk {
  readonly path: PathElement[];
  readonly mistakes: Mistake[];
}

function check(walk: Walk, schema: MergeSchema, value: unknown): void {
  const sort = sortOf(schema, value);
  if (sort === 'scalar') {
    if (!fitsScalar(schema.scalar!, value)) add(walk, scalarMessage(schema.scalar!, value));
  } else if (sort === 'list') {
    if (isList(value)) checkItems(walk, schema.list!, value);
    else if (value !== null) add(walk, `expected list, got &{${printGoValue(value)}}`);
  } else if (isObject(value)) checkKeys(walk, schema.map!, value);
  else if (value !== null) add(walk, `expected map, got &{${printGoValue(value)}}`);
}

const add = ({ path, mistakes }: Walk, message: string, more: { readonly duplicate?: true } = {}): void => {
  mistakes.push({ path: printPath(path), message, ...more });
};

function checkBelow(walk: Walk, element: PathElement, schema: MergeSchema, value: unknown): void {
  walk.path.push(element);
  check(walk, schema, value);
  walk.path.pop();
}

function scalarMessage(type: ScalarType, value: unknown): string {
  if (type === 'number') return `expected numeric (int or float), got ${printGoType(value)}`;
  if (type === 'string') return `expected string, got &value.valueUnstructured{Value:${printGoSyntax(value)}}`;
  if (type === 'boolean') return `expected boolean, got &{${printGoValue(value)}}`;
  return `expected any scalar, got &{${printGoValue(value)}}`;
}

function checkKeys(walk: Walk, schema: MapSchema, map: JsonObject): void {
  for (const key in map) {
    if (map[key] === undefined) continue;
    const inner = schema.fields.get(key)?.schema ?? schema.rest;
    if (inner) checkBelow(walk, fieldElement(key), inner, map[key]);
    else {
      add({ ...walk, path: [...walk.path, fieldElement(key)] }, 'field not declared in schema');
      return;
    }
  }
}

function checkItems(walk: Walk, schema: ListSchema, items: readonly unknown[]): void {
  const seen = new Set<PathElement>();
  for (const [index, item] of items.entries()) {
    const element = schema.type === 'atomic' ? `i:${index}` : identify(schema, item);
    if (element instanceof NoPathElement) {
      add(walk, `element ${index}: ${element.message}`);
      return;
    }
    if (seen.has(element)) add(walk, `duplicate entries for key ${printElement(element)}`, { duplicate: true });
    seen.add(element);
    checkBelow(walk, element, schema.item, item);
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

import { isObject, type JsonObject } from '../../api/json.ts';
import { deepEqual } from '../../runtime/json.ts';
import { type FieldSet, type FieldSetBuilder, insertPath } from './field-set.ts';
import { DEDUCED, type ListSchema, type MapSchema, type MergeSchema, schemaOfKey } from './merge-schema.ts';
import { type Sort, sortsOf } from './narrow.ts';
import { fieldElement, itemElement, type PathElement } from './path-element.ts';
import { isEmptyMap, isList } from './values.ts';

/** What differs between two values, field by field; no field is in two of the sets. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

interface Walk {
  readonly path: PathElement[];
  readonly added: FieldSetBuilder;
  readonly modified: FieldSetBuilder;
  readonly removed: FieldSetBuilder;
}

/** @throws {NoPathElement} when a list holds an item without an identity. */
export function compareValues(schema: MergeSchema, before: unknown, after: unknown): Comparison {
  const walk: Walk = { path: [], added: {}, modified: {}, removed: {} };
  compareAt(walk, schema, before, after);
  return walk;
}

function compareAt(walk: Walk, schema: MergeSchema, before: unknown, after: unknown): void {
  if (before === after) return;
  let leaf = false;
  for (const sort of sortsOf(schema, before, after)) leaf = compareAs(walk, schema, sort, before, after);
  if (leaf) return;
  if (before === undefined) insertPath(walk.added, walk.path);
  else if (after === undefined) insertPath(walk.removed, walk.path);
}

/** @returns whether the place is owned as one. */
function compareAs(walk: Walk, schema: MergeSchema, sort: Sort, before: unknown, after: unknown): boolean {
  if (sort === 'map') {
    const [left, right] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
    if (!schema.map!.atomic && !(isEmptyMap(left) && isEmptyMap(right))) {
      compareMaps(walk, schema.map!, left, right);
      return false;
    }
  } else if (sort === 'list') {
    const [left, right] = [isList(before) ? before : [], isList(after) ? after : []];
    if (schema.list!.type !== 'atomic' && left.length + right.length > 0) {
      compareLists(walk, schema.list!, left, right);
      return false;
    }
  }
  compareLeaves(walk, before, after);
  return true;
}

function compareLeaves(walk: Walk, before: unknown, after: unknown): void {
  if (before === undefined) insertPath(walk.added, walk.path);
  else if (after === undefined) insertPath(walk.removed, walk.path);
  else if (!deepEqual(before, after)) insertPath(walk.modified, walk.path);
}

function compareBelow(
  walk: Walk,
  element: PathElement,
  schema: MergeSchema | undefined,
  before: unknown,
  after: unknown,
): void {
  walk.path.push(element);
  compareAt(walk, schema ?? DEDUCED, before, after);
  walk.path.pop();
}

function compareMaps(walk: Walk, schema: MapSchema, before: JsonObject, after: JsonObject): void {
  for (const key in after) compareBelow(walk, fieldElement(key), schemaOfKey(schema, key), before[key], after[key]);
  for (const key in before) {
    if (after[key] === undefined)
      compareBelow(walk, fieldElement(key), schemaOfKey(schema, key), before[key], undefined);
  }
}

function compareLists(walk: Walk, schema: ListSchema, before: readonly unknown[], after: readonly unknown[]): void {
  const left = itemsByElement(schema, before);
  const right = itemsByElement(schema, after);
  for (const [element, old] of left) compareItems(walk, schema, element, old, right.get(element) ?? []);
  for (const [element, items] of right) if (!left.has(element)) compareItems(walk, schema, element, [], items);
}

/** Items that share an identity are compared, and owned, as one. */
function compareItems(
  walk: Walk,
  schema: ListSchema,
  element: PathElement,
  before: readonly unknown[],
  after: readonly unknown[],
): void {
  if (before.length < 2 && after.length < 2) {
    compareBelow(walk, element, schema.item, before[0], after[0]);
    return;
  }
  const path = [...walk.path, element];
  if (before.length > 1 && after.length > 1) {
    if (!deepEqual(before, after)) insertPath(walk.modified, path);
  } else if (before.length > 1) {
    if (after.length > 0) compareBelow(walk, element, schema.item, undefined, after[0]);
    insertPath(walk.removed, path);
  } else {
    if (before.length > 0) compareBelow(walk, element, schema.item, before[0], undefined);
    insertPath(walk.added, path);
  }
}

function itemsByElement(schema: ListSchema, items: readonly unknown[]): Map<PathElement, unknown[]> {
  const found = new Map<PathElement, unknown[]>();
  for (const item of items) {
    const element = itemElement(schema, item);
    const known = found.get(element);
    if (known) known.push(item);
    else found.set(element, [item]);
  }
  return found;
}

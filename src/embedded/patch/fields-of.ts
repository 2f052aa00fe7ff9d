import { isObject, type JsonObject } from '../../api/json.ts';
import { type FieldSet, type FieldSetBuilder, isEmptySet, NO_FIELDS } from './field-set.ts';
import { DEDUCED, type ListSchema, type MapSchema, type MergeSchema, schemaOfKey } from './merge-schema.ts';
import { sortOf } from './narrow.ts';
import { fieldElement, itemElement, type PathElement } from './path-element.ts';
import { isEmptyMap, isList } from './values.ts';

/** Every leaf and item that a value states. */
export function fieldsOf(schema: MergeSchema, value: unknown): FieldSet {
  return nodeOf(schema, value) ?? NO_FIELDS;
}

/** No fields stand for a leaf, undefined for a container that states nothing. */
function nodeOf(schema: MergeSchema, value: unknown): FieldSet | undefined {
  const sort = sortOf(schema, value);
  if (sort === 'scalar') return NO_FIELDS;
  if (sort === 'list') {
    if (schema.list!.type === 'atomic') return NO_FIELDS;
    return isList(value) ? nodeOfList(schema.list!, value) : undefined;
  }
  if (schema.map!.atomic) return NO_FIELDS;
  return isObject(value) ? nodeOfMap(schema.map!, value) : undefined;
}

function nodeOfMap(schema: MapSchema, map: JsonObject): FieldSet | undefined {
  const result: FieldSetBuilder = {};
  for (const key in map) {
    const value = map[key];
    if (value === undefined) continue;
    const states = value === null || (isObject(value) && isEmptyMap(value)) || !schema.fields.has(key);
    place(result, fieldElement(key), nodeOf(schemaOfKey(schema, key) ?? DEDUCED, value), states);
  }
  return isEmptySet(result) ? undefined : result;
}

function nodeOfList(schema: ListSchema, items: readonly unknown[]): FieldSet | undefined {
  const result: FieldSetBuilder = {};
  const seen = new Set<PathElement>();
  for (const item of items) {
    const element = itemElement(schema, item);
    if (seen.has(element)) result[element] = NO_FIELDS as FieldSetBuilder;
    else place(result, element, nodeOf(schema.item, item), true);
    seen.add(element);
  }
  return isEmptySet(result) ? undefined : result;
}

function place(set: FieldSetBuilder, element: PathElement, node: FieldSet | undefined, member: boolean): void {
  if (node === undefined && !member) return;
  const children = (node ?? NO_FIELDS) as FieldSetBuilder;
  set[element] = member && !isEmptySet(children) ? { '.': NO_FIELDS as FieldSetBuilder, ...children } : children;
}

/** The set with every named field on the way to a member made a member, so that emptied structs go with their content. */
export function withNamedFields(schema: MergeSchema | undefined, set: FieldSet): FieldSet {
  const result: FieldSetBuilder = {};
  for (const element in set) {
    const node = set[element]! as FieldSetBuilder;
    if (element === '.' || isEmptySet(node)) {
      result[element] = node;
      continue;
    }
    const key = element.startsWith('f:') ? element.slice(2) : undefined;
    const inner = withNamedFields(schemaBelow(schema, element, key), node) as FieldSetBuilder;
    const named = key !== undefined && schema?.map?.fields.has(key);
    result[element] = named && !('.' in inner) ? { '.': NO_FIELDS as FieldSetBuilder, ...inner } : inner;
  }
  return result;
}

function schemaBelow(
  schema: MergeSchema | undefined,
  element: PathElement,
  key: string | undefined,
): MergeSchema | undefined {
  if (key !== undefined) return schema?.map && schemaOfKey(schema.map, key);
  return element.startsWith('k:') ? schema?.list?.item : undefined;
}

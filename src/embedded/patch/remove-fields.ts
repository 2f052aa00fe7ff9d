import { isObject, type JsonObject } from '../../api/json.ts';
import { below, type FieldSet, hasElement, isEmptySet } from './field-set.ts';
import { DEDUCED, type ListSchema, type MapSchema, type MergeSchema, schemaOfKey } from './merge-schema.ts';
import { sortOf } from './narrow.ts';
import { fieldElement, itemElement } from './path-element.ts';
import { isList } from './values.ts';

/** The value without the fields of a set; null when nothing is left of it. */
export function removeFields(schema: MergeSchema, value: unknown, fields: FieldSet): unknown {
  if (isEmptySet(fields)) return value;
  const sort = sortOf(schema, value);
  if (sort === 'scalar') return value;
  if (sort === 'list') {
    return isList(value) && schema.list!.type !== 'atomic' ? removeItems(schema.list!, value, fields) : null;
  }
  return isObject(value) && !schema.map!.atomic ? removeKeys(schema.map!, value, fields) : null;
}

function removeItems(schema: ListSchema, items: readonly unknown[], fields: FieldSet): unknown {
  const kept: unknown[] = [];
  for (const item of items) {
    const element = itemElement(schema, item);
    if (hasElement(fields, element)) continue;
    const inner = below(fields, element);
    kept.push(inner ? removeFields(schema.item, item, inner) : item);
  }
  return kept.length > 0 ? kept : null;
}

function removeKeys(schema: MapSchema, map: JsonObject, fields: FieldSet): unknown {
  const kept: Record<string, unknown> = {};
  let any = false;
  for (const key in map) {
    const element = fieldElement(key);
    if (map[key] === undefined || hasElement(fields, element)) continue;
    const inner = below(fields, element);
    kept[key] = inner ? removeFields(schemaOfKey(schema, key) ?? DEDUCED, map[key], inner) : map[key];
    any = true;
  }
  return any ? kept : null;
}

import { isObject, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import { objectMetaSchema } from './builtin/index.ts';
import { DEDUCED, type FieldSchema, type MapSchema, type MergeSchema, schemaOfKey } from './merge-schema.ts';
import { isEmptyMap, isList } from './values.ts';

/**
 * What the server makes of an object when it reads it into its own types: structs that it never leaves out are there,
 * unknown fields, nulls, empty maps and empty lists are not. Of custom resources it so reads the metadata only. Shares
 * what it does not change.
 */
export function asTyped(schema: MergeSchema, object: KubeObject): KubeObject {
  if (!schema.custom) return typed(schema, object) as KubeObject;
  const metadata = typed(objectMetaSchema(), object.metadata) as KubeObject['metadata'];
  return metadata === object.metadata ? object : { ...object, metadata };
}

/** The object before its creation: nothing but what the server never leaves out. */
export function emptyObject(schema: MergeSchema, like: KubeObject): KubeObject {
  return asTyped(schema, { apiVersion: like.apiVersion, kind: like.kind } as KubeObject);
}

function typed(schema: MergeSchema, value: unknown): unknown {
  if (isObject(value) && schema.map && schema !== DEDUCED) return typedMap(schema.map, value);
  if (!isList(value) || !schema.list) return value;
  const { item } = schema.list;
  let changed = false;
  const items = value.map((old) => {
    const next = old === null ? emptyValue(item) : typed(item, old);
    changed ||= next !== old;
    return next;
  });
  return changed ? items : value;
}

function typedMap(schema: MapSchema, map: JsonObject): JsonObject {
  let result: Record<string, unknown> | undefined;
  for (const key in map) {
    const value = map[key];
    const next = isPlainMap(schema) && value === null ? emptyValue(schema.rest!) : typedField(schema, key, value);
    if (next === value) continue;
    result ??= { ...map };
    if (next === undefined) delete result[key];
    else result[key] = next;
  }
  for (const [key, field] of schema.fields) {
    if (!field.always || (result ?? map)[key] !== undefined) continue;
    result ??= { ...map };
    result[key] = emptyValue(field.schema);
  }
  return result ?? map;
}

function typedField(schema: MapSchema, key: string, value: unknown): unknown {
  const inner = schemaOfKey(schema, key);
  const field = schema.fields.get(key);
  if (inner === undefined || isLeftOut(field, value)) return undefined;
  return typed(inner, value);
}

function isLeftOut(field: FieldSchema | undefined, value: unknown): boolean {
  if (value === null) return true;
  if (!field || field.always) return false;
  if (isList(value)) return value.length === 0;
  const { map } = field.schema;
  return isObject(value) && map !== undefined && isPlainMap(map) && isEmptyMap(value);
}

/** A map from names to values, not a struct. */
const isPlainMap = (map: MapSchema): boolean => map.fields.size === 0 && map.rest !== undefined && map.rest !== DEDUCED;

function emptyValue(schema: MergeSchema): unknown {
  if (schema.time) return null;
  if (schema.scalar === 'number') return 0;
  if (schema.scalar === 'boolean') return false;
  if (schema.scalar && schema !== DEDUCED) return schema.scalar === 'any' ? '0' : '';
  return schema.map && !isPlainMap(schema.map) ? typedMap(schema.map, {}) : null;
}

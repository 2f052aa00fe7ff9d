import { isObject } from '../../api/json.ts';
import { mapFields, mapItems } from './json.ts';
import type { SchemaNode } from './schema-node.ts';
import { isSettled, settle } from './settled.ts';

/** Whether one of the fields remembers what was cleaned: true of whole objects only. */
const remembers = (node: SchemaNode): boolean =>
  node.properties.size > 0 && [...node.properties.values()].some(({ settled }) => settled);

const expanded = new WeakMap<SchemaNode, unknown>();

/** The default of a node with the defaults below it filled in; shared by all objects, so nobody may modify it. */
function defaultOf(node: SchemaNode): unknown {
  if (!expanded.has(node)) expanded.set(node, withDefaults(node.default ?? null, node));
  return expanded.get(node);
}

const isEmpty = (value: unknown, node: SchemaNode): boolean =>
  value === undefined || (value === null && !node.nullable);

/** The value with the schema's defaults where it says nothing; the very same value when it says everything. */
export function withDefaults(value: unknown, node: SchemaNode): unknown {
  if (isSettled(node.settled?.clean, value)) return value;
  const filled = filledIn(value, node);
  settle(node.settled?.clean, filled);
  return filled;
}

function filledIn(value: unknown, node: SchemaNode): unknown {
  if (!node.defaultsBelow && !remembers(node)) return value;
  if (Array.isArray(value)) {
    const { items } = node;
    if (!items) return value;
    return mapItems(value, (item) => (isEmpty(item, items) ? defaultOf(items) : withDefaults(item, items)));
  }
  if (!isObject(value)) return value;
  const filled = mapFields(value, (key, field) => {
    const property = node.properties.get(key);
    if (property) {
      return isEmpty(field, property) && property.default !== undefined
        ? defaultOf(property)
        : withDefaults(field, property);
    }
    if (!node.additional) return field;
    return isEmpty(field, node.additional) ? defaultOf(node.additional) : withDefaults(field, node.additional);
  });
  let result: Record<string, unknown> | undefined;
  for (const [key, property] of node.properties) {
    if (property.default === undefined || Object.hasOwn(value, key)) continue;
    result ??= { ...filled };
    result[key] = defaultOf(property);
  }
  return result ?? filled;
}

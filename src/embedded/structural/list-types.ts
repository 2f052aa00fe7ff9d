import { isObject } from '../../api/json.ts';
import type { FieldError } from '../strategy.ts';
import { duplicate, invalid } from './field-errors.ts';
import { marshalled } from './go-text.ts';
import type { SchemaNode } from './schema-node.ts';
import { isSettled, settle } from './settled.ts';

/** Elements that stand twice in lists of type set, or keys that do in lists of type map. */
export function duplicates(value: unknown, node: SchemaNode, path = ''): FieldError[] {
  if (!node.uniqueBelow || isSettled(node.settled?.unique, value)) return [];
  const errors = found(value, node, path);
  if (errors.length === 0) settle(node.settled?.unique, value);
  return errors;
}

function found(value: unknown, node: SchemaNode, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (Array.isArray(value)) {
    if (node.listType === 'set') errors.push(...repeated(value, value, path));
    if (node.listType === 'map') errors.push(...repeatedKeys(value, node, path));
    const { items } = node;
    if (items?.uniqueBelow) value.forEach((item, i) => void errors.push(...duplicates(item, items, `${path}[${i}]`)));
    return errors;
  }
  if (!isObject(value)) return errors;
  for (const key in value) {
    const property = node.properties.get(key);
    if (property) errors.push(...duplicates(value[key], property, path === '' ? key : `${path}.${key}`));
    if (node.additional) errors.push(...duplicates(value[key], node.additional, `${path}[${key}]`));
  }
  return errors;
}

/** Reports the second appearance of each value, showing what `shown` has at its place. */
function repeated(values: readonly unknown[], shown: readonly unknown[], path: string): FieldError[] {
  if (values.length <= 1) return [];
  const times = new Map<unknown, number>();
  const errors: FieldError[] = [];
  values.forEach((value, index) => {
    const key = typeof value === 'object' && value !== null ? `\0${marshalled(value)}` : value;
    const before = times.get(key) ?? 0;
    times.set(key, before + 1);
    if (before === 1) errors.push(duplicate(`${path}[${index}]`, shown[index]));
  });
  return errors;
}

function repeatedKeys(list: readonly unknown[], node: SchemaNode, path: string): FieldError[] {
  const stranger = list.findIndex((item) => item !== null && !isObject(item));
  if (stranger >= 0) {
    return [invalid(`${path}[${stranger}]`, list[stranger], 'must be an object for an array of list-type map')];
  }
  const keys = list.map((item) =>
    Object.fromEntries(
      node.listMapKeys.flatMap((name) => (isObject(item) && Object.hasOwn(item, name) ? [[name, item[name]]] : [])),
    ),
  );
  return repeated(keys, keys, path);
}

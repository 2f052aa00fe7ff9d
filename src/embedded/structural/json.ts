import { isObject, type JsonObject } from '../../api/json.ts';

/** Whether two pieces of JSON data are the same. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}

/** The same list with each item replaced; the very same list when no item changed. */
export function mapItems(
  list: readonly unknown[],
  change: (item: unknown, index: number) => unknown,
): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const item = change(list[index], index);
    if (item === list[index]) continue;
    copy ??= [...list];
    copy[index] = item;
  }
  return copy ?? list;
}

/** What {@link mapFields} returns for a field that goes. */
export const REMOVED = Symbol('removed');

/** The same object with each field replaced or removed; the very same object when nothing changed. */
export function mapFields(object: JsonObject, change: (key: string, value: unknown) => unknown): JsonObject {
  let copy: Record<string, unknown> | undefined;
  for (const key in object) {
    const value = change(key, object[key]);
    if (value === object[key]) continue;
    copy ??= { ...object };
    if (value === REMOVED) delete copy[key];
    else copy[key] = value;
  }
  return copy ?? object;
}

import type { JsonObject } from '../../api/json.ts';

/** JSON values as the walkers of this folder see them; a property that is `undefined` counts as absent. */

export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

export const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** Whether a map has no key that counts. */
export function isEmptyMap(map: JsonObject): boolean {
  for (const key in map) if (map[key] !== undefined) return false;
  return true;
}

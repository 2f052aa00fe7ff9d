import { isObject, type JsonObject } from '../api/json.ts';

/** Comparisons and patches over plain JSON values. A property that is `undefined` counts as absent. */

const presentKeys = (value: JsonObject): string[] => Object.keys(value).filter((key) => value[key] !== undefined);

export function deepEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) && left.length === right.length && left.every((item, index) => deepEqual(item, right[index]))
    );
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = presentKeys(left);
  return keys.length === presentKeys(right).length && keys.every((key) => deepEqual(left[key], right[key]));
}

/**
 * Whether everything `desired` states holds in `observed`. Fields that only `observed` has (server defaults, other
 * managers' fields) do not matter; lists must have the same length and hold item by item.
 */
export function isSubset(desired: unknown, observed: unknown): boolean {
  if (desired === undefined || desired === observed) return true;
  if (Array.isArray(desired)) {
    if (desired.length === 0 && observed === undefined) return true;
    return (
      Array.isArray(observed) &&
      desired.length === observed.length &&
      desired.every((item, index) => isSubset(item, observed[index]))
    );
  }
  if (!isObject(desired)) return false;
  const target = isObject(observed) ? observed : {};
  if (observed !== undefined && !isObject(observed)) return false;
  return Object.keys(desired).every((key) => isSubset(desired[key], target[key]));
}

/** The RFC 7386 merge patch that leads from `current` to `desired`; undefined when they are equal. */
export function mergePatch(current: unknown, desired: unknown): unknown {
  if (deepEqual(current, desired)) return undefined;
  if (!isObject(desired)) return desired;
  const from = isObject(current) ? current : {};
  const patch: Record<string, unknown> = {};
  for (const key of presentKeys(desired)) {
    const change = mergePatch(from[key], desired[key]);
    if (change !== undefined) patch[key] = change;
  }
  for (const key of presentKeys(from)) {
    if (desired[key] === undefined) patch[key] = null;
  }
  return patch;
}

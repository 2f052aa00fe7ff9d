import { isObject, type JsonObject } from '../../api/json.ts';

/** Strategic merge of what runtime patches may hold: plain values without directives. */

/** Lists whose items merge by this field; any other list is replaced as a whole. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  replicatedJobs: 'name',
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  imagePullSecrets: 'name',
  schedulingGates: 'name',
  claims: 'name',
};

/** The value with the patch laid over it: maps merge, listed lists merge by their key, all else is replaced. */
export function strategicMerge<T>(original: T | undefined, patch: T | undefined): T {
  return merge(original, patch, '') as T;
}

function merge(original: unknown, patch: unknown, field: string): unknown {
  if (patch === undefined) return original;
  if (isObject(patch)) {
    if (!isObject(original)) return patch;
    return Object.fromEntries(
      [...new Set([...Object.keys(original), ...Object.keys(patch)])].map((key) => [
        key,
        merge(original[key], patch[key], key),
      ]),
    );
  }
  const key = MERGE_KEYS[field];
  if (!key || !Array.isArray(patch) || !Array.isArray(original)) return patch;
  return mergeItems(original as readonly JsonObject[], patch as readonly JsonObject[], key);
}

/** Items keep the order of the original; new ones follow. */
function mergeItems(original: readonly JsonObject[], patch: readonly JsonObject[], key: string): readonly unknown[] {
  const changes = new Map(patch.map((item) => [item[key], item]));
  const known = new Set(original.map((item) => item[key]));
  return [
    ...original.map((item) => merge(item, changes.get(item[key]), '')),
    ...patch.filter((item) => !known.has(item[key])),
  ];
}

/** The list with these items: each takes the place of the one with its key, or follows the others. */
export function upsert<T>(items: readonly T[] | undefined, keyOf: (item: T) => unknown, added: readonly T[]): T[] {
  const result = [...(items ?? [])];
  for (const item of added) {
    const index = result.findIndex((known) => keyOf(known) === keyOf(item));
    if (index < 0) result.push(item);
    else result[index] = item;
  }
  return result;
}

/** The value without the fields that hold nothing, as typed clients write them. */
export function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutNulls) as T;
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  return Object.fromEntries(entries.map(([key, field]) => [key, withoutNulls(field)])) as T;
}

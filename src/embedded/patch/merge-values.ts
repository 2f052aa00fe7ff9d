import { isObject, type JsonObject } from '../../api/json.ts';
import { deepEqual } from '../../runtime/json.ts';
import { DEDUCED, type ListSchema, type MapSchema, type MergeSchema, schemaOfKey } from './merge-schema.ts';
import { sortsOf } from './narrow.ts';
import { itemElement, type PathElement } from './path-element.ts';
import { isEmptyMap, isList } from './values.ts';

/**
 * Lays an applied configuration over a live value: granular maps and lists with identities merge, all else is replaced.
 * Nothing is removed. Items that both know keep the order of `applied`. What stays as it is live is shared with it.
 * @returns undefined when nothing is left
 */
export function mergeValues(schema: MergeSchema, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return live;
  const sort = sortsOf(schema, live, applied).at(-1);
  if (sort === 'map' && !schema.map!.atomic) {
    const [left, right] = [isObject(live) ? live : {}, isObject(applied) ? applied : {}];
    if (!(isEmptyMap(left) && isEmptyMap(right))) return mergeMaps(schema.map!, left, right);
  } else if (sort === 'list' && schema.list!.type !== 'atomic') {
    const [left, right] = [isList(live) ? live : [], isList(applied) ? applied : []];
    if (left.length + right.length > 0) return mergeLists(schema.list!, left, right);
  }
  return deepEqual(live, applied) ? live : applied;
}

function mergeMaps(schema: MapSchema, live: JsonObject, applied: JsonObject): JsonObject | undefined {
  let result: Record<string, unknown> | undefined;
  for (const key in applied) {
    const value = mergeValues(schemaOfKey(schema, key) ?? DEDUCED, live[key], applied[key]);
    if (value === live[key]) continue;
    result ??= { ...live };
    if (value === undefined) delete result[key];
    else result[key] = value;
  }
  if (!result) return live;
  return isEmptyMap(result) ? undefined : result;
}

function mergeLists(
  schema: ListSchema,
  live: readonly unknown[],
  applied: readonly unknown[],
): readonly unknown[] | undefined {
  const result: unknown[] = [];
  const left = live.map((item) => itemElement(schema, item));
  const right = applied.map((item) => itemElement(schema, item));
  const liveItems = new Map<PathElement, unknown>();
  for (const [index, element] of left.entries()) {
    liveItems.set(element, liveItems.has(element) ? null : live[index]);
  }
  const appliedItems = new Map(right.map((element, index) => [element, applied[index]]));
  const shared = right.filter((element) => liveItems.has(element));
  const merged = new Set<PathElement>();
  const take = (liveItem: unknown, appliedItem: unknown) => {
    const value = mergeValues(schema.item, liveItem, appliedItem);
    if (value !== undefined) result.push(value);
  };
  let nextShared = 0;
  for (let l = 0, r = 0; l < left.length || r < right.length; ) {
    if (l < left.length && r < right.length) {
      const element = left[l]!;
      if (element === right[r]) {
        merged.add(element);
        take(liveItems.get(element), appliedItems.get(element));
        l++;
        r++;
        nextShared++;
        continue;
      }
      if (appliedItems.has(element) && nextShared < shared.length && shared[nextShared] !== element) {
        l++;
        continue;
      }
    }
    if (l < left.length) {
      const element = left[l]!;
      if (!appliedItems.has(element)) {
        take(live[l], undefined);
        l++;
        continue;
      }
      if (merged.has(element)) l++;
    }
    if (r < right.length) {
      const element = right[r]!;
      merged.add(element);
      take(liveItems.get(element), appliedItems.get(element));
      r++;
      if (shared[nextShared] === element) nextShared++;
    }
  }
  if (result.length === live.length && result.every((item, index) => item === live[index])) return live;
  return result.length > 0 ? result : undefined;
}

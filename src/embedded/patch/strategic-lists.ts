import { isObject, type JsonObject } from '../../api/json.ts';
import { ApiError } from '../../runtime/client.ts';
import { DIRECTIVE, ORDER_LIST, withoutDirectives } from './directives.ts';
import { printGoType, printGoValue } from './go-print.ts';
import type { PatchRule } from './merge-schema.ts';
import { isList } from './values.ts';

type List = readonly unknown[];

/** Merges one item of a patch into the one it names. */
export type MergeItem = (original: JsonObject, patch: JsonObject) => JsonObject;

/** The 500 for what the server finds out late, and blames itself for. */
const failure = (message: string): ApiError => new ApiError(500, '', message);

/**
 * Merges a list of a patch into one of an object: items by their key, scalars by their value. Items that the patch
 * names keep its order, the others theirs.
 * @param deletes the patch names values to take out
 */
export function mergeLists(
  original: List,
  patch: List,
  key: string | undefined,
  mergeItem: MergeItem,
  deletes: boolean,
): List {
  if (original.length === 0 && patch.length === 0) return original;
  if (!isListOfMaps(original, patch)) {
    if (deletes) return original.filter((item) => !patch.includes(item));
    return arrange([...new Set([...original, ...patch])], patch, original, undefined);
  }
  if (key === undefined) throw failure('cannot merge lists without merge key for struct');
  const { kept, rest } = obeyDirectives(original as readonly JsonObject[], patch as readonly JsonObject[], key);
  const merged = mergeItems(kept, rest, key, mergeItem);
  return arrange(merged, rest, kept, key);
}

/**
 * The list that `$setElementOrder` asks for; undefined when neither object nor patch has it.
 * @param order values, or maps that hold the key of an item
 */
export function arrangeLike(
  order: List,
  original: unknown,
  patch: unknown,
  rule: PatchRule | undefined,
  mergeItem: MergeItem,
): List | undefined {
  const [known, stated] = [listOf(original), listOf(patch)];
  checkOrder(order, stated ?? [], rule?.key);
  if (!known && !stated) return undefined;
  const merged = !stated
    ? known!
    : !known
      ? (withoutDirectives(stated) as List)
      : rule?.strategy === 'merge'
        ? mergeLists(known, stated, rule.key, mergeItem, false)
        : stated;
  if ((known ?? []).length + (stated ?? []).length === 0) throw failure('no elements in any of the given slices');
  return arrange(merged, order, overwritten(known ?? [], stated ?? [], rule?.key), rule?.key);
}

function listOf(value: unknown): List | undefined {
  if (value === undefined || isList(value)) return value;
  throw failure(`expected a []interface {}, but received a ${printGoType(value)}`);
}

/**
 * The order that the server takes for its own: the list as its merge leaves it in place, where new items stand in the
 * room that deleted ones have left.
 */
function overwritten(known: List, stated: List, key: string | undefined): List {
  if (key === undefined || known.length === 0) return known;
  const room = [...known] as JsonObject[];
  let length = room.length;
  for (const item of stated as readonly JsonObject[]) {
    if (item[DIRECTIVE] === 'replace') return known;
    if (item[DIRECTIVE] !== 'delete') continue;
    const at = room.findIndex((one, index) => index < length && one[key] === item[key]);
    if (at >= 0) room.copyWithin(at, at + 1, length--);
  }
  for (const item of stated as readonly JsonObject[]) {
    if (item[DIRECTIVE] !== undefined || room.slice(0, length).some((one) => one[key] === item[key])) continue;
    if (length === room.length) break;
    room[length++] = item;
  }
  return room;
}

/** The patch must name its items in the order it asks for, and no others. */
function checkOrder(order: List, patch: List, key: string | undefined): void {
  if (order.length === 0) return;
  const stated = key === undefined ? patch : patch.filter((item) => !isObject(item) || item[DIRECTIVE] !== 'delete');
  let next = 0;
  for (const item of order) {
    while (next < stated.length && isObject(stated[next]) && DIRECTIVE in (stated[next] as JsonObject)) next++;
    if (next < stated.length && idOf(stated[next], key) === idOf(item, key)) next++;
  }
  if (next < stated.length) {
    throw failure(
      `The order in patch list:\n${printGoValue(patch)}\n doesn't match ${ORDER_LIST} list:\n${printGoValue(order)}\n`,
    );
  }
}

/** Applies `$patch` of single items. @returns what is left of the original, and the items to merge into it */
function obeyDirectives(
  original: readonly JsonObject[],
  patch: readonly JsonObject[],
  key: string,
): { kept: readonly JsonObject[]; rest: readonly JsonObject[] } {
  let kept = original;
  let replaces = false;
  const rest: JsonObject[] = [];
  for (const item of patch) {
    const directive = item[DIRECTIVE];
    if (directive === undefined) rest.push(item);
    else if (directive === 'delete') {
      const id = idOf(item, key);
      kept = kept.filter((known) => known[key] !== id);
    } else if (directive === 'replace') replaces = true;
    else if (directive === 'merge') throw failure('merging lists cannot yet be specified in the patch');
    else throw failure(`unknown patch type: ${printGoValue(directive)} in map: ${printGoValue(item)}`);
  }
  return replaces ? { kept: rest, rest: [] } : { kept, rest };
}

function mergeItems(
  original: readonly JsonObject[],
  patch: readonly JsonObject[],
  key: string,
  mergeItem: MergeItem,
): readonly JsonObject[] {
  const result = [...original];
  for (const item of patch) {
    const id = idOf(item, key);
    const index = result.findIndex((known) => known[key] === id);
    if (index < 0) result.push(item);
    else result[index] = mergeItem(result[index]!, item);
  }
  return result;
}

/** Items that `order` names stand in its order, the others as in `known`, interleaved as they were. */
function arrange(merged: List, order: List, known: List, key: string | undefined): List {
  const ranks = new Map(order.map((item, index) => [idOf(item, key), index]).reverse() as [unknown, number][]);
  const places = new Map(known.map((item, index) => [idOf(item, key), index]).reverse() as [unknown, number][]);
  const by = (rank: ReadonlyMap<unknown, number>) => (left: unknown, right: unknown) =>
    (rank.get(idOf(left, key)) ?? 0) - (rank.get(idOf(right, key)) ?? 0);
  const named = merged.filter((item) => ranks.has(idOf(item, key))).sort(by(ranks));
  const others = merged.filter((item) => !ranks.has(idOf(item, key))).sort(by(places));
  const result: unknown[] = [];
  let next = 0;
  for (const item of named) {
    const place = places.get(idOf(item, key));
    while (next < others.length && place !== undefined) {
      const other = places.get(idOf(others[next], key));
      if (other === undefined || other >= place) break;
      result.push(others[next++]);
    }
    result.push(item);
  }
  return [...result, ...others.slice(next)];
}

/** @throws {ApiError} when an item lacks its key. */
function idOf(item: unknown, key: string | undefined): unknown {
  if (key === undefined) return item;
  if (!isObject(item)) throw failure(`expected a map[string]interface {}, but received a ${printGoType(item)}`);
  if (item[key] !== undefined) return item[key];
  throw failure(`map: ${printGoValue(item)} does not contain declared merge key: ${key}`);
}

function isListOfMaps(...lists: readonly List[]): boolean {
  const all = lists.flat();
  const types = new Set(all.map(printGoType));
  if (isList(all[0]))
    throw new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request');
  if (types.size > 1) throw failure(`list element types are not identical: ${printGoValue(lists)}`);
  return isObject(all[0]);
}

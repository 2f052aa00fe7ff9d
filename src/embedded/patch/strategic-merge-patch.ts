import { isObject, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import { ApiError } from '../../runtime/client.ts';
import {
  badPatch,
  DELETE_LIST,
  DIRECTIVE,
  ORDER_LIST,
  RETAIN_KEYS,
  withoutDirectives,
  withoutNulls,
} from './directives.ts';
import { printGoValue } from './go-print.ts';
import { malformed } from './malformed.ts';
import type { MapSchema, MergeSchema, PatchRule } from './merge-schema.ts';
import { arrangeLike, type MergeItem, mergeLists } from './strategic-lists.ts';
import { isList } from './values.ts';

/** What a server answers to a strategic merge patch of a custom resource. */
const UNSUPPORTED =
  'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';

/**
 * The object after a strategic merge patch: maps merge, null removes, lists merge by their key where the kind says so,
 * with the directives `$patch`, `$retainKeys`, `$setElementOrder` and `$deleteFromPrimitiveList`.
 * @throws {ApiError} 400 for a malformed patch, 415 for custom resources, 422 or 500 where the server says so
 */
export function strategicMergePatch(object: KubeObject, patch: unknown, schema: MergeSchema): KubeObject {
  if (schema.custom) throw new ApiError(415, 'UnsupportedMediaType', UNSUPPORTED);
  if (patch === null) return object;
  if (!isObject(patch)) throw malformed(patch, 'Go value of type map[string]interface {}', '');
  return patchMap(object as unknown as JsonObject, patch, schema.map) as unknown as KubeObject;
}

/** One map after its part of a patch. */
function patchMap(original: JsonObject, patch: JsonObject, schema: MapSchema | undefined): JsonObject {
  const directive = patch[DIRECTIVE];
  if (directive === 'delete') return {};
  if (directive === 'replace') {
    const { [DIRECTIVE]: _, ...rest } = patch;
    return rest;
  }
  if (directive !== undefined) {
    throw new ApiError(500, '', `unknown patch type: ${printGoValue(directive)} in map: ${printGoValue(patch)}`);
  }
  const result: Record<string, unknown> = { ...retained(original, patch) };
  const done = new Set([RETAIN_KEYS, ...arrangeLists(result, patch, schema)]);
  for (const [key, value] of Object.entries(patch)) {
    if (!done.has(key) && value !== undefined) patchKey(result, key, value, schema);
  }
  return result;
}

/** What `$retainKeys` leaves of the original. */
function retained(original: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch[RETAIN_KEYS];
  if (keys === undefined) return original;
  const all = isList(keys) ? new Set(keys) : undefined;
  const stated = Object.entries(patch).filter(
    ([key, value]) =>
      key !== RETAIN_KEYS && value !== null && !key.startsWith(DELETE_LIST) && !key.startsWith(ORDER_LIST),
  );
  if (!all || stated.some(([key]) => !all.has(key))) throw badPatch('invalid patch format of retainKeys');
  return Object.fromEntries(Object.entries(original).filter(([key]) => all.has(key)));
}

/** Handles the lists for which the patch states an order. @returns the keys of the patch that this settles */
function arrangeLists(result: Record<string, unknown>, patch: JsonObject, schema: MapSchema | undefined): string[] {
  const done: string[] = [];
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(ORDER_LIST)) continue;
    const key = listNameOf(directive, ORDER_LIST, 'setElementOrder list');
    if (!isList(order)) throw new ApiError(500, '', `expected a []interface {}, but received a ${typeof order}`);
    done.push(directive);
    const arranged = arrangeLike(order, result[key], patch[key], ruleOf(schema, key), itemMerge(schema, key));
    if (arranged === undefined) continue;
    result[key] = arranged;
    done.push(key);
  }
  return done;
}

function patchKey(result: Record<string, unknown>, name: string, value: unknown, schema: MapSchema | undefined): void {
  const deletes = name.startsWith(DELETE_LIST);
  const key = deletes ? listNameOf(name, DELETE_LIST, 'primitive list') : name;
  if (value === null) {
    delete result[key];
    return;
  }
  const known = result[key];
  const rule = ruleOf(schema, key);
  if (isObject(known) && isObject(value)) {
    result[key] = rule?.strategy === 'replace' ? value : patchMap(known, value, mapOf(schema, key));
  } else if (isList(known) && isList(value)) {
    const merges = rule?.strategy === 'merge' || deletes;
    result[key] = merges ? mergeLists(known, value, rule?.key, itemMerge(schema, key), deletes) : value;
  } else if (!deletes) {
    const clean = withoutDirectives(withoutNulls(value));
    if (clean === undefined) delete result[key];
    else result[key] = clean;
  }
}

function listNameOf(directive: string, prefix: string, what: string): string {
  if (directive[prefix.length] !== '/') throw badPatch(`invalid patch format of ${what}`);
  return directive.slice(prefix.length + 1);
}

const ruleOf = (schema: MapSchema | undefined, key: string): PatchRule | undefined => schema?.fields.get(key)?.patch;

const mapOf = (schema: MapSchema | undefined, key: string): MapSchema | undefined =>
  (schema?.fields.get(key)?.schema ?? schema?.rest)?.map;

const itemMerge =
  (schema: MapSchema | undefined, key: string): MergeItem =>
  (original, patch) =>
    patchMap(original, patch, schema?.fields.get(key)?.schema.list?.item.map);

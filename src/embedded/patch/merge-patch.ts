import { isObject, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import { ApiError } from '../../runtime/client.ts';
import { withoutNulls } from './directives.ts';
import { malformed } from './malformed.ts';

/**
 * The object after a merge patch (RFC 7386): maps merge, null removes, all else is replaced. Shares what it does not
 * change.
 * @throws {ApiError} 400 when the patch is no map
 */
export function mergePatch(object: KubeObject, patch: unknown): KubeObject {
  if (patch === null) throw new ApiError(400, 'BadRequest', 'Invalid JSON Patch');
  if (!isObject(patch)) throw malformed(patch, 'Go value of type map[string]interface {}');
  return mergeMaps(object as unknown as JsonObject, patch) as unknown as KubeObject;
}

function mergeMaps(target: JsonObject, patch: JsonObject): JsonObject {
  const result: Record<string, unknown> = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = mergeValue(target[key], value);
  }
  return result;
}

function mergeValue(target: unknown, patch: unknown): unknown {
  if (!isObject(target)) return withoutNulls(patch);
  return isObject(patch) ? mergeMaps(target, patch) : patch;
}

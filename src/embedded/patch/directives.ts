import { isObject } from '../../api/json.ts';
import { ApiError } from '../../runtime/client.ts';
import { isList } from './values.ts';

/** What a strategic merge patch says beside values. */
export const DIRECTIVE = '$patch';
export const RETAIN_KEYS = '$retainKeys';
/** Before a slash and the name of the list. */
export const ORDER_LIST = '$setElementOrder';
export const DELETE_LIST = '$deleteFromPrimitiveList';

export const badPatch = (message: string): ApiError => new ApiError(400, 'BadRequest', message);

/** A value for a place that was empty: without what only steers a merge. Undefined when it is a directive itself. */
export function withoutDirectives(value: unknown): unknown {
  if (isList(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  if (DIRECTIVE in value) return undefined;
  const entries = Object.entries(value).map(([key, inner]) => [key, withoutDirectives(inner)] as const);
  return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
}

/** A value without the keys that are null, at any depth. */
export function withoutNulls(value: unknown): unknown {
  if (isList(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNulls(inner)]));
}

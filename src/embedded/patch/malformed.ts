import { isObject } from '../../api/json.ts';
import { ApiError } from '../../runtime/client.ts';
import { isList } from './values.ts';

/**
 * The 400 for JSON of another sort than asked for.
 * @param place what it was read into, as in `Go value of type map[string]interface {}`
 */
export function malformed(found: unknown, place: string, prefix = 'error decoding patch: '): ApiError {
  return new ApiError(400, 'BadRequest', `${prefix}json: cannot unmarshal ${sortOf(found)} into ${place}`);
}

function sortOf(value: unknown): string {
  if (isList(value)) return 'array';
  if (isObject(value)) return 'object';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

import { ApiError } from '../../runtime/client.ts';
import { deepEqual } from '../../runtime/json.ts';
import type { FieldError } from '../strategy.ts';
import { forbidden, invalid } from '../structural/field-errors.ts';

type Data = Readonly<Record<string, string>>;

const KEY = /^[-._a-zA-Z0-9]+$/;
const KEY_RULE =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** What is wrong with the keys of a ConfigMap or a Secret. */
export function dataKeyErrors(data: Data | undefined, field: string): readonly FieldError[] {
  return Object.keys(data ?? {}).flatMap((key) => {
    const at = `${field}[${key}]`;
    if (key.length > 253) return [invalid(at, key, 'must be no more than 253 bytes')];
    if (key === '.') return [invalid(at, key, "may not be '.'")];
    if (key === '..') return [invalid(at, key, "may not be '..'")];
    if (!KEY.test(key)) return [invalid(at, key, KEY_RULE)];
    return key.startsWith('..') ? [invalid(at, key, "may not start with '..'")] : [];
  });
}

/** What may not change once an object calls itself immutable. */
export function immutabilityErrors<T extends { readonly immutable?: boolean }>(
  next: T,
  previous: T | undefined,
  fields: readonly (keyof T & string)[],
): readonly FieldError[] {
  if (previous?.immutable !== true) return [];
  const changed = fields.filter((field) => !deepEqual(next[field], previous[field]));
  return [...(next.immutable === true ? [] : ['immutable']), ...changed].map((field) =>
    forbidden(field, 'field is immutable when `immutable` is set'),
  );
}

/**
 * Refuses values that are not base64, as decoding does.
 * @throws ApiError 400
 */
export function checkBase64(kind: string, data: unknown): void {
  if (typeof data !== 'object' || data === null) return;
  for (const value of Object.values(data)) {
    if (typeof value !== 'string' || (BASE64.test(value) && value.length % 4 === 0)) continue;
    const at = badAt(value);
    throw new ApiError(
      400,
      'BadRequest',
      `${kind} in version "v1" cannot be handled as a ${kind}: illegal base64 data at input byte ${at}`,
    );
  }
}

function badAt(value: string): number {
  const bad = /[^A-Za-z0-9+/=]/.exec(value);
  return bad ? bad.index : value.length - (value.length % 4 === 0 ? 4 : value.length % 4);
}

import type { KubeObject } from '../../api/kube.ts';
import { badRequest } from '../errors.ts';
import { asTyped, type MergeSchema } from '../patch/index.ts';
import { canonicalQuantity } from './quantity.ts';

/**
 * Reads an object of one of Kubernetes' own kinds as the server's types do: unknown fields are dropped and named.
 * @throws ApiError 400 for a value of the wrong type
 */
export function decodeBuiltin(
  schema: MergeSchema,
  object: KubeObject,
  kind: string,
): { readonly object: KubeObject; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const known = read(schema, object, '', unknown, kind) as KubeObject;
  return { object: asTyped(schema, known), unknown };
}

type Map = Readonly<Record<string, unknown>>;
const isMap = (value: unknown): value is Map => typeof value === 'object' && value !== null && !Array.isArray(value);

function read(schema: MergeSchema, value: unknown, path: string, unknown: string[], kind: string): unknown {
  if (value === null || value === undefined) return value;
  if (Array.isArray(value)) {
    const { list } = schema;
    if (!list) throw mistyped(kind, path, 'array', schema);
    return shared(value, (item, index) => read(list.item, item, `${path}[${index}]`, unknown, kind));
  }
  if (isMap(value)) return readMap(schema, value, path, unknown, kind);
  if (schema.time) return moment(value, kind);
  const fits = schema.scalar !== undefined && (schema.scalar === 'any' || typeof value === schema.scalar);
  if (!fits) throw mistyped(kind, path, typeof value, schema);
  return value;
}

function readMap(schema: MergeSchema, value: Map, path: string, unknown: string[], kind: string): Map {
  const { map } = schema;
  if (!map) throw mistyped(kind, path, 'object', schema);
  let result: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    const field = map.fields.get(key)?.schema ?? map.rest;
    if (!field) {
      unknown.push(at);
      result ??= { ...value };
      delete result[key];
      continue;
    }
    const next = isAmounts(map) ? canonicalQuantity(value[key], kind) : read(field, value[key], at, unknown, kind);
    if (next === value[key]) continue;
    result ??= { ...value };
    result[key] = next;
  }
  return result ?? value;
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function moment(value: unknown, kind: string): unknown {
  if (typeof value === 'string' && MOMENT.test(value) && !Number.isNaN(Date.parse(value))) return value;
  throw badRequest(
    `${kind} in version "v1" cannot be handled as a ${kind}: parsing time ${JSON.stringify(value)}: it is not in RFC 3339`,
  );
}

/** Maps of quantities: any scalar under any name. */
const isAmounts = ({ fields, rest }: NonNullable<MergeSchema['map']>): boolean =>
  fields.size === 0 && rest?.scalar === 'any' && !rest.map && !rest.time;

function shared(items: readonly unknown[], change: (item: unknown, index: number) => unknown): readonly unknown[] {
  let changed = false;
  const next = items.map((item, index) => {
    const made = change(item, index);
    changed ||= made !== item;
    return made;
  });
  return changed ? next : items;
}

function mistyped(kind: string, path: string, found: string, { scalar, list, map }: MergeSchema): Error {
  const wanted = [scalar, list && 'array', map && 'object'].filter(Boolean).join(' or ');
  return badRequest(
    `${kind} in version "v1" cannot be handled as a ${kind}: json: cannot unmarshal ${found} into field ${path} of type ${wanted}`,
  );
}

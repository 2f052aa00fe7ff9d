import { isObject, type JsonObject } from '../../api/json.ts';
import type { KubeObject } from '../../api/kube.ts';
import { badRequest } from '../errors.ts';
import { asTyped, type MergeSchema } from '../patch/index.ts';
import { mapFields, mapItems, REMOVED } from '../structural/json.ts';
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

function read(schema: MergeSchema, value: unknown, path: string, unknown: string[], kind: string): unknown {
  if (value === null || value === undefined) return value;
  if (Array.isArray(value)) {
    const { list } = schema;
    if (!list) throw mistyped(kind, path, 'array', schema);
    return mapItems(value, (item, index) => read(list.item, item, `${path}[${index}]`, unknown, kind));
  }
  if (isObject(value)) return readMap(schema, value, path, unknown, kind);
  if (schema.time) return moment(value, kind);
  const fits = schema.scalar !== undefined && (schema.scalar === 'any' || typeof value === schema.scalar);
  if (!fits) throw mistyped(kind, path, typeof value, schema);
  return value;
}

function readMap(schema: MergeSchema, value: JsonObject, path: string, unknown: string[], kind: string): JsonObject {
  const { map } = schema;
  if (!map) throw mistyped(kind, path, 'object', schema);
  const amounts = isAmounts(map);
  return mapFields(value, (key, given) => {
    const at = path === '' ? key : `${path}.${key}`;
    const field = map.fields.get(key)?.schema ?? map.rest;
    if (field) return amounts ? canonicalQuantity(given, kind) : read(field, given, at, unknown, kind);
    unknown.push(at);
    return REMOVED;
  });
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

function mistyped(kind: string, path: string, found: string, { scalar, list, map }: MergeSchema): Error {
  const wanted = [scalar, list && 'array', map && 'object'].filter(Boolean).join(' or ');
  return badRequest(
    `${kind} in version "v1" cannot be handled as a ${kind}: json: cannot unmarshal ${found} into field ${path} of type ${wanted}`,
  );
}

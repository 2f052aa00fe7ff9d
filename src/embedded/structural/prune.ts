import { isObject, type JsonObject } from '../../api/json.ts';
import { coerceEmbedded, decodeRootMeta } from './embedded-meta.ts';
import { mapFields, mapItems, REMOVED } from './json.ts';
import { nodeOfKey, type SchemaNode } from './schema-node.ts';
import { isSettled } from './settled.ts';

export interface Pruned<T> {
  /** The very same object when nothing was dropped. */
  readonly object: T;
  /** Paths of the fields that no schema knows, as a strict request reports them. */
  readonly unknown: readonly string[];
}

const META_FIELDS = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * What decoding does to a custom resource: drops fields that the schema does not know and nulls that it does not
 * allow, and gives metadata (the object's own and that of embedded resources) its form.
 * @throws ApiError 400 when metadata has fields of the wrong type
 */
export function pruneObject<T extends object>(
  object: T,
  root: SchemaNode,
  type: { version: string; kind: string },
): Pruned<T> {
  const meta = decodeRootMeta(object as unknown as JsonObject, type);
  const dropped: string[] = [];
  const known = prune(meta.object, root.embedded ? root : { ...root, embedded: true }, '', dropped);
  const solid = dropNulls(known, root);
  const coerced: string[] = [];
  const done = root.embeddedBelow ? coerceEmbedded(solid, root, '', coerced, type) : solid;
  return { object: done as T, unknown: [...meta.unknown, ...dropped.sort(), ...coerced.sort()] };
}

/** A request with `fieldValidation=Strict` is answered with this when fields were unknown. */
export const strictDecodingError = (unknown: readonly string[]): string =>
  `strict decoding error: ${unknown.map((path) => `unknown field "${path}"`).join(', ')}`;

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

function prune(value: unknown, node: SchemaNode | undefined, path: string, dropped: string[]): unknown {
  if (isSettled(node?.settled?.clean, value)) return value;
  if (node?.preserveUnknown) return keepUnknown(value, node, path, dropped);
  if (Array.isArray(value)) {
    return mapItems(value, (item, index) => prune(item, node?.items, `${path}[${index}]`, dropped));
  }
  if (!isObject(value)) return value;
  return mapFields(value, (key, field) => {
    if (node?.embedded && META_FIELDS.has(key)) return field;
    const child = node?.properties.get(key);
    if (child) return prune(field, child, join(path, key), dropped);
    if (node && (node.additional || node.additionalAllowed !== undefined)) {
      return prune(field, node.additional, join(path, key), dropped);
    }
    if (!META_FIELDS.has(key) || path !== '') dropped.push(join(path, key));
    return REMOVED;
  });
}

/** Unknown fields stay, but what has a schema below them is still pruned. */
function keepUnknown(value: unknown, node: SchemaNode | undefined, path: string, dropped: string[]): unknown {
  if (!node) return value;
  if (Array.isArray(value)) {
    return mapItems(value, (item, index) => keepUnknown(item, node.items, `${path}[${index}]`, dropped));
  }
  if (!isObject(value)) return value;
  return mapFields(value, (key, field) => {
    if (node.embedded && META_FIELDS.has(key)) return field;
    const child = node.properties.get(key);
    if (child) return prune(field, child, join(path, key), dropped);
    if (node.additional || node.additionalAllowed !== undefined) {
      return prune(field, node.additional, join(path, key), dropped);
    }
    return field;
  });
}

/** A null where the schema allows none counts as absent, unless a default takes its place. */
function dropNulls(value: unknown, node: SchemaNode | undefined): unknown {
  if (isSettled(node?.settled?.clean, value)) return value;
  if (Array.isArray(value)) return mapItems(value, (item) => dropNulls(item, node?.items));
  if (!isObject(value)) return value;
  return mapFields(value, (key, field) => {
    const child = nodeOfKey(node, key);
    if (field === null && child && !child.nullable && child.default === undefined) return REMOVED;
    return dropNulls(field, child);
  });
}

import { isObject, type JsonObject } from '../../api/json.ts';
import { timestamp } from '../../api/timestamp.ts';
import { ApiError } from '../../runtime/client.ts';
import { invalid } from './field-errors.ts';
import { mapFields, mapItems, REMOVED } from './json.ts';
import type { SchemaNode } from './schema-node.ts';
import { isSettled } from './settled.ts';

/**
 * Metadata is typed whatever a CRD says about it: unknown fields go, empty ones too, and a wrong type is a request
 * that cannot be read.
 */

type Decode = (value: unknown, path: string, unknown: string[]) => unknown;

/** A value that does not fit the type of its field. */
class MisfitError extends Error {}

const jsonKind = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
};

const misfit = (value: unknown, struct: string, field: string, type: string): MisfitError =>
  new MisfitError(
    `json: cannot unmarshal ${typeof value === 'number' && type === 'int64' ? `number ${value}` : jsonKind(value)} into Go struct field ${struct}.${field} of type ${type}`,
  );

const text =
  (struct: string, field: string, keepEmpty = false): Decode =>
  (value) => {
    if (value === null) return keepEmpty ? '' : REMOVED;
    if (typeof value !== 'string') throw misfit(value, struct, field, 'string');
    return value === '' && !keepEmpty ? REMOVED : value;
  };

const integer =
  (field: string, keepZero: boolean): Decode =>
  (value) => {
    if (value === null) return REMOVED;
    if (typeof value !== 'number' || !Number.isInteger(value)) throw misfit(value, 'ObjectMeta', field, 'int64');
    return value === 0 && !keepZero ? REMOVED : value;
  };

const flag =
  (field: string): Decode =>
  (value) => {
    if (value === null) return REMOVED;
    if (typeof value !== 'boolean') throw misfit(value, 'OwnerReference', `ownerReferences.${field}`, 'bool');
    return value;
  };

const time =
  (field: string): Decode =>
  (value) => {
    if (value === null) return REMOVED;
    if (typeof value !== 'string') throw misfit(value, 'ObjectMeta', field, 'string');
    if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)) return value;
    const moment = Date.parse(value);
    if (Number.isNaN(moment) || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value)) {
      throw new MisfitError(
        `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as "2006"`,
      );
    }
    return timestamp(moment);
  };

const words =
  (field: string): Decode =>
  (value) => {
    if (value === null) return REMOVED;
    if (!isObject(value)) throw misfit(value, 'ObjectMeta', field, 'map[string]string');
    if (Object.keys(value).length === 0) return REMOVED;
    return mapFields(value, (_key, word) => {
      if (word === null) return '';
      if (typeof word !== 'string') throw misfit(word, 'ObjectMeta', field, 'string');
      return word;
    });
  };

const list =
  (field: string, type: string, item: Decode): Decode =>
  (value, path, unknown) => {
    if (value === null) return REMOVED;
    if (!Array.isArray(value)) throw misfit(value, 'ObjectMeta', field, type);
    if (value.length === 0) return REMOVED;
    return mapItems(value, (element, index) => item(element, `${path}[${index}]`, unknown));
  };

const finalizer: Decode = (value) => {
  if (value === null) return '';
  if (typeof value !== 'string') throw misfit(value, 'ObjectMeta', 'finalizers', 'string');
  return value;
};

const OWNER: Readonly<Record<string, Decode>> = {
  apiVersion: text('OwnerReference', 'ownerReferences.apiVersion', true),
  kind: text('OwnerReference', 'ownerReferences.kind', true),
  name: text('OwnerReference', 'ownerReferences.name', true),
  uid: text('OwnerReference', 'ownerReferences.uid', true),
  controller: flag('controller'),
  blockOwnerDeletion: flag('blockOwnerDeletion'),
};
const OWNER_TEXTS = ['apiVersion', 'kind', 'name', 'uid'];

const owner: Decode = (value, path, unknown) => {
  if (value !== null && !isObject(value)) throw misfit(value, 'ObjectMeta', 'ownerReferences', 'v1.OwnerReference');
  const known = fields(value ?? {}, OWNER, path, unknown);
  if (OWNER_TEXTS.every((name) => Object.hasOwn(known, name))) return known;
  return { ...Object.fromEntries(OWNER_TEXTS.map((name) => [name, ''])), ...known };
};

const META: Readonly<Record<string, Decode>> = {
  name: text('ObjectMeta', 'name'),
  generateName: text('ObjectMeta', 'generateName'),
  namespace: text('ObjectMeta', 'namespace'),
  selfLink: text('ObjectMeta', 'selfLink'),
  uid: text('ObjectMeta', 'uid'),
  resourceVersion: text('ObjectMeta', 'resourceVersion'),
  generation: integer('generation', false),
  creationTimestamp: time('creationTimestamp'),
  deletionTimestamp: time('deletionTimestamp'),
  deletionGracePeriodSeconds: integer('deletionGracePeriodSeconds', true),
  labels: words('labels'),
  annotations: words('annotations'),
  ownerReferences: list('ownerReferences', '[]v1.OwnerReference', owner),
  finalizers: list('finalizers', '[]string', finalizer),
  managedFields: list('managedFields', '[]v1.ManagedFieldsEntry', (entry) => entry),
};

function fields(value: JsonObject, decoders: Readonly<Record<string, Decode>>, path: string, unknown: string[]) {
  return mapFields(value, (key, field) => {
    if (Object.hasOwn(decoders, key)) return decoders[key]!(field, `${path}.${key}`, unknown);
    unknown.push(`${path}.${key}`);
    return REMOVED;
  });
}

function decodeMeta(value: unknown, path: string, unknown: string[]): JsonObject {
  if (value === null) return {};
  if (!isObject(value)) {
    throw new MisfitError(`json: cannot unmarshal ${jsonKind(value)} into Go value of type v1.ObjectMeta`);
  }
  return fields(value, META, path, unknown);
}

export interface TypeOfObject {
  readonly version: string;
  readonly kind: string;
}

function unreadable({ version, kind }: TypeOfObject, why: string): ApiError {
  return new ApiError(400, 'BadRequest', `${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`);
}

/** @throws ApiError 400 for a field of the wrong type */
export function decodeRootMeta(object: JsonObject, type: TypeOfObject): { object: JsonObject; unknown: string[] } {
  const unknown: string[] = [];
  if (!Object.hasOwn(object, 'metadata')) return { object, unknown };
  try {
    const metadata = decodeMeta(object.metadata, 'metadata', unknown);
    return { object: metadata === object.metadata ? object : { ...object, metadata }, unknown };
  } catch (error) {
    if (error instanceof MisfitError) throw unreadable(type, error.message);
    throw error;
  }
}

/** Does the same for resources embedded in others; `unknown` gains what was dropped. */
export function coerceEmbedded(
  value: unknown,
  node: SchemaNode | undefined,
  path: string,
  unknown: string[],
  type: TypeOfObject,
): unknown {
  if (!node?.embeddedBelow || isSettled(node.settled?.clean, value)) return value;
  if (Array.isArray(value)) {
    return mapItems(value, (item, i) => coerceEmbedded(item, node.items, `${path}[${i}]`, unknown, type));
  }
  if (!isObject(value)) return value;
  return mapFields(value, (key, field) => {
    const keyPath = path === '' ? key : `${path}.${key}`;
    if (node.embedded && key === 'metadata') return embeddedMeta(field, keyPath, unknown, type);
    if (node.embedded && (key === 'apiVersion' || key === 'kind') && typeof field !== 'string') {
      throw unreadable(type, said(keyPath, field, 'must be a string'));
    }
    const property = node.properties.get(key);
    if (property) return coerceEmbedded(field, property, keyPath, unknown, type);
    return coerceEmbedded(field, node.additional, `${path}[${key}]`, unknown, type);
  });
}

function embeddedMeta(value: unknown, path: string, unknown: string[], type: TypeOfObject): JsonObject {
  try {
    return decodeMeta(value, path, unknown);
  } catch (error) {
    if (error instanceof MisfitError) throw unreadable(type, said(path, value, error.message));
    throw error;
  }
}

function said(path: string, value: unknown, detail: string): string {
  const { field, message } = invalid(path, value, detail);
  return `${field}: ${message}`;
}

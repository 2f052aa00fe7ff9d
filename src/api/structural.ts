import * as z from 'zod';
import { BLUEPRINT, type CelRule, RULES } from './schema.ts';

/** A schema as CustomResourceDefinitions hold it: OpenAPI 3.0, restricted to what apiservers call structural. */
export interface StructuralSchema {
  type?: string;
  properties?: Record<string, StructuralSchema>;
  additionalProperties?: StructuralSchema;
  items?: StructuralSchema;
  required?: string[];
  enum?: unknown[];
  anyOf?: StructuralSchema[];
  default?: unknown;
  [keyword: string]: unknown;
}

const FORBIDDEN = [
  '$ref',
  '$defs',
  'definitions',
  'dependencies',
  'patternProperties',
  'additionalItems',
  'id',
  'const',
  'not',
];
const JUNCTORS = ['allOf', 'oneOf'];
const UNBOUNDED = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];

/** Why a schema cannot stand in a CustomResourceDefinition. */
export class NotStructuralError extends Error {
  override readonly name = 'NotStructuralError';
  constructor(path: string, problem: string) {
    super(`${path || '(root)'}: ${problem}`);
  }
}

/**
 * The OpenAPI form of a schema, refused with the offending path when an apiserver would not accept it.
 * @throws NotStructuralError
 */
export function toStructural(schema: z.ZodType, path = ''): StructuralSchema {
  const raw = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' });
  return convert(raw as StructuralSchema, path);
}

function convert(raw: StructuralSchema, path: string): StructuralSchema {
  if (raw['x-kubernetes-int-or-string']) return intOrString(raw, path);
  const { [BLUEPRINT]: blueprint, ...node } = raw;
  if (blueprint) return withoutHistory(convert(node, path));
  refuseForbidden(node, path);
  dropUnbounded(node);
  if (node.required?.length === 0) delete node.required;

  const keepsUnknown = node['x-kubernetes-preserve-unknown-fields'] === true;
  if (keepsUnknown || (node.additionalProperties as unknown) === false) delete node.additionalProperties;
  if (!node.type && !keepsUnknown) throw new NotStructuralError(path, 'needs a type; say what it holds');
  if (node.properties && node.additionalProperties) {
    throw new NotStructuralError(
      path,
      'has both properties and additionalProperties; use open() to keep unknown fields',
    );
  }
  if (node.type === 'array' && (!node.items || Array.isArray(node.items))) {
    throw new NotStructuralError(path, 'an array needs one schema for its items');
  }
  checkListMap(node, path);

  if (node.properties) {
    node.properties = Object.fromEntries(
      Object.entries(node.properties).map(([name, child]) => [name, convert(child, `${path}.${name}`)]),
    );
  }
  if (node.additionalProperties) node.additionalProperties = convert(node.additionalProperties, `${path}[*]`);
  if (node.items) node.items = convert(node.items, `${path}[]`);
  return node;
}

/** Without the rules that compare a value with what it was. */
function withoutHistory(schema: StructuralSchema): StructuralSchema {
  const rules = (schema[RULES] as readonly CelRule[] | undefined)?.filter(({ rule }) => !rule.includes('oldSelf'));
  const { [RULES]: _, properties, additionalProperties, items, ...node } = schema;
  return {
    ...node,
    ...(rules && rules.length > 0 && { [RULES]: rules }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, withoutHistory(child)])),
    }),
    ...(additionalProperties && { additionalProperties: withoutHistory(additionalProperties) }),
    ...(items && { items: withoutHistory(items) }),
  };
}

/** Apiservers allow exactly this one use of anyOf beside the int-or-string mark. */
function intOrString(raw: StructuralSchema, path: string): StructuralSchema {
  const { type, anyOf: _branches, ...rest } = raw;
  if (type) throw new NotStructuralError(path, 'int-or-string excludes a type');
  return { ...rest, anyOf: [{ type: 'integer' }, { type: 'string' }] };
}

function refuseForbidden(node: StructuralSchema, path: string): void {
  for (const keyword of [...FORBIDDEN, ...JUNCTORS, 'anyOf']) {
    if (keyword in node) throw new NotStructuralError(path, `"${keyword}" is not allowed; use a rule (cel) instead`);
  }
  if (node.type === 'null' || Array.isArray(node.type) || node.enum?.includes(null))
    throw new NotStructuralError(path, 'one type only, and not null');
  if (node.uniqueItems === true)
    throw new NotStructuralError(path, 'uniqueItems is not allowed; use a set or a map list');
}

function dropUnbounded(node: StructuralSchema): void {
  for (const bound of ['minimum', 'maximum'] as const) {
    if (UNBOUNDED.includes(node[bound] as number)) delete node[bound];
  }
}

function checkListMap(node: StructuralSchema, path: string): void {
  if (node['x-kubernetes-list-type'] !== 'map') return;
  for (const key of (node['x-kubernetes-list-map-keys'] as string[] | undefined) ?? []) {
    const field = node.items?.properties?.[key];
    const usable = node.items?.required?.includes(key) || field?.default !== undefined;
    if (!field || !usable)
      throw new NotStructuralError(path, `the list's key "${key}" must be required or have a default`);
  }
}

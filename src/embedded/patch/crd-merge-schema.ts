import { objectMetaSchema } from './builtin/index.ts';
import {
  DEDUCED,
  type FieldSchema,
  type ListSchema,
  type MapSchema,
  type MergeSchema,
  type ScalarType,
  UNTYPED_ATOMIC,
} from './merge-schema.ts';

/** What of an OpenAPI v3 schema decides how values merge. */
export interface OpenApiSchema {
  readonly type?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly additionalProperties?: OpenApiSchema | boolean;
  readonly items?: OpenApiSchema;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
}

/**
 * How objects of a custom resource merge.
 * @param schema `openAPIV3Schema` of the version; without one all maps merge and all lists have one owner
 */
export function mergeSchemaOf(schema: OpenApiSchema | undefined): MergeSchema {
  if (!schema) return { ...DEDUCED, custom: true };
  return { ...convert({ ...schema, 'x-kubernetes-embedded-resource': true }, false), custom: true };
}

/** @param open whether a schema above keeps unknown fields; it holds for all below it */
function convert(schema: OpenApiSchema, open: boolean): MergeSchema {
  const keeps = open || schema['x-kubernetes-preserve-unknown-fields'] === true;
  switch (schema.type) {
    case 'object':
      return { map: convertMap(schema, keeps) };
    case 'array':
      return { list: convertList(schema, keeps) };
    case undefined:
    case '':
      return { scalar: 'any', list: convertList(schema, keeps), map: convertMap(schema, keeps) };
    default:
      return { scalar: scalarOf(schema) };
  }
}

function scalarOf({ type, format }: OpenApiSchema): ScalarType {
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'boolean') return 'boolean';
  return type === 'string' && (!format || format === 'byte') ? 'string' : 'any';
}

function convertMap(schema: OpenApiSchema, open: boolean): MapSchema {
  const fields = new Map<string, FieldSchema>();
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    fields.set(name, {
      schema: convert(property, open),
      ...(property.default !== undefined && { default: property.default }),
    });
  }
  if (schema['x-kubernetes-embedded-resource']) {
    fields.set('apiVersion', { schema: { scalar: 'string' } });
    fields.set('kind', { schema: { scalar: 'string' } });
    fields.set('metadata', { schema: objectMetaSchema() });
  }
  const rest = restOf(schema, open, fields.size === 0);
  return { atomic: schema['x-kubernetes-map-type'] === 'atomic', fields, ...(rest && { rest }) };
}

function restOf(schema: OpenApiSchema, open: boolean, empty: boolean): MergeSchema | undefined {
  const { additionalProperties } = schema;
  if (additionalProperties === undefined) return open || empty ? DEDUCED : undefined;
  if (typeof additionalProperties === 'boolean') return additionalProperties ? DEDUCED : undefined;
  return convert(additionalProperties, open);
}

function convertList(schema: OpenApiSchema, open: boolean): ListSchema {
  const stated = schema['x-kubernetes-list-type'];
  const type = stated === 'map' || stated === 'set' ? stated : 'atomic';
  const keys = type === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : [];
  return { type, keys, item: schema.items ? convert(schema.items, open) : UNTYPED_ATOMIC };
}

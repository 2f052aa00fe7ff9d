import { builtinTypeName } from '../../patch/builtin/index.ts';
import type { FieldSchema, ListSchema, MapSchema, MergeSchema, PatchRule } from '../../patch/merge-schema.ts';

/** A schema of OpenAPI 3. */
export type Schema = Readonly<Record<string, unknown>>;

const PREFIX = 'io.k8s.api.';
export const REFERENCE = '#/components/schemas/';

/** Moments, as fields name them. */
const MOMENT = /(Time|Timestamp)$/;
/** Fields that hold a number or the name of one. */
const NUMBER_OR_NAME = /^(port|targetPort|minAvailable|maxUnavailable|maxSurge)$/;

/** Writes Kubernetes' own types as schemas, with each named type once among its `components`. */
export class SchemaWriter {
  readonly components: Record<string, Schema> = {};

  /** The name of a type among the components; the type and all below it are there afterwards. */
  component(name: string, schema: MergeSchema): string {
    const key = `${PREFIX}${name}`;
    if (key in this.components) return key;
    // Its place is taken first, since a type may hold itself.
    this.components[key] = {};
    this.components[key] = schema.map ? this.#object(schema.map) : { type: 'string' };
    return key;
  }

  /** A field's schema, with what a strategic merge patch does to it. */
  #field(name: string, { schema, patch, default: fallback }: FieldSchema): Schema {
    const written = this.#place(schema, name);
    const beside = { ...patchExtensions(patch), ...(fallback !== undefined && { default: fallback }) };
    if (Object.keys(beside).length === 0) return written;
    return '$ref' in written ? { allOf: [written], ...beside } : { ...written, ...beside };
  }

  #place(schema: MergeSchema, field: string): Schema {
    const name = builtinTypeName(schema);
    if (name) return { $ref: `${REFERENCE}${this.component(name, schema)}` };
    const { scalar, list, map } = schema;
    if (scalar && (list || map)) return { 'x-kubernetes-preserve-unknown-fields': true };
    if (list) return this.#list(list, field);
    if (map) return this.#object(map);
    return scalarSchema(scalar, field);
  }

  #list({ type, keys, item }: ListSchema, field: string): Schema {
    return {
      type: 'array',
      items: this.#place(item, field),
      'x-kubernetes-list-type': type,
      ...(keys.length > 0 && { 'x-kubernetes-list-map-keys': keys }),
    };
  }

  #object({ atomic, fields, rest }: MapSchema): Schema {
    return {
      type: 'object',
      ...(fields.size > 0 && {
        properties: Object.fromEntries([...fields].map(([name, field]) => [name, this.#field(name, field)])),
      }),
      ...(rest && { additionalProperties: this.#place(rest, '') }),
      ...(atomic && { 'x-kubernetes-map-type': 'atomic' }),
    };
  }
}

function scalarSchema(scalar: MergeSchema['scalar'], field: string): Schema {
  if (scalar === 'number') return { type: 'integer' };
  if (scalar === 'boolean') return { type: 'boolean' };
  if (scalar === 'any' && MOMENT.test(field)) return { type: 'string', format: 'date-time' };
  if (scalar === 'any' && NUMBER_OR_NAME.test(field)) return { 'x-kubernetes-int-or-string': true };
  return { type: 'string' };
}

function patchExtensions(patch: PatchRule | undefined): Schema {
  if (!patch) return {};
  const { strategy, key, retainKeys } = patch;
  const words = [strategy, retainKeys && 'retainKeys'].filter(Boolean).join(',');
  return {
    ...(words && { 'x-kubernetes-patch-strategy': words }),
    ...(key !== undefined && { 'x-kubernetes-patch-merge-key': key }),
  };
}

/** What a value may be when it is no list and no map. `any` holds strings, numbers and booleans alike. */
export type ScalarType = 'string' | 'number' | 'boolean' | 'any';

/**
 * How values of one place of an object are merged and owned. A place allows scalars, lists, maps, or several of them
 * (quantities and free-form fields); trees may contain themselves.
 */
export interface MergeSchema {
  readonly scalar?: ScalarType;
  readonly list?: ListSchema;
  readonly map?: MapSchema;
  /** A moment: nothing is `null`. */
  readonly time?: true;
  /** Of a whole object: it is a custom resource. */
  readonly custom?: true;
}

export interface ListSchema {
  /** `atomic` lists have one owner, those of a `set` or a `map` one for each item. */
  readonly type: 'atomic' | 'set' | 'map';
  /** Names of the fields that tell the items of a `map` apart. */
  readonly keys: readonly string[];
  readonly item: MergeSchema;
}

export interface MapSchema {
  /** Replaced and owned as a whole. */
  readonly atomic: boolean;
  readonly fields: ReadonlyMap<string, FieldSchema>;
  /** Of the keys that `fields` does not name; such keys are refused when absent. */
  readonly rest?: MergeSchema;
}

export interface FieldSchema {
  readonly schema: MergeSchema;
  /** The server never leaves this field out: it answers its empty value instead. */
  readonly always?: boolean;
  /** Stands for an absent value where the field is the key of a list item. */
  readonly default?: unknown;
  readonly patch?: PatchRule;
}

/** How a strategic merge patch treats a field; without a rule, maps merge and all else is replaced. */
export interface PatchRule {
  readonly strategy?: 'merge' | 'replace';
  readonly key?: string;
  readonly retainKeys?: boolean;
}

/** Free-form content that is replaced as a whole. */
export const UNTYPED_ATOMIC: MergeSchema = ((): MergeSchema => {
  const schema: { -readonly [K in keyof MergeSchema]: MergeSchema[K] } = { scalar: 'any' };
  schema.list = { type: 'atomic', keys: [], item: schema };
  schema.map = { atomic: true, fields: new Map(), rest: schema };
  return schema;
})();

/** Free-form content whose maps merge key by key: custom resources without a schema, and unknown fields. */
export const DEDUCED: MergeSchema = ((): MergeSchema => {
  const schema: { -readonly [K in keyof MergeSchema]: MergeSchema[K] } = { scalar: 'any' };
  schema.list = { type: 'atomic', keys: [], item: UNTYPED_ATOMIC };
  schema.map = { atomic: false, fields: new Map(), rest: schema };
  return schema;
})();

/** The schema of one key of a map; undefined for a key that the map does not know. */
export function schemaOfKey(map: MapSchema, key: string): MergeSchema | undefined {
  return map.fields.get(key)?.schema ?? map.rest;
}

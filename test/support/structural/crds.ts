import type { ScaleSubresource } from '../../../src/api/crd.ts';
import type { StructuralSchema } from '../../../src/api/structural.ts';

/** A schema to put to a cluster under a name of its own. */
export interface SchemaCase {
  readonly name: string;
  readonly schema: StructuralSchema;
  readonly statusSubresource?: boolean;
  readonly scale?: ScaleSubresource;
  /** What objects are first stored under, to see what an update under `schema` is forgiven. */
  readonly before?: StructuralSchema;
}

const text = { type: 'string' };
const integer = { type: 'integer' };
export const object = (
  properties: Record<string, StructuralSchema>,
  more: Partial<StructuralSchema> = {},
): StructuralSchema => ({
  type: 'object',
  properties,
  ...more,
});
const list = (items: StructuralSchema, more: Partial<StructuralSchema> = {}): StructuralSchema => ({
  type: 'array',
  items,
  ...more,
});
export const root = (spec: StructuralSchema, more: Partial<StructuralSchema> = {}): StructuralSchema =>
  object({ apiVersion: text, kind: text, metadata: { type: 'object' }, spec }, more);

const FORMATS = [
  'date-time',
  'date',
  'duration',
  'byte',
  'uri',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'cidr',
  'mac',
  'uuid',
  'uuid4',
  'hexcolor',
  'password',
  'int-or-string',
  'binary',
  'k8s-short-name',
  'k8s-long-name',
  'isbn',
  'creditcard',
  'ssn',
  'rgbcolor',
];

const keywords = object(
  {
    text: { type: 'string', minLength: 1, maxLength: 5 },
    choice: { type: 'string', enum: ['a', 'ab', 'b"q'] },
    numberChoice: { type: 'integer', enum: [1, 5, 10] },
    anyChoice: { enum: ['a', 1, true, { a: 1 }], 'x-kubernetes-preserve-unknown-fields': true },
    pattern: { type: 'string', pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$' },
    loosePattern: { type: 'string', pattern: 'b\\s|\\d{2}|\\p{Lu}' },
    small: { type: 'integer', minimum: 1, maximum: 10 },
    open: { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 1.5, exclusiveMaximum: true },
    half: { type: 'number', multipleOf: 0.5 },
    five: { type: 'integer', multipleOf: 5 },
    int32: { type: 'integer', format: 'int32' },
    int64: { type: 'integer', format: 'int64' },
    float: { type: 'number', format: 'float' },
    double: { type: 'number', format: 'double' },
    flag: { type: 'boolean' },
    few: list(text, { minItems: 1, maxItems: 3 }),
    numbers: list({ type: 'integer', minimum: 0 }),
    words: {
      type: 'object',
      additionalProperties: { type: 'string', maxLength: 4 },
      minProperties: 1,
      maxProperties: 2,
    },
    deep: { type: 'object', additionalProperties: object({ a: integer, b: list(text) }, { required: ['a'] }) },
    quantity: { 'x-kubernetes-int-or-string': true, pattern: '^[0-9]+(m|Gi)?$' },
    port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }], maximum: 100 },
    nothing: { type: 'string', nullable: true },
    nothingToo: object({ a: text }, { nullable: true, required: ['a'] }),
    'with-dash': text,
    namespace: text,
  },
  { required: ['text', 'small'] },
);

const formats = object(
  Object.fromEntries(FORMATS.map((format) => [format.replaceAll('-', '_'), { type: 'string', format }])),
);

const junctors = object(
  {
    a: integer,
    b: text,
    c: list(integer),
    any: { type: 'integer', anyOf: [{ minimum: 10 }, { maximum: 2 }, { multipleOf: 5 }] },
    one: { type: 'string', oneOf: [{ minLength: 3 }, { pattern: '^a' }, { enum: ['b'] }] },
    all: { type: 'integer', allOf: [{ minimum: 2 }, { maximum: 60 }, { not: { enum: [7] } }] },
    no: { type: 'string', not: { pattern: 'x' } },
    nested: object(
      { x: integer, y: text },
      { anyOf: [{ required: ['x'] }, { required: ['y'], properties: { y: { minLength: 2 } } }] },
    ),
  },
  {
    oneOf: [{ required: ['a'] }, { required: ['b'] }],
    allOf: [{ properties: { a: { minimum: 1 } } }, { properties: { c: { maxItems: 2, items: { maximum: 10 } } } }],
  },
);

const unknown = object({
  open: object(
    { known: object({ a: integer }), list: list(object({ b: text })) },
    { 'x-kubernetes-preserve-unknown-fields': true },
  ),
  anything: { 'x-kubernetes-preserve-unknown-fields': true },
  pod: object({ spec: object({ a: integer }) }, { 'x-kubernetes-embedded-resource': true }),
  wholePod: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
  pods: list({ type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true }),
  closed: object({ a: integer, inner: object({ b: text }) }),
  free: { type: 'object', additionalProperties: true } as unknown as StructuralSchema,
  empty: { type: 'object' },
});

const defaults = object(
  {
    word: { type: 'string', default: 'abc' },
    count: { type: 'integer', default: 3, minimum: 0 },
    nested: object(
      {
        a: { type: 'integer', default: 1 },
        b: object({ c: { type: 'string', default: 'x' } }, { default: {} }),
        d: text,
      },
      { default: { d: 'given' } },
    ),
    optional: object({
      a: { type: 'integer', default: 7 },
      n: { type: 'string', nullable: true, default: 'null-able' },
    }),
    items: list(object({ name: text, weight: { type: 'integer', default: 10 } })),
    map: { type: 'object', additionalProperties: object({ on: { type: 'boolean', default: true } }) },
    words: { type: 'object', additionalProperties: { type: 'string', default: 'w' } },
    list: { ...list({ type: 'string', default: 'e' }), default: ['d'] },
  },
  { default: {} },
);

const lists = object({
  set: list(text, { 'x-kubernetes-list-type': 'set' }),
  numbers: list({ type: 'number' }, { 'x-kubernetes-list-type': 'set' }),
  map: list(object({ name: text, value: { type: 'integer', maximum: 10 } }, { required: ['name'] }), {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  }),
  two: list(
    object({ port: integer, protocol: { type: 'string', default: 'TCP' }, name: text }, { required: ['port'] }),
    {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port', 'protocol'],
    },
  ),
  deep: list(object({ name: text, tags: list(text, { 'x-kubernetes-list-type': 'set' }) }, { required: ['name'] }), {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  }),
  byName: { type: 'object', additionalProperties: list(text, { 'x-kubernetes-list-type': 'set' }) },
});

/** The same fields without their limits. */
const lax = (schema: StructuralSchema): StructuralSchema => {
  const kept: StructuralSchema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (
      ['type', 'nullable', 'default'].includes(key) ||
      (key.startsWith('x-kubernetes-') &&
        key !== 'x-kubernetes-validations' &&
        key !== 'x-kubernetes-list-type' &&
        key !== 'x-kubernetes-list-map-keys')
    )
      kept[key] = value;
  }
  if (schema.properties)
    kept.properties = Object.fromEntries(Object.entries(schema.properties).map(([name, child]) => [name, lax(child)]));
  if (schema.items) kept.items = lax(schema.items);
  if (schema.additionalProperties)
    kept.additionalProperties =
      typeof schema.additionalProperties === 'object' ? lax(schema.additionalProperties) : schema.additionalProperties;
  return kept;
};

const REPLICAS = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.status.selector',
};

/** CRDs that together use every keyword. */
export const HAND_MADE: readonly SchemaCase[] = [
  { name: 'keywords', schema: root(keywords) },
  { name: 'formats', schema: root(formats) },
  { name: 'junctors', schema: root(junctors) },
  { name: 'unknowns', schema: root(unknown) },
  { name: 'defaulteds', schema: root(defaults) },
  { name: 'lists', schema: root(lists) },
  {
    name: 'scaleds',
    schema: object({
      apiVersion: text,
      kind: text,
      metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 5 } } },
      spec: object({ replicas: integer }),
      status: object(
        {
          replicas: integer,
          selector: text,
          phase: { type: 'string', enum: ['Up', 'Down'] },
          counts: list(integer, { maxItems: 2 }),
        },
        { required: ['replicas'] },
      ),
    }),
    statusSubresource: true,
    scale: REPLICAS,
  },
  { name: 'tightkeywords', schema: root(keywords), before: root(lax(keywords)) },
  { name: 'tightjunctors', schema: root(junctors), before: root(lax(junctors)) },
  { name: 'tightlists', schema: root(lists), before: root(lax(lists)) },
];

import type { FieldSchema, MergeSchema, PatchRule } from '../../../src/embedded/patch/merge-schema.ts';

/** What a test reads of one schema of a served OpenAPI v3 document. */
export interface Served {
  readonly $ref?: string;
  readonly allOf?: readonly Served[];
  readonly type?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Served>>;
  readonly additionalProperties?: Served | boolean;
  readonly items?: Served;
  readonly [extension: `x-kubernetes-${string}`]: unknown;
}

/** Every line says one thing about one place; two schemas that say the same lines are the same. */
export type Rules = ReadonlyMap<string, string>;

const PREFIX = '#/components/schemas/';
/** Places below one of these are not walked twice: types may contain themselves. */
const RECURSIVE = ['JSONSchemaProps'];
const FREE = ['JSON', 'JSONSchemaPropsOrArray', 'JSONSchemaPropsOrBool', 'JSONSchemaPropsOrStringArray'];
const ANY_SCALAR = ['Quantity', 'IntOrString', 'Time', 'MicroTime'];

/** What a served schema says. */
export function servedRules(schemas: Readonly<Record<string, Served>>, name: string): Rules {
  const rules = new Map<string, string>();
  const visit = (schema: Served, path: string, inside: readonly string[]): void => {
    const ref = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0]?.$ref : undefined);
    const type = ref?.slice(PREFIX.length);
    const short = type?.split('.').at(-1) ?? '';
    if (ANY_SCALAR.includes(short)) rules.set(path, 'any');
    else if (FREE.includes(short)) rules.set(path, 'free');
    else if (type === undefined) describe(schema, path, inside);
    else if (RECURSIVE.includes(short) && inside.includes(short)) rules.set(path, `again ${short}`);
    else describe(schemas[type]!, path, [...inside, short]);
  };
  const describe = (schema: Served, path: string, inside: readonly string[]): void => {
    if (schema.type === 'array') {
      const type = String(schema['x-kubernetes-list-type'] ?? 'atomic');
      const keys = (schema['x-kubernetes-list-map-keys'] ?? []) as readonly string[];
      rules.set(path, ['list', type, ...keys].join(' '));
      visit(schema.items!, `${path}[]`, inside);
    } else if (schema.type === 'object') describeMap(schema, path, inside);
    else rules.set(path, scalarOf(schema));
  };
  const describeMap = (schema: Served, path: string, inside: readonly string[]): void => {
    rules.set(path, schema['x-kubernetes-map-type'] === 'atomic' ? 'map atomic' : 'map');
    const properties = Object.entries(schema.properties ?? {});
    for (const [key, property] of properties) {
      const place = `${path}.${key}`;
      visit(property, place, inside);
      const rule = servedPatchRule(property);
      if (rule) rules.set(`${place} patch`, rule);
      if (isAlways(property, schema.required?.includes(key) ?? false)) rules.set(`${place} always`, 'yes');
    }
    if (typeof schema.additionalProperties === 'object') visit(schema.additionalProperties, `${path}{}`, inside);
    else if (properties.length === 0) rules.set(`${path}{}`, 'free');
  };
  visit({ $ref: PREFIX + name }, '', []);
  return rules;
}

function scalarOf({ type, format }: Served): string {
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'boolean') return 'boolean';
  return !format || format === 'byte' ? 'string' : 'any';
}

/** Defaults that are the empty value tell of fields that the server never leaves out. */
function isAlways(property: Served, required: boolean): boolean {
  const { default: value, type } = property;
  if (value === undefined) return required && (type === 'array' || type === 'object');
  return JSON.stringify(value) === '{}' || value === '' || value === 0 || value === false;
}

function servedPatchRule(property: Served): string | undefined {
  const strategy = property['x-kubernetes-patch-strategy'];
  if (typeof strategy !== 'string') return undefined;
  const key = property['x-kubernetes-patch-merge-key'];
  return [...strategy.split(',').sort(), ...(typeof key === 'string' ? [`by ${key}`] : [])].join(' ');
}

/** What our own schema says, in the same lines. */
export function ownRules(schema: MergeSchema): Rules {
  const rules = new Map<string, string>();
  const visit = (part: MergeSchema, path: string, inside: readonly MergeSchema[]): void => {
    if (part.scalar && part.map) rules.set(path, 'free');
    else if (part.scalar) rules.set(path, part.scalar);
    else if (part.list) {
      rules.set(path, ['list', part.list.type, ...part.list.keys].join(' '));
      visit(part.list.item, `${path}[]`, inside);
    } else if (inside.includes(part)) rules.set(path, 'again JSONSchemaProps');
    else describeMap(part, path, [...inside, part]);
  };
  const describeMap = (part: MergeSchema, path: string, inside: readonly MergeSchema[]): void => {
    rules.set(path, part.map!.atomic ? 'map atomic' : 'map');
    for (const [key, field] of part.map!.fields) {
      visit(field.schema, `${path}.${key}`, inside);
      describeField(rules, `${path}.${key}`, field);
    }
    if (part.map!.rest) visit(part.map!.rest, `${path}{}`, inside);
  };
  visit(schema, '', []);
  return rules;
}

function describeField(rules: Map<string, string>, place: string, field: FieldSchema): void {
  const rule = field.patch && printRule(field.patch);
  if (rule) rules.set(`${place} patch`, rule);
  // That a moment is null, not absent, the server's document does not say.
  if (field.always && !field.schema.time) rules.set(`${place} always`, 'yes');
}

const printRule = ({ strategy, key, retainKeys }: PatchRule): string =>
  [strategy, retainKeys && 'retainKeys', key && `by ${key}`].filter(Boolean).join(' ');

/** Lines that only one side says, or that they say differently. */
export function differences(served: Rules, own: Rules): string[] {
  const lines: string[] = [];
  for (const place of new Set([...served.keys(), ...own.keys()])) {
    const [left, right] = [served.get(place) ?? 'nothing', own.get(place) ?? 'nothing'];
    if (left !== right) lines.push(`${place}: the server says ${left}, we say ${right}`);
  }
  return lines;
}

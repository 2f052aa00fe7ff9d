import type { StructuralSchema } from '../../api/structural.ts';
import { formatCheck } from './formats.ts';
import { compilePattern } from './patterns.ts';
import { Settled } from './settled.ts';

/** One rule of `x-kubernetes-validations`. */
export interface RuleSource {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** One level of a schema, read once so that objects are judged without looking at the CRD again. */
export interface SchemaNode {
  /** Empty where none is given; for int-or-string too. */
  readonly type: string;
  /** What validation accepts: `type`, or both for int-or-string. */
  readonly types: readonly string[];
  readonly intOrString: boolean;
  readonly nullable: boolean;
  /** As given, for rules. */
  readonly format: string;
  /** The format that validation knows for this type; empty when it ignores it. */
  readonly checkedFormat: string;
  readonly matchesFormat?: (text: string) => boolean;
  readonly properties: ReadonlyMap<string, SchemaNode>;
  readonly hasProperties: boolean;
  /** Schema of the values of further keys. */
  readonly additional?: SchemaNode;
  /** What `additionalProperties` says when it is a boolean. */
  readonly additionalAllowed?: boolean;
  readonly items?: SchemaNode;
  readonly required: readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum: boolean;
  readonly exclusiveMaximum: boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern: string;
  readonly matchesPattern?: (text: string) => boolean;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf: readonly SchemaNode[];
  readonly anyOf: readonly SchemaNode[];
  readonly oneOf: readonly SchemaNode[];
  readonly not?: SchemaNode;
  readonly preserveUnknown: boolean;
  readonly embedded: boolean;
  /** `atomic`, `set`, `map`, or empty. */
  readonly listType: string;
  readonly listMapKeys: readonly string[];
  readonly rules: readonly RuleSource[];
  readonly default?: unknown;
  /** A default stands somewhere below. */
  readonly defaultsBelow: boolean;
  /** A list of type set or map stands here or below. */
  readonly uniqueBelow: boolean;
  /** An embedded resource stands here or below. */
  readonly embeddedBelow: boolean;
  /** What was judged before; only at the parts of an object that updates leave alone as a whole. */
  readonly settled?: Settled;
}

const children = (raw: unknown): SchemaNode[] => ((raw as StructuralSchema[] | undefined) ?? []).map(schemaNode);
const given = <K extends string, V>(key: K, value: V | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };

/** Reads a schema of a CustomResourceDefinition, junctors included. */
export function schemaNode(raw: StructuralSchema): SchemaNode {
  const intOrString = raw['x-kubernetes-int-or-string'] === true;
  const type = intOrString ? '' : (raw.type ?? '');
  const types = intOrString ? ['integer', 'string'] : type === '' ? [] : [type];
  const format = (raw.format as string | undefined) ?? '';
  const check = formatCheck(types, format);
  const properties = new Map(Object.entries(raw.properties ?? {}).map(([name, child]) => [name, schemaNode(child)]));
  const further = raw.additionalProperties as StructuralSchema | boolean | undefined;
  const additional = typeof further === 'object' ? schemaNode(further) : undefined;
  const items = raw.items ? schemaNode(raw.items) : undefined;
  const listType = (raw['x-kubernetes-list-type'] as string | undefined) ?? '';
  const embedded = raw['x-kubernetes-embedded-resource'] === true;
  const below = [...properties.values(), ...(additional ? [additional] : []), ...(items ? [items] : [])];
  const number = (key: string) => given(key, raw[key] as number | undefined);
  const pattern = (raw.pattern as string | undefined) ?? '';
  return {
    type,
    types,
    intOrString,
    nullable: raw.nullable === true,
    format,
    checkedFormat: check?.name ?? '',
    ...given('matchesFormat', check?.matches),
    properties,
    hasProperties: raw.properties !== undefined && properties.size > 0,
    ...given('additional', additional),
    ...given('additionalAllowed', typeof further === 'boolean' ? further : undefined),
    ...given('items', items),
    required: raw.required ?? [],
    ...given('enum', raw.enum),
    ...number('minimum'),
    ...number('maximum'),
    exclusiveMinimum: raw.exclusiveMinimum === true,
    exclusiveMaximum: raw.exclusiveMaximum === true,
    ...number('multipleOf'),
    ...number('minLength'),
    ...number('maxLength'),
    pattern,
    ...given('matchesPattern', pattern === '' ? undefined : compilePattern(pattern)),
    ...number('minItems'),
    ...number('maxItems'),
    ...number('minProperties'),
    ...number('maxProperties'),
    allOf: children(raw.allOf),
    anyOf: children(raw.anyOf),
    oneOf: children(raw.oneOf),
    ...given('not', raw.not ? schemaNode(raw.not as StructuralSchema) : undefined),
    preserveUnknown: raw['x-kubernetes-preserve-unknown-fields'] === true,
    embedded,
    listType,
    listMapKeys: (raw['x-kubernetes-list-map-keys'] as string[] | undefined) ?? [],
    rules: (raw['x-kubernetes-validations'] as RuleSource[] | undefined) ?? [],
    ...given('default', raw.default ?? undefined),
    defaultsBelow: below.some((child) => child.default !== undefined || child.defaultsBelow),
    uniqueBelow: listType === 'set' || listType === 'map' || below.some((child) => child.uniqueBelow),
    embeddedBelow: embedded || below.some((child) => child.embeddedBelow),
  };
}

/** The schema of whole objects, which remembers the parts (spec, status) that it has judged. */
export function rootNode(raw: StructuralSchema): SchemaNode {
  const root = schemaNode(raw);
  const remembering = ([name, child]: [string, SchemaNode]): [string, SchemaNode] =>
    name === 'metadata' ? [name, child] : [name, { ...child, settled: new Settled() }];
  return { ...root, properties: new Map([...root.properties].map(remembering)) };
}

/** The schema of a key of an object. */
export const nodeOfKey = (node: SchemaNode | undefined, key: string): SchemaNode | undefined =>
  node?.properties.get(key) ?? node?.additional;

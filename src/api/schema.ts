import * as z from 'zod';

/**
 * The vocabulary in which every API of this project is written: zod schemas that carry what a CustomResourceDefinition
 * needs and zod does not know, as metadata. {@link toStructural} turns them into what an apiserver accepts.
 */

/** A rule in the Common Expression Language that the apiserver checks at every write. */
export interface CelRule {
  readonly rule: string;
  /** Names the field and says how to mend it. */
  readonly message: string;
  /** The field that the refusal points at, such as `.template.spec`. @default - where the rule stands */
  readonly fieldPath?: string;
}

export const RULES = 'x-kubernetes-validations';
/** Marks what {@link blueprint} made; no apiserver sees it. */
export const BLUEPRINT = 'x-armature-blueprint';

/** The same schema with these keywords added. */
function annotate<S extends z.ZodType>(schema: S, keywords: Record<string, unknown>): S {
  return schema.meta({ ...schema.meta(), ...keywords }) as S;
}

/** Adds rules that the apiserver checks. */
export function cel<S extends z.ZodType>(schema: S, ...rules: readonly CelRule[]): S {
  const present = (schema.meta()?.[RULES] as readonly CelRule[] | undefined) ?? [];
  return annotate(schema, { [RULES]: [...present, ...rules] });
}

/** A value that may be set once and never changed; `path` is the field's full name. */
export function immutable<S extends z.ZodType>(schema: S, path: string): S {
  return cel(schema, { rule: 'self == oldSelf', message: `${path} is immutable` });
}

/** That a field is the same on both sides, or on neither: an expression to build rules from. */
export const same = (left: string, right: string, field: string): string =>
  `has(${left}.${field}) == has(${right}.${field}) && (!has(${left}.${field}) || ${left}.${field} == ${right}.${field})`;

/** An object of which these fields can never change, whether they are set or left out. */
export function frozen<S extends z.ZodType>(schema: S, path: string, fields: readonly string[]): S {
  return cel(schema, {
    rule: fields.map((field) => same('self', 'oldSelf', field)).join(' && '),
    message: `${path} is immutable: delete the object and create it anew`,
  });
}

/** One of these values; refused by a rule rather than an enum, so that the schema's shape stays upstream's. */
export function oneOf<S extends z.ZodType>(schema: S, path: string, values: readonly string[]): S {
  const list = values.map((value) => `'${value}'`).join(', ');
  return cel(schema, {
    rule: `self in [${list}]`,
    message: `${path} must be one of ${values.filter(Boolean).join(', ')}`,
  });
}

/** A default that the apiserver stores. Parsing does not apply it: the stored object is the truth. */
export function stored<S extends z.ZodType>(schema: S, value: unknown): z.ZodOptional<S> {
  return annotate(schema.optional(), { default: value });
}

/** Text of at most `maxLength` characters; a bound is what keeps the cost of rules computable. */
export const text = (maxLength = 253) => z.string().max(maxLength);

export const int32 = (min?: number) => annotate(min === undefined ? z.int() : z.int().min(min), { format: 'int32' });
export const int64 = (min?: number) => annotate(min === undefined ? z.int() : z.int().min(min), { format: 'int64' });

/** The schema of an object to be, of which rules that compare it with its former self are left out. */
export const blueprint = <S extends z.ZodType>(schema: S): S => annotate(schema, { [BLUEPRINT]: true });

/** RFC 3339, whole seconds. */
export const time = () => annotate(z.string(), { format: 'date-time' });

/** A number, or text that holds one. */
export const intOrString = () => annotate(z.union([z.int(), z.string()]), { 'x-kubernetes-int-or-string': true });

const QUANTITY =
  '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$';

/** A Kubernetes quantity, such as `500m`, `2Gi` or `1`. */
export const quantity = () =>
  annotate(z.union([z.number(), z.string().regex(new RegExp(QUANTITY))]), {
    'x-kubernetes-int-or-string': true,
    pattern: QUANTITY,
  });

/** Resource name to amount. */
export const resourceList = () => z.record(z.string(), quantity());

/** Text keys to text values. */
export const stringMap = () => z.record(z.string(), z.string());

/** An object whose known fields are typed and whose other fields are kept as they are. */
export const open = <T extends z.ZodRawShape>(shape: T) =>
  annotate(z.looseObject(shape), { 'x-kubernetes-preserve-unknown-fields': true });

/** Objects told apart by `key`, which each of them has. */
export const listMap = <S extends z.ZodType>(item: S, key: string, maxItems = 256) =>
  annotate(z.array(item).max(maxItems), { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] });

/** A list that is replaced as a whole. */
export const atomicList = <S extends z.ZodType>(item: S, maxItems = 256) =>
  annotate(z.array(item).max(maxItems), { 'x-kubernetes-list-type': 'atomic' });

/** An object that server-side apply replaces as a whole. */
export const atomicObject = <T extends z.ZodRawShape>(shape: T) =>
  annotate(z.object(shape), { 'x-kubernetes-map-type': 'atomic' });

/** A selector over labels, as everywhere in Kubernetes. */
export const labelSelector = () =>
  atomicObject({
    matchExpressions: z
      .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
      .optional(),
    matchLabels: stringMap().optional(),
  });

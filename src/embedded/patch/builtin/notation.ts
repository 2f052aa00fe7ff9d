import {
  DEDUCED,
  type FieldSchema,
  type ListSchema,
  type MapSchema,
  type MergeSchema,
  type PatchRule,
} from '../merge-schema.ts';

/**
 * Types by name, each a list of fields separated by blanks. A field reads NAME[=DEFAULT][!]SHAPE[~RULE].
 *
 * - `!` behind a name: the server always answers the field. `!` alone, first: the whole type has one owner.
 * - `@`: an object of its own, with apiVersion, kind and metadata. `*` alone: whatever keys there are.
 * - Shapes: none is a string, `#` a number, `?` a boolean, `*` any scalar, `%` a moment, `:Type` another type, `:any` free-form;
 *   `[]` a list with one owner, `[=]` a set, `[a,b]` items known by fields, each followed by the shape of an item;
 *   `{}` a map, `{!}` one with one owner, followed by the shape of its values.
 * - Rules of strategic merge patches: `~key` merges by that field, `~` merges values, `^` retains keys, `~replace`
 *   replaces, `~-` none. Lists whose items are known by one field merge by it without saying so.
 */
export type TypeTable = Readonly<Record<string, string>>;

type Building<T> = { -readonly [K in keyof T]: T[K] };
const FIELD = /^([\w$-]+)(?:=(\w+))?(!?)([^~]*)(?:~(.*))?$/;
const OBJECT = ['apiVersion', 'kind', 'metadata!:ObjectMeta'];

/** Reads tables; each type once, when it is first asked for, since types may contain themselves. */
export class TypeReader {
  private readonly table: TypeTable;
  private readonly known = new Map<string, MergeSchema>();
  private readonly names = new Map<MergeSchema, string>();

  constructor(...tables: readonly TypeTable[]) {
    this.table = Object.assign({}, ...tables) as TypeTable;
  }

  /** @throws when no table holds the type. */
  type(name: string): MergeSchema {
    const known = this.known.get(name);
    if (known) return known;
    const text = this.table[name];
    if (text === undefined) throw new Error(`no table of built-in types holds ${name}`);
    const schema: Building<MergeSchema> = {};
    this.known.set(name, schema);
    this.names.set(schema, name);
    schema.map = this.struct(text.split(/\s+/).filter(Boolean));
    return schema;
  }

  /** What a type is called that this reader gave out. */
  nameOf(schema: MergeSchema): string | undefined {
    return this.names.get(schema);
  }

  private struct(tokens: readonly string[]): MapSchema {
    const fields = new Map<string, FieldSchema>();
    for (const token of tokens) {
      const texts = token === '@' ? OBJECT : token === '!' || token === '*' ? [] : [token];
      for (const text of texts) this.field(text, fields);
    }
    return { atomic: tokens.includes('!'), fields, ...(tokens.includes('*') && { rest: DEDUCED }) };
  }

  private field(text: string, fields: Map<string, FieldSchema>): void {
    const [, name, fallback, always, shape = '', rule] = FIELD.exec(text) ?? [];
    if (name === undefined) throw new Error(`"${text}" is no field`);
    const schema = this.shape(shape);
    const patch = patchRule(schema.list, rule);
    const value = fallback ?? (always ? emptyScalar(schema) : undefined);
    fields.set(name, {
      schema,
      ...(always && { always: true }),
      ...(value !== undefined && { default: value }),
      ...(patch && { patch }),
    });
  }

  private shape(text: string): MergeSchema {
    if (text === '') return { scalar: 'string' };
    if (text === '#') return { scalar: 'number' };
    if (text === '?') return { scalar: 'boolean' };
    if (text === '*') return { scalar: 'any' };
    if (text === '%') return { scalar: 'any', time: true };
    if (text === ':any') return DEDUCED;
    if (text.startsWith(':')) return this.type(text.slice(1));
    const [, bracket, inside = '', rest = ''] = /^([[{])([^\]}]*)[\]}](.*)$/.exec(text) ?? [];
    if (bracket === '{') {
      return { map: { atomic: inside === '!', fields: new Map(), rest: this.shape(rest) } };
    }
    if (bracket !== '[') throw new Error(`"${text}" is no shape`);
    const keys = inside === '' || inside === '=' ? [] : inside.split(',');
    const type = inside === '' ? 'atomic' : inside === '=' ? 'set' : 'map';
    return { list: { type, keys, item: this.shape(rest) } };
  }
}

function emptyScalar({ scalar }: MergeSchema): unknown {
  if (scalar === 'number') return 0;
  if (scalar === 'boolean') return false;
  return scalar === 'string' ? '' : undefined;
}

function patchRule(list: ListSchema | undefined, text: string | undefined): PatchRule | undefined {
  const only = list?.keys.length === 1 ? list.keys[0] : undefined;
  if (text === undefined) return only === undefined ? undefined : { strategy: 'merge', key: only };
  if (text === '-') return undefined;
  if (text === 'replace') return { strategy: 'replace' };
  const retainKeys = text.endsWith('^');
  const key = (retainKeys ? text.slice(0, -1) : text) || only;
  return {
    ...(list && { strategy: 'merge' as const }),
    ...(key !== undefined && { key }),
    ...(retainKeys && { retainKeys }),
  };
}

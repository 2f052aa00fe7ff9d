import { isObject, type JsonObject } from '../../../api/json.ts';
import { parseDuration } from '../durations.ts';
import { isDate } from '../formats.ts';
import { isInt64 } from '../go-text.ts';
import { sameJson } from '../json.ts';
import type { SchemaNode } from '../schema-node.ts';
import { escapeName, unescapeName } from './names.ts';
import { parseTimestamp } from './time.ts';
import {
  DurationValue,
  equal,
  fault,
  ListValue,
  MapValue,
  noOverload,
  OpaqueData,
  TimestampValue,
  type Value,
} from './values.ts';

/** JSON data as CEL sees it through its schema. Objects are views: only what a rule looks at is converted. */

const TEXT: Pick<SchemaNode, 'type'> = { type: 'string' };

/** What rules can always read of a resource. */
function withMeta(node: SchemaNode): SchemaNode {
  const text = {
    ...node,
    ...TEXT,
    properties: new Map(),
    hasProperties: false,
    intOrString: false,
    format: '',
  } as SchemaNode;
  const { additional: _additional, embedded: _embedded, ...plain } = text;
  const meta = node.properties.get('metadata');
  const named =
    meta?.properties.get('name')?.type === 'string' && meta.properties.get('generateName')?.type === 'string';
  if (named && node.properties.get('kind')?.type === 'string' && node.properties.get('apiVersion')?.type === 'string')
    return node;
  const string = { ...plain, embedded: false, nullable: false };
  const metadata: SchemaNode = {
    ...string,
    type: 'object',
    properties: new Map([
      ['name', string],
      ['generateName', string],
    ]),
    hasProperties: true,
  };
  const properties = new Map([
    ...node.properties,
    ['kind', string],
    ['apiVersion', string],
    ['metadata', metadata],
  ] as const);
  return { ...node, properties, hasProperties: true };
}

const resourceNodes = new WeakMap<SchemaNode, SchemaNode>();

export function resourceNode(node: SchemaNode): SchemaNode {
  let made = resourceNodes.get(node);
  if (!made) {
    made = withMeta(node);
    resourceNodes.set(node, made);
  }
  return made;
}

/** @throws CelFault when the data does not fit the schema */
export function toValue(raw: unknown, node: SchemaNode): Value {
  if (raw === null) {
    if (node.nullable) return null;
    throw fault('invalid data, got null for schema with nullable=false');
  }
  if (node.intOrString) return intOrString(raw);
  switch (node.type) {
    case 'object':
      if (!isObject(raw)) throw fault('invalid data, expected a map for the provided schema with type=object');
      return new ObjectView(raw, node.embedded ? resourceNode(node) : node);
    case 'array':
      return listOf(raw, node);
    case 'string':
      if (typeof raw !== 'string') throw fault(`invalid data, expected string, got ${goType(raw)}`);
      return textOf(raw, node.format);
    case 'number':
      if (typeof raw !== 'number') throw fault(`invalid data, expected float, got ${goType(raw)}`);
      return raw;
    case 'integer':
      if (typeof raw !== 'number' || !isInt64(raw)) throw fault(`invalid data, expected int, got ${goType(raw)}`);
      return BigInt(raw);
    case 'boolean':
      if (typeof raw !== 'boolean') throw fault(`invalid data, expected bool, got ${goType(raw)}`);
      return raw;
    default:
      return new OpaqueData(raw);
  }
}

function goType(raw: unknown): string {
  if (Array.isArray(raw)) return '[]interface {}';
  if (typeof raw === 'number') return isInt64(raw) ? 'int64' : 'float64';
  if (typeof raw === 'boolean') return 'bool';
  return typeof raw === 'string' ? 'string' : 'map[string]interface {}';
}

function intOrString(raw: unknown): Value {
  if (typeof raw === 'string') return raw;
  if (typeof raw === 'number' && isInt64(raw)) return BigInt(raw);
  throw fault('invalid data, expected XIntOrString value to be either a string or integer');
}

function listOf(raw: unknown, node: SchemaNode): ListValue {
  if (!Array.isArray(raw)) throw fault('invalid data, expected an array for the provided schema with type=array');
  const { items } = node;
  if (!items) throw fault('invalid array type, expected Items with a non-empty Schema');
  const values = raw.map((item) => toValue(item, items));
  if (node.listType === 'set') return new SetList(values);
  if (node.listType === 'map') return new KeyedList(values, node.listMapKeys);
  return new ListValue(values);
}

function textOf(raw: string, format: string): Value {
  switch (format) {
    case 'duration': {
      const nanos = parseDuration(raw);
      if (nanos === undefined) throw fault(`Invalid duration ${raw}: unable to parse ${raw} as duration`);
      return new DurationValue(nanos);
    }
    case 'date':
      if (!isDate(raw)) throw fault(`Invalid date formatted string ${raw}`);
      return new TimestampValue(parseTimestamp(`${raw}T00:00:00Z`) ?? 0n);
    case 'date-time': {
      const nanos = parseTimestamp(raw) ?? parseTimestamp(`${raw}Z`);
      if (nanos === undefined) throw fault(`Invalid date-time formatted string ${raw}`);
      return new TimestampValue(nanos);
    }
    case 'byte':
      return Uint8Array.from(Buffer.from(raw, 'base64url'));
    default:
      return raw;
  }
}

/** An object or a map of the resource. */
export class ObjectView extends MapValue {
  readonly raw: JsonObject;
  private readonly node: SchemaNode;

  constructor(raw: JsonObject, node: SchemaNode) {
    super();
    this.raw = raw;
    this.node = node;
  }

  get size(): number {
    return Object.keys(this.raw).length;
  }

  private schemaOf(name: string): SchemaNode | undefined {
    const { node } = this;
    return node.hasProperties ? node.properties.get(name) : node.additional;
  }

  find(key: Value): Value | undefined {
    if (typeof key !== 'string') throw noOverload();
    const { raw, node } = this;
    const name = node.hasProperties ? unescapeName(key) : key;
    if (name === undefined || !Object.hasOwn(raw, name)) return undefined;
    const field = raw[name];
    if (field === null && node.hasProperties) return undefined;
    const schema = this.schemaOf(name);
    return schema && toValue(field, schema);
  }

  keys(): readonly Value[] {
    const names = Object.keys(this.raw).filter((name) => this.schemaOf(name));
    return this.node.hasProperties ? names.map((name) => escapeName(name) ?? name) : names;
  }

  override equals(other: Value): boolean {
    if (!(other instanceof MapValue) || other.size !== this.size) return false;
    return Object.entries(this.raw).every(([name, field]) => {
      const schema = this.schemaOf(name);
      if (!schema)
        return other instanceof ObjectView && (!Object.hasOwn(other.raw, name) || sameJson(field, other.raw[name]));
      const [mine, theirs] = [this.find(name), other.find(name)];
      return mine === undefined || theirs === undefined ? mine === theirs : equal(mine, theirs);
    });
  }
}

/** A list of type set: order does not count, and adding joins. */
class SetList extends ListValue {
  override equals(other: Value): boolean {
    if (!(other instanceof ListValue) || other.items.length !== this.items.length) return false;
    return other.items.every((item) => this.items.some((mine) => equal(mine, item)));
  }

  override plus(other: ListValue): ListValue {
    const fresh = other.items.filter((item) => !this.items.some((mine) => equal(mine, item)));
    return new SetList([...this.items, ...fresh]);
  }
}

/** A list of type map: elements are found by their keys, and adding replaces those of the same keys. */
class KeyedList extends ListValue {
  private readonly keyNames: readonly string[];

  constructor(items: readonly Value[], keyNames: readonly string[]) {
    super(items);
    this.keyNames = keyNames;
  }

  private keyOf(item: Value): string {
    if (!(item instanceof ObjectView)) return '';
    return JSON.stringify(this.keyNames.map((name) => item.raw[name] ?? null));
  }

  override equals(other: Value): boolean {
    if (!(other instanceof ListValue) || other.items.length !== this.items.length) return false;
    const mine = new Map(this.items.map((item) => [this.keyOf(item), item]));
    return other.items.every((item) => {
      const match = mine.get(this.keyOf(item));
      return match !== undefined && equal(match, item);
    });
  }

  override plus(other: ListValue): ListValue {
    const joined = new Map([...this.items, ...other.items].map((item) => [this.keyOf(item), item]));
    return new KeyedList([...joined.values()], this.keyNames);
  }
}

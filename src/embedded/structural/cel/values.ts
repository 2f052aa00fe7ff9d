import { sameJson } from '../json.ts';

/**
 * Values of CEL. Booleans, strings and null are JavaScript's; int is bigint, double is number, bytes are Uint8Array,
 * and the rest has a class.
 */
export type Value =
  | boolean
  | string
  | bigint
  | number
  | null
  | Uint8Array
  | UnsignedInt
  | ListValue
  | MapValue
  | OptionalValue
  | TypeValue
  | TimestampValue
  | DurationValue
  | OpaqueData
  | Extension;

/** An error while a rule is evaluated; its message ends up in the refusal. Without a stack: it is often caught. */
export class CelFault {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

export const fault = (message: string): CelFault => new CelFault(message);
export const noOverload = (): CelFault => new CelFault('no such overload');

/** An unsigned int. */
export class UnsignedInt {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** A value that brings its own type name and comparisons: quantities, addresses, URLs, versions, formats. */
export interface Extension {
  readonly extension: string;
  sameAs(other: Extension): boolean;
  text?(): string;
}

export class ListValue {
  readonly items: readonly Value[];
  constructor(items: readonly Value[]) {
    this.items = items;
  }
  at(index: bigint | number): Value {
    const position = Number(index);
    const item = Number.isInteger(position) && position >= 0 ? this.items[position] : undefined;
    if (item === undefined) throw fault(`index '${index}' out of range in list size '${this.items.length}'`);
    return item;
  }
  equals(other: Value): boolean {
    if (!(other instanceof ListValue) || other.items.length !== this.items.length) return false;
    return this.items.every((item, index) => equal(item, other.items[index]!));
  }
  plus(other: ListValue): ListValue {
    return new ListValue([...this.items, ...other.items]);
  }
}

/** Keys are strings, ints and booleans; numbers of either kind meet. */
export abstract class MapValue {
  abstract get size(): number;
  abstract find(key: Value): Value | undefined;
  abstract keys(): readonly Value[];
  get(key: Value): Value {
    const value = this.find(key);
    if (value === undefined) throw fault(`no such key: ${display(key)}`);
    return value;
  }
  equals(other: Value): boolean {
    if (!(other instanceof MapValue) || other.size !== this.size) return false;
    return this.keys().every((key) => {
      const theirs = other.find(key);
      return theirs !== undefined && equal(this.get(key), theirs);
    });
  }
}

/** A map that an expression made. */
export class LiteralMap extends MapValue {
  private readonly entries: ReadonlyMap<unknown, readonly [Value, Value]>;
  constructor(entries: Iterable<readonly [Value, Value]>) {
    super();
    this.entries = new Map([...entries].map((entry) => [keyOf(entry[0]), entry]));
  }
  get size(): number {
    return this.entries.size;
  }
  find(key: Value): Value | undefined {
    return this.entries.get(keyOf(key))?.[1];
  }
  keys(): readonly Value[] {
    return [...this.entries.values()].map(([key]) => key);
  }
}

const keyOf = (key: Value): unknown => {
  if (typeof key === 'number' && Number.isInteger(key)) return BigInt(key);
  return key instanceof UnsignedInt ? key.value : key;
};

export class OptionalValue {
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
}
export const NONE = new OptionalValue(undefined);

export class TypeValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** Nanoseconds since the epoch. */
export class TimestampValue {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class DurationValue {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** Data without a schema: it can be compared and nothing else. */
export class OpaqueData {
  readonly raw: unknown;
  constructor(raw: unknown) {
    this.raw = raw;
  }
}

export const isUint = (value: unknown): value is UnsignedInt => value instanceof UnsignedInt;

export function isExtension(value: Value): value is Extension {
  return typeof value === 'object' && value !== null && 'extension' in value;
}

export function typeName(value: Value): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    default:
  }
  if (value === null) return 'null_type';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof UnsignedInt) return 'uint';
  if (value instanceof ListValue) return 'list';
  if (value instanceof MapValue) return 'map';
  if (value instanceof OptionalValue) return 'optional_type';
  if (value instanceof TypeValue) return 'type';
  if (value instanceof TimestampValue) return 'google.protobuf.Timestamp';
  if (value instanceof DurationValue) return 'google.protobuf.Duration';
  return isExtension(value) ? value.extension : 'unknown';
}

const numeric = (value: Value): bigint | number | undefined => {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof UnsignedInt ? value.value : undefined;
};

/** Numbers of different kinds may be equal; other values of different types never are. */
export function equal(a: Value, b: Value): boolean {
  if (typeof a === 'string' || typeof a === 'boolean' || a === null) return a === b;
  const number = numeric(a);
  // biome-ignore lint/suspicious/noDoubleEquals: an int and a double are compared by their values
  if (number !== undefined) return number == numeric(b);
  if (a instanceof ListValue || a instanceof MapValue) return a.equals(b);
  if (a instanceof TimestampValue) return b instanceof TimestampValue && a.nanos === b.nanos;
  if (a instanceof DurationValue) return b instanceof DurationValue && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof OptionalValue) return b instanceof OptionalValue && sameOptional(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof OpaqueData) return b instanceof OpaqueData && sameJson(a.raw, b.raw);
  return isExtension(a) && isExtension(b) && a.extension === b.extension && a.sameAs(b);
}

function sameOptional(a: OptionalValue, b: OptionalValue): boolean {
  if (a.value === undefined || b.value === undefined) return a.value === b.value;
  return equal(a.value, b.value);
}

/** Negative, zero or positive. */
export function compare(a: Value, b: Value): number {
  const [left, right] = [numeric(a), numeric(b)];
  if (left !== undefined && right !== undefined) {
    if (Number.isNaN(left) || Number.isNaN(right)) throw fault('NaN values cannot be ordered');
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  const timed = a instanceof TimestampValue && b instanceof TimestampValue;
  if (timed || (a instanceof DurationValue && b instanceof DurationValue)) {
    const [first, second] = [(a as TimestampValue).nanos, (b as TimestampValue).nanos];
    return first < second ? -1 : first > second ? 1 : 0;
  }
  throw noOverload();
}

/** As messages show a value. */
export function display(value: Value): string {
  if (value instanceof UnsignedInt) return String(value.value);
  if (value instanceof ListValue) return `[${value.items.map(display).join(', ')}]`;
  return String(value);
}

import { duration, timestamp } from './time.ts';
import {
  compare,
  DurationValue,
  equal,
  fault,
  ListValue,
  MapValue,
  noOverload,
  TimestampValue,
  UnsignedInt,
  type Value,
} from './values.ts';

type Binary = (a: Value, b: Value) => Value;

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

export function int(value: bigint): bigint {
  if (value < LEAST || value > MOST) throw fault('integer overflow');
  return value;
}

export function uint(value: bigint): UnsignedInt {
  if (value < 0n || value >= 2n ** 64n) throw fault('unsigned integer overflow');
  return new UnsignedInt(value);
}

function arithmetic(ints: (a: bigint, b: bigint) => bigint, doubles?: (a: number, b: number) => number): Binary {
  return (a, b) => {
    if (typeof a === 'bigint' && typeof b === 'bigint') return int(ints(a, b));
    if (doubles && typeof a === 'number' && typeof b === 'number') return doubles(a, b);
    if (a instanceof UnsignedInt && b instanceof UnsignedInt) return uint(ints(a.value, b.value));
    throw noOverload();
  };
}

function divisor(b: bigint, words: string): bigint {
  if (b === 0n) throw fault(words);
  return b;
}

const plainAdd = arithmetic(
  (a, b) => a + b,
  (a, b) => a + b,
);
const plainSubtract = arithmetic(
  (a, b) => a - b,
  (a, b) => a - b,
);

const add: Binary = (a, b) => {
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (a instanceof ListValue && b instanceof ListValue) return a.plus(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Uint8Array.from([...a, ...b]);
  if (a instanceof DurationValue && b instanceof DurationValue) return duration(a.nanos + b.nanos);
  if (a instanceof TimestampValue && b instanceof DurationValue) return timestamp(a.nanos + b.nanos);
  if (a instanceof DurationValue && b instanceof TimestampValue) return timestamp(a.nanos + b.nanos);
  return plainAdd(a, b);
};

const subtract: Binary = (a, b) => {
  if (a instanceof DurationValue && b instanceof DurationValue) return duration(a.nanos - b.nanos);
  if (a instanceof TimestampValue && b instanceof TimestampValue) return duration(a.nanos - b.nanos);
  if (a instanceof TimestampValue && b instanceof DurationValue) return timestamp(a.nanos - b.nanos);
  return plainSubtract(a, b);
};

export function contains(item: Value, collection: Value): boolean {
  if (collection instanceof ListValue) return collection.items.some((other) => equal(item, other));
  if (collection instanceof MapValue) return collection.find(item) !== undefined;
  throw noOverload();
}

export const BINARY: Readonly<Record<string, Binary>> = {
  '==': equal,
  '!=': (a, b) => !equal(a, b),
  '<': (a, b) => compare(a, b) < 0,
  '<=': (a, b) => compare(a, b) <= 0,
  '>': (a, b) => compare(a, b) > 0,
  '>=': (a, b) => compare(a, b) >= 0,
  in: contains,
  '+': add,
  '-': subtract,
  '*': arithmetic(
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  '/': arithmetic(
    (a, b) => a / divisor(b, 'division by zero'),
    (a, b) => a / b,
  ),
  '%': arithmetic((a, b) => a % divisor(b, 'modulus by zero')),
};

export function negated(value: Value): Value {
  if (typeof value === 'bigint') return int(-value);
  if (typeof value === 'number') return -value;
  if (value instanceof DurationValue) return duration(-value.nanos);
  throw noOverload();
}

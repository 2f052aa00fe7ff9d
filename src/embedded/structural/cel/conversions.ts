import { parseGoDuration } from '../durations.ts';
import { floatText } from '../go-text.ts';
import { compilePattern } from '../patterns.ts';
import type { FunctionTable } from './function-types.ts';
import { int, uint } from './operators.ts';
import { dateParts, duration, durationText, parseTimestamp, timestamp, timestampText } from './time.ts';
import {
  DurationValue,
  fault,
  isExtension,
  isUint,
  ListValue,
  MapValue,
  NONE,
  noOverload,
  OptionalValue,
  TimestampValue,
  TypeValue,
  typeName,
  type Value,
} from './values.ts';

const SECOND = 1_000_000_000n;
const failed = (value: Value, to: string) => fault(`type conversion error from '${typeName(value)}' to '${to}'`);

function size(value: Value | undefined): bigint {
  if (typeof value === 'string') return BigInt([...value].length);
  if (value instanceof Uint8Array) return BigInt(value.length);
  if (value instanceof ListValue) return BigInt(value.items.length);
  if (value instanceof MapValue) return BigInt(value.size);
  throw noOverload();
}

function toInt(value: Value): Value {
  if (typeof value === 'bigint') return value;
  if (isUint(value)) return int(value.value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) throw fault('integer overflow');
    return BigInt(Math.trunc(value));
  }
  if (typeof value === 'string') {
    if (!/^[+-]?[0-9]+$/.test(value)) throw failed(value, 'int');
    const number = BigInt(value.replace(/^\+/, ''));
    if (number !== BigInt.asIntN(64, number)) throw failed(value, 'int');
    return number;
  }
  if (value instanceof TimestampValue) return value.nanos / SECOND;
  throw noOverload();
}

function toUint(value: Value): Value {
  if (isUint(value)) return value;
  if (typeof value === 'bigint') return uint(value);
  if (typeof value === 'number') return uint(BigInt(Math.trunc(value)));
  if (typeof value === 'string' && /^[0-9]+$/.test(value)) return uint(BigInt(value));
  throw typeof value === 'string' ? failed(value, 'uint') : noOverload();
}

function toDouble(value: Value): Value {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (isUint(value)) return Number(value.value);
  if (typeof value !== 'string') throw noOverload();
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) return Number(value);
  const word = value.toLowerCase();
  if (/^[+-]?inf(inity)?$/.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
  if (word === 'nan') return Number.NaN;
  throw failed(value, 'double');
}

export function toText(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return floatText(value);
  if (isUint(value)) return String(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value instanceof TimestampValue) return timestampText(value);
  if (value instanceof DurationValue) return durationText(value);
  if (isExtension(value) && value.text) return value.text();
  throw noOverload();
}

function toBool(value: Value): Value {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') throw noOverload();
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(value)) return false;
  throw failed(value, 'bool');
}

function toBytes(value: Value): Value {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Uint8Array.from(Buffer.from(value));
  throw noOverload();
}

function toTimestamp(value: Value): Value {
  if (value instanceof TimestampValue) return value;
  if (typeof value === 'bigint') return timestamp(value * SECOND);
  if (typeof value !== 'string') throw noOverload();
  const nanos = parseTimestamp(value);
  if (nanos === undefined) throw failed(value, 'google.protobuf.Timestamp');
  return timestamp(nanos);
}

function toDuration(value: Value): Value {
  if (value instanceof DurationValue) return value;
  if (typeof value !== 'string') throw noOverload();
  const nanos = parseGoDuration(value);
  if (nanos === undefined) throw failed(value, 'google.protobuf.Duration');
  return duration(nanos);
}

function matches(text: Value, pattern: Value): Value {
  if (typeof text !== 'string' || typeof pattern !== 'string') throw noOverload();
  return matcher(pattern)(text);
}

function matcher(pattern: string): (text: string) => boolean {
  try {
    return compilePattern(pattern);
  } catch (error) {
    throw fault((error as Error).message);
  }
}

export const conversions: FunctionTable = {
  size: (value) => size(value),
  int: (value) => toInt(value!),
  uint: (value) => toUint(value!),
  double: (value) => toDouble(value!),
  string: (value) => toText(value!),
  bool: (value) => toBool(value!),
  bytes: (value) => toBytes(value!),
  timestamp: (value) => toTimestamp(value!),
  duration: (value) => toDuration(value!),
  dyn: (value) => value!,
  type: (value) => new TypeValue(typeName(value!)),
  matches: (text, pattern) => matches(text!, pattern!),
};

/** A part of a moment, or of a duration where it has one. */
function timePart(ofDate: (date: Date) => number, ofDuration?: (nanos: bigint) => bigint) {
  return (value: Value, zone: Value = ''): Value => {
    if (value instanceof DurationValue && ofDuration) return ofDuration(value.nanos);
    if (!(value instanceof TimestampValue) || typeof zone !== 'string') throw noOverload();
    return BigInt(ofDate(dateParts(value, zone)));
  };
}

const dayOfYear = (date: Date): number =>
  Math.floor(
    (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 1)) /
      86_400_000,
  );

function isNone(value: Value): OptionalValue {
  const zero =
    value === null ||
    value === false ||
    value === '' ||
    value === 0 ||
    value === 0n ||
    (value instanceof ListValue && value.items.length === 0) ||
    (value instanceof MapValue && value.size === 0);
  return zero ? NONE : new OptionalValue(value);
}

function optionalOf(value: Value): OptionalValue {
  if (value instanceof OptionalValue) return value;
  throw noOverload();
}

export const conversionMethods: FunctionTable = {
  size: (value) => size(value),
  matches: (text, pattern) => matches(text!, pattern!),
  getFullYear: timePart((date) => date.getUTCFullYear()),
  getMonth: timePart((date) => date.getUTCMonth()),
  getDate: timePart((date) => date.getUTCDate()),
  getDayOfMonth: timePart((date) => date.getUTCDate() - 1),
  getDayOfWeek: timePart((date) => date.getUTCDay()),
  getDayOfYear: timePart(dayOfYear),
  getHours: timePart(
    (date) => date.getUTCHours(),
    (nanos) => nanos / (3600n * SECOND),
  ),
  getMinutes: timePart(
    (date) => date.getUTCMinutes(),
    (nanos) => nanos / (60n * SECOND),
  ),
  getSeconds: timePart(
    (date) => date.getUTCSeconds(),
    (nanos) => nanos / SECOND,
  ),
  getMilliseconds: timePart(
    (date) => date.getUTCMilliseconds(),
    (nanos) => (nanos / 1_000_000n) % 1000n,
  ),
  hasValue: (value) => optionalOf(value!).value !== undefined,
  value: (value) => {
    const held = optionalOf(value!).value;
    if (held === undefined) throw fault('optional.none() dereference');
    return held;
  },
  orValue: () => {
    throw noOverload();
  },
  or: () => {
    throw noOverload();
  },
};

export const optionalNamespaces: FunctionTable = {
  'optional.of': (value) => new OptionalValue(value),
  'optional.ofNonZeroValue': (value) => isNone(value!),
  'optional.none': () => NONE,
};

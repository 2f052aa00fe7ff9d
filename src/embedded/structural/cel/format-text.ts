import { toText } from './conversions.ts';
import { durationText, timestampText } from './time.ts';
import {
  DurationValue,
  fault,
  isUint,
  ListValue,
  MapValue,
  TimestampValue,
  TypeValue,
  typeName,
  type Value,
} from './values.ts';

/** `"%s has %d".format([...])` */
export function formatText(pattern: string, args: readonly Value[]): string {
  let next = 0;
  return pattern.replace(/%(?:(%)|(?:\.(\d+))?([a-zA-Z]))/g, (_clause, percent: string | undefined, digits, verb) => {
    if (percent) return '%';
    const value = args[next++];
    if (value === undefined) throw fault(`error during formatting: index ${next - 1} out of range`);
    return clause(verb as string, value, digits === undefined ? 6 : Number(digits));
  });
}

function clause(verb: string, value: Value, decimals: number): string {
  const number = isUint(value) ? value.value : value;
  switch (verb) {
    case 's':
      return shown(value);
    case 'd':
      if (typeof number === 'bigint') return String(number);
      if (typeof number === 'number' && !Number.isFinite(number)) return shown(value);
      break;
    case 'f':
      if (typeof number === 'bigint' || typeof number === 'number') return Number(number).toFixed(decimals);
      break;
    case 'e':
      if (typeof number === 'bigint' || typeof number === 'number') return scientific(Number(number), decimals);
      break;
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      if (typeof number === 'bigint') return number.toString(2);
      break;
    case 'o':
      if (typeof number === 'bigint') return number.toString(8);
      break;
    case 'x':
    case 'X': {
      const text = hexadecimal(typeof number === 'bigint' ? number : value);
      if (text !== undefined) return verb === 'X' ? text.toUpperCase() : text;
      break;
    }
    default:
      throw fault(`error during formatting: unrecognized formatting clause "${verb}"`);
  }
  throw fault(`error during formatting: %${verb} cannot format a ${typeName(value)}`);
}

function hexadecimal(value: Value): string | undefined {
  if (typeof value === 'bigint') return value.toString(16);
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : undefined;
}

const scientific = (value: number, decimals: number): string =>
  value.toExponential(decimals).replace(/e([+-])(\d)$/, 'e$10$2');

function shown(value: Value): string {
  if (value === null) return 'null';
  if (value instanceof ListValue) return `[${value.items.map(shown).join(', ')}]`;
  if (value instanceof MapValue) {
    const entries = value.keys().map((key) => `${shown(key)}: ${shown(value.get(key))}`);
    return `{${entries.sort().join(', ')}}`;
  }
  if (value instanceof TypeValue) return value.name;
  if (value instanceof DurationValue) return durationText(value);
  if (value instanceof TimestampValue) return timestampText(value);
  if (typeof value === 'number') return String(value);
  return toText(value);
}

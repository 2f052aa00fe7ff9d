import { DurationValue, fault, TimestampValue } from './values.ts';

const SECOND = 1_000_000_000n;
const FIRST = -62135596800n * SECOND;
const LAST = 253402300799n * SECOND + 999_999_999n;
const LONGEST = 2n ** 63n;

/** RFC 3339 to nanoseconds since the epoch; undefined when it is no such text. */
export function parseTimestamp(text: string): bigint | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text.toUpperCase());
  if (!match) return undefined;
  const millis = Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(millis)) return undefined;
  return BigInt(millis) * 1_000_000n + BigInt((match[2] ?? '').slice(0, 9).padEnd(9, '0'));
}

export function timestamp(nanos: bigint): TimestampValue {
  if (nanos < FIRST || nanos > LAST) throw fault('timestamp overflow');
  return new TimestampValue(nanos);
}

export function duration(nanos: bigint): DurationValue {
  if (nanos < -LONGEST || nanos >= LONGEST) throw fault('integer overflow');
  return new DurationValue(nanos);
}

/** RFC 3339 in UTC, with as many decimals as it needs. */
export function timestampText({ nanos }: TimestampValue): string {
  const fraction = ((nanos % SECOND) + SECOND) % SECOND;
  const seconds = new Date(Number((nanos - fraction) / 1_000_000n)).toISOString().replace(/\.\d+Z$/, '');
  const decimals = fraction === 0n ? '' : `.${fraction.toString().padStart(9, '0').replace(/0+$/, '')}`;
  return `${seconds}${decimals}Z`;
}

/** Seconds with as many decimals as it needs, and an `s`. */
export function durationText({ nanos }: DurationValue): string {
  const size = nanos < 0n ? -nanos : nanos;
  const decimals = (size % SECOND).toString().padStart(9, '0').replace(/0+$/, '');
  return `${nanos < 0n ? '-' : ''}${size / SECOND}${decimals === '' ? '' : `.${decimals}`}s`;
}

/** The parts of a moment in a time zone: a name, or an offset such as `+02:00`. */
export function dateParts({ nanos }: TimestampValue, zone: string): Date {
  const millis = Number(nanos / 1_000_000n - (nanos % 1_000_000n < 0n ? 1n : 0n));
  if (zone === '' || zone === 'UTC') return new Date(millis);
  const offset = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (offset) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3]);
    return new Date(millis + (offset[1] === '-' ? -minutes : minutes) * 60_000);
  }
  return new Date(millis + zoneOffset(millis, zone));
}

function zoneOffset(millis: number, timeZone: string): number {
  try {
    const form = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      ...({
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      } as const),
    });
    const part = Object.fromEntries(form.formatToParts(millis).map(({ type, value }) => [type, Number(value)]));
    const local = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
    return local - Math.floor(millis / 1000) * 1000;
  } catch {
    throw fault(`unknown time zone ${timeZone}`);
  }
}

import type { FunctionTable } from './function-types.ts';
import { type Extension, fault, noOverload, type Value } from './values.ts';

const FORM = /^([+-]?)([0-9]*)(?:\.([0-9]*))?((?:[KMGTPE]i)|[numkMGTPE]|[eE][+-]?[0-9]+)?$/;
const POWERS: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, bigint>> = { Ki: 1n, Mi: 2n, Gi: 3n, Ti: 4n, Pi: 5n, Ei: 6n };
const NANO = 10n ** 9n;
const MOST = 2n ** 63n - 1n;

/** An amount in billionths; smaller amounts round up, as Kubernetes has it. */
class Quantity implements Extension {
  readonly extension = 'kubernetes.Quantity';
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
  sameAs(other: Extension): boolean {
    return other instanceof Quantity && other.nanos === this.nanos;
  }
}

function parseQuantity(text: string): Quantity | undefined {
  const match = FORM.exec(text);
  if (!match || ((match[2] ?? '') === '' && (match[3] ?? '') === '')) return undefined;
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  const digits = BigInt(whole + fraction || '0');
  const factor = BINARY[suffix] === undefined ? 1n : 1024n ** BINARY[suffix];
  const power = /^[eE]/.test(suffix) && suffix !== 'E' ? Number(suffix.slice(1)) : (POWERS[suffix] ?? 0);
  if (Math.abs(power) > 1000) return undefined;
  const exponent = power - fraction.length + 9;
  const scaled = digits * factor * (exponent >= 0 ? 10n ** BigInt(exponent) : 1n);
  const divisor = exponent < 0 ? 10n ** BigInt(-exponent) : 1n;
  const nanos = (scaled + divisor - 1n) / divisor;
  return new Quantity(sign === '-' ? -nanos : nanos);
}

function text(value: Value | undefined): string {
  if (typeof value !== 'string') throw noOverload();
  return value;
}

function quantity(value: Value | undefined): Quantity {
  if (value instanceof Quantity) return value;
  throw noOverload();
}

const amount = (value: Value | undefined): bigint => (typeof value === 'bigint' ? value * NANO : quantity(value).nanos);

function asInteger({ nanos }: Quantity): bigint | undefined {
  const whole = nanos / NANO;
  return nanos % NANO === 0n && whole <= MOST && whole >= -MOST - 1n ? whole : undefined;
}

const order = (a: bigint, b: bigint): bigint => (a < b ? -1n : a > b ? 1n : 0n);

export const quantityFunctions: FunctionTable = {
  quantity: (value) => {
    const parsed = parseQuantity(text(value));
    if (!parsed)
      throw fault("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    return parsed;
  },
  isQuantity: (value) => parseQuantity(text(value)) !== undefined,
  sign: (value) => order(quantity(value).nanos, 0n),
};

export const quantityMethods: FunctionTable = {
  sign: (value) => order(quantity(value).nanos, 0n),
  isGreaterThan: (a, b) => quantity(a).nanos > quantity(b).nanos,
  isLessThan: (a, b) => quantity(a).nanos < quantity(b).nanos,
  compareTo: (a, b) => order(quantity(a).nanos, quantity(b).nanos),
  asApproximateFloat: (value) => Number(quantity(value).nanos) / 1e9,
  isInteger: (value) => asInteger(quantity(value)) !== undefined,
  asInteger: (value) => {
    const whole = asInteger(quantity(value));
    if (whole === undefined) throw fault('cannot convert value to integer');
    return whole;
  },
  add: (a, b) => new Quantity(quantity(a).nanos + amount(b)),
  sub: (a, b) => new Quantity(quantity(a).nanos - amount(b)),
};

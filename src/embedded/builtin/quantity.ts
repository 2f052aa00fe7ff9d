import { badRequest } from '../errors.ts';

/** Most quantities are written as the server would write them. */
const PLAIN = /^(0|[1-9]\d{0,2}([mkMGTPE]|[KMGTPE]i)?)$/;
const FORM = /^([+-]?)(\d*)(?:\.(\d*))?([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;
const ALLOWED = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const NANO = 9;

/**
 * A quantity as the server writes it: `1000m` is `1`, `0.5` is `500m`, `1024Mi` is `1Gi`.
 * @throws ApiError 400 for what is none, in an object of `kind`
 */
export function canonicalQuantity(value: unknown, kind: string): string {
  const text = String(value);
  if (PLAIN.test(text)) return text;
  const match = FORM.exec(text);
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match ?? [];
  if (!match || whole + fraction === '') throw unreadable(kind, ALLOWED.test(text));
  const minus = sign === '-' ? '-' : '';
  const binary = BINARY.indexOf(suffix);
  if (binary > 0) {
    const amount = inBytes(whole, fraction, binary);
    if (amount !== undefined) return minus + shortest(amount, 1024n, BINARY);
  }
  const power = binary > 0 ? 0 : exponentOf(suffix);
  const digits = BigInt(whole + fraction) * (binary > 0 ? 1024n ** BigInt(binary) : 1n);
  const nanos = power - fraction.length + NANO;
  const amount = nanos >= 0 ? digits * 10n ** BigInt(nanos) : ceiling(digits, 10n ** BigInt(-nanos));
  return minus + (/^[eE]/.test(suffix) ? scientific(amount) : shortest(amount, 1000n, DECIMAL));
}

const exponentOf = (suffix: string): number =>
  /^[eE]./.test(suffix) ? Number(suffix.slice(1)) : (DECIMAL.indexOf(suffix) - 3) * 3;

const ceiling = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

/** Undefined when it is no whole number of bytes. */
function inBytes(whole: string, fraction: string, power: number): bigint | undefined {
  const amount = BigInt(whole + fraction) * 1024n ** BigInt(power);
  const scale = 10n ** BigInt(fraction.length);
  return amount % scale === 0n ? amount / scale : undefined;
}

function shortest(amount: bigint, step: bigint, suffixes: readonly string[]): string {
  if (amount === 0n) return '0';
  let rest = amount;
  let at = 0;
  while (at < suffixes.length - 1 && rest % step === 0n) {
    rest /= step;
    at++;
  }
  return `${rest}${suffixes[at]}`;
}

function scientific(nanos: bigint): string {
  if (nanos === 0n) return '0';
  let rest = nanos;
  let exponent = -NANO;
  while (rest % 1000n === 0n) {
    rest /= 1000n;
    exponent += 3;
  }
  return exponent === 0 ? String(rest) : `${rest}e${exponent}`;
}

const unreadable = (kind: string, wellFormed: boolean) =>
  badRequest(
    `${kind} in version "v1" cannot be handled as a ${kind}: ${
      wellFormed
        ? "unable to parse quantity's suffix"
        : "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
    }`,
  );

/** Arithmetic on Kubernetes quantities (`500m`, `2Gi`, `1e3`), exact to a thousandth. */

const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const FORM = /^([+-]?)(\d*)(?:\.(\d*))?([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;

/**
 * The amount in thousandths, rounded up.
 * @throws when the text is no quantity
 */
export function toMilli(quantity: string): bigint {
  const match = FORM.exec(quantity);
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match ?? [];
  if (!match || whole + fraction === '') throw new Error(`"${quantity}" is no quantity; write it like 500m, 2 or 4Gi`);
  const digits = BigInt(whole + fraction);
  const binary = BINARY.indexOf(suffix);
  const decimal = binary >= 0 ? 0 : (DECIMAL[suffix] ?? Number(suffix.slice(1)));
  const factor = binary >= 0 ? 1024n ** BigInt(binary + 1) : 1n;
  const exponent = decimal - fraction.length + 3;
  const amount = digits * factor;
  const milli = exponent >= 0 ? amount * 10n ** BigInt(exponent) : ceilDivide(amount, 10n ** BigInt(-exponent));
  return sign === '-' ? -milli : milli;
}

const ceilDivide = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

/** The shortest exact form: a whole number, with a binary suffix when that divides it, or thousandths. */
export function fromMilli(milli: bigint): string {
  if (milli % 1000n !== 0n) return `${milli}m`;
  const whole = milli / 1000n;
  if (whole === 0n) return '0';
  for (let i = BINARY.length; i > 0; i--) {
    if (whole % 1024n ** BigInt(i) === 0n) return `${whole / 1024n ** BigInt(i)}${BINARY[i - 1]}`;
  }
  return String(whole);
}

export const addQuantities = (a: string, b: string): string => fromMilli(toMilli(a) + toMilli(b));

import type { FunctionTable } from './function-types.ts';
import { type Extension, fault, noOverload, type Value } from './values.ts';

const FORM =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;

class Semver implements Extension {
  readonly extension = 'kubernetes.Semver';
  readonly numbers: readonly bigint[];
  readonly prerelease: readonly string[];
  constructor(numbers: readonly bigint[], prerelease: readonly string[]) {
    this.numbers = numbers;
    this.prerelease = prerelease;
  }
  sameAs(other: Extension): boolean {
    return other instanceof Semver && order(this, other) === 0n;
  }
}

/** Leading `v`, missing parts and leading zeros are forgiven when asked for. */
const normalized = (text: string): string => {
  const [, head = '', tail = ''] = /^([^-+]*)(.*)$/s.exec(text.replace(/^v/, '')) ?? [];
  const numbers = head.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  while (numbers.length < 3) numbers.push('0');
  return numbers.join('.') + tail;
};

function parsed(value: Value | undefined, lenient: Value = false): Semver | undefined {
  if (typeof value !== 'string' || typeof lenient !== 'boolean') throw noOverload();
  const match = FORM.exec(lenient ? normalized(value) : value);
  if (!match) return undefined;
  const numbers = [match[1], match[2], match[3]].map((part) => BigInt(part ?? 0));
  return new Semver(numbers, match[4]?.split('.') ?? []);
}

function order(a: Semver, b: Semver): bigint {
  for (const [i, number] of a.numbers.entries()) {
    if (number !== b.numbers[i]) return number < b.numbers[i]! ? -1n : 1n;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) {
    return BigInt(Number(b.prerelease.length > 0) - Number(a.prerelease.length > 0));
  }
  for (let i = 0; i < Math.max(a.prerelease.length, b.prerelease.length); i++) {
    const result = orderOfParts(a.prerelease[i], b.prerelease[i]);
    if (result !== 0n) return result;
  }
  return 0n;
}

function orderOfParts(a: string | undefined, b: string | undefined): bigint {
  if (a === undefined || b === undefined) return a === b ? 0n : a === undefined ? -1n : 1n;
  const [numberA, numberB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (numberA !== numberB) return numberA ? -1n : 1n;
  if (numberA) return BigInt(a) < BigInt(b) ? -1n : BigInt(a) > BigInt(b) ? 1n : 0n;
  return a < b ? -1n : a > b ? 1n : 0n;
}

function semver(value: Value | undefined): Semver {
  if (value instanceof Semver) return value;
  throw noOverload();
}

export const semverFunctions: FunctionTable = {
  semver: (value, lenient) => {
    const version = parsed(value, lenient);
    if (!version) throw fault(`Invalid semver ${String(value)}`);
    return version;
  },
  isSemver: (value, lenient) => parsed(value, lenient) !== undefined,
};

export const semverMethods: FunctionTable = {
  major: (value) => semver(value).numbers[0]!,
  minor: (value) => semver(value).numbers[1]!,
  patch: (value) => semver(value).numbers[2]!,
  isGreaterThan: (a, b) => order(semver(a), semver(b)) > 0n,
  isLessThan: (a, b) => order(semver(a), semver(b)) < 0n,
  compareTo: (a, b) => order(semver(a), semver(b)),
};

import { quoted } from '../go-text.ts';
import { ipText, parseIP } from '../ip-text.ts';
import type { FunctionTable } from './function-types.ts';
import { CelFault, type Extension, fault, noOverload, type Value } from './values.ts';

class Address implements Extension {
  readonly extension = 'net.IP';
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  sameAs(other: Extension): boolean {
    return other instanceof Address && Buffer.compare(this.bytes, other.bytes) === 0;
  }
  text(): string {
    return ipText(this.bytes);
  }
}

class Network implements Extension {
  readonly extension = 'net.CIDR';
  readonly address: Address;
  readonly bits: number;
  constructor(address: Address, bits: number) {
    this.address = address;
    this.bits = bits;
  }
  sameAs(other: Extension): boolean {
    return other instanceof Network && other.bits === this.bits && other.address.sameAs(this.address);
  }
  text(): string {
    return `${this.address.text()}/${this.bits}`;
  }
  contains({ bytes }: Address): boolean {
    const own = this.address.bytes;
    return own.length === bytes.length && Buffer.compare(masked(own, this.bits), masked(bytes, this.bits)) === 0;
  }
}

function masked(bytes: Uint8Array, bits: number): Uint8Array {
  return bytes.map((byte, i) => byte & (0xff << (8 - Math.max(0, Math.min(8, bits - 8 * i)))));
}

function text(value: Value | undefined): string {
  if (typeof value !== 'string') throw noOverload();
  return value;
}

function parsedAddress(value: string): Address {
  const bytes = parseIP(value);
  if (!bytes) {
    throw fault(
      `IP Address ${quoted(value)} parse error during conversion from string: ParseAddr(${quoted(value)}): unable to parse IP`,
    );
  }
  if (isMapped(bytes)) throw fault(`IPv4-mapped IPv6 address ${quoted(value)} is not allowed`);
  return new Address(bytes);
}

const isMapped = (bytes: Uint8Array): boolean =>
  bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;

function parsedNetwork(value: string): Network {
  const match = /^([^/]*)\/(0|[1-9][0-9]*)$/.exec(value);
  const bytes = match && parseIP(match[1]!);
  const bits = Number(match?.[2]);
  const error = 'network address parse error during conversion from string: ';
  if (!bytes || bits > bytes.length * 8) {
    throw fault(
      `${error}${error}netip.ParsePrefix(${quoted(value)}): ${match ? 'prefix length out of range' : "no '/'"}`,
    );
  }
  if (isMapped(bytes)) throw fault(`${error}IPv4-mapped IPv6 address ${quoted(value)} is not allowed`);
  return new Network(new Address(bytes), bits);
}

function succeeds(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof CelFault) return false;
    throw error;
  }
}

function ip(value: Value | undefined): Address {
  if (value instanceof Address) return value;
  throw noOverload();
}

function cidr(value: Value | undefined): Network {
  if (value instanceof Network) return value;
  throw noOverload();
}

const every = (bytes: Uint8Array, from: number, to: number): boolean =>
  bytes.slice(from, to).every((byte) => byte === 0);
const isUnspecified = ({ bytes }: Address): boolean => every(bytes, 0, bytes.length);
const isLoopback = ({ bytes }: Address): boolean =>
  bytes.length === 4 ? bytes[0] === 127 : every(bytes, 0, 15) && bytes[15] === 1;
const isLinkLocal = ({ bytes }: Address): boolean =>
  bytes.length === 4 ? bytes[0] === 169 && bytes[1] === 254 : bytes[0] === 0xfe && (bytes[1]! & 0xc0) === 0x80;
const isMulticast = ({ bytes }: Address): boolean =>
  bytes.length === 4 ? (bytes[0]! & 0xf0) === 0xe0 : bytes[0] === 0xff;
const isLinkLocalMulticast = ({ bytes }: Address): boolean =>
  bytes.length === 4
    ? bytes[0] === 224 && bytes[1] === 0 && bytes[2] === 0
    : bytes[0] === 0xff && (bytes[1]! & 0x0f) === 0x02;
const isBroadcast = ({ bytes }: Address): boolean => bytes.length === 4 && bytes.every((byte) => byte === 255);

export const ipFunctions: FunctionTable = {
  ip: (value) => parsedAddress(text(value)),
  isIP: (value) => succeeds(() => parsedAddress(text(value))),
  cidr: (value) => parsedNetwork(text(value)),
  isCIDR: (value) => succeeds(() => parsedNetwork(text(value))),
};

export const ipNamespaces: FunctionTable = {
  'ip.isCanonical': (value) => parsedAddress(text(value)).text() === value,
};

export const ipMethods: FunctionTable = {
  family: (value) => (ip(value).bytes.length === 4 ? 4n : 6n),
  isUnspecified: (value) => isUnspecified(ip(value)),
  isLoopback: (value) => isLoopback(ip(value)),
  isLinkLocalMulticast: (value) => isLinkLocalMulticast(ip(value)),
  isLinkLocalUnicast: (value) => isLinkLocal(ip(value)),
  isGlobalUnicast: (value) => {
    const address = ip(value);
    return (
      !isUnspecified(address) &&
      !isLoopback(address) &&
      !isMulticast(address) &&
      !isLinkLocal(address) &&
      !isBroadcast(address)
    );
  },
  containsIP: (value, other) => cidr(value).contains(typeof other === 'string' ? parsedAddress(other) : ip(other)),
  containsCIDR: (value, other) => {
    const [whole, part] = [cidr(value), typeof other === 'string' ? parsedNetwork(other) : cidr(other)];
    return whole.bits <= part.bits && whole.contains(part.address);
  },
  ip: (value) => cidr(value).address,
  prefixLength: (value) => BigInt(cidr(value).bits),
  masked: (value) => {
    const { address, bits } = cidr(value);
    return new Network(new Address(masked(address.bytes, bits)), bits);
  },
};

/** Reads addresses as Go's `net` does. */

/** Four bytes. `sloppy` tolerates leading zeros, as Kubernetes' own parser does. */
export function parseIPv4(text: string, sloppy = false): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes = parts.map((part) => {
    if (!/^[0-9]+$/.test(part) || (!sloppy && part.length > 1 && part.startsWith('0'))) return Number.NaN;
    const value = Number(part);
    return value <= 255 ? value : Number.NaN;
  });
  return bytes.some(Number.isNaN) ? undefined : Uint8Array.from(bytes);
}

/** Sixteen bytes; no zone. */
export function parseIPv6(text: string, sloppy = false): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || !text.includes(':')) return undefined;
  const head = wordsOf(halves[0] ?? '', halves.length === 1, sloppy);
  const tail = halves.length === 2 ? wordsOf(halves[1] ?? '', true, sloppy) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const words = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 255]));
}

function wordsOf(text: string, last: boolean, sloppy: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const words: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const four = last && index === parts.length - 1 ? parseIPv4(part, sloppy) : undefined;
      if (!four) return undefined;
      words.push((four[0]! << 8) | four[1]!, (four[2]! << 8) | four[3]!);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      words.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return words;
}

export const parseIP = (text: string, sloppy = false): Uint8Array | undefined =>
  parseIPv4(text, sloppy) ?? parseIPv6(text, sloppy);

export interface Cidr {
  readonly address: Uint8Array;
  readonly bits: number;
}

export function parseCidr(text: string, sloppy = false): Cidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const address = parseIP(text.slice(0, slash), sloppy);
  const digits = text.slice(slash + 1);
  if (!address || !(sloppy ? /^[0-9]+$/ : /^(0|[1-9][0-9]*)$/).test(digits)) return undefined;
  const bits = Number(digits);
  return bits <= address.length * 8 ? { address, bits } : undefined;
}

/** The usual short form: the longest run of zeros as `::`. */
export function ipText(address: Uint8Array): string {
  if (address.length === 4) return address.join('.');
  const words = Array.from({ length: 8 }, (_, i) => (address[2 * i]! << 8) | address[2 * i + 1]!);
  if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff) {
    return `::ffff:${address.slice(12).join('.')}`;
  }
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let j = i;
    while (j < 8 && words[j] === 0) j++;
    if (j - i > length) [start, length] = [i, j - i];
  }
  const hex = (part: readonly number[]) => part.map((word) => word.toString(16)).join(':');
  return start < 0 ? hex(words) : `${hex(words.slice(0, start))}::${hex(words.slice(start + length))}`;
}

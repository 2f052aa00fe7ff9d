import { RE2JS } from 're2js';
import { quoted } from '../go-text.ts';
import { formatText } from './format-text.ts';
import type { FunctionTable } from './function-types.ts';
import { fault, ListValue, noOverload, type Value } from './values.ts';

/** Texts are counted in Unicode characters, not in UTF-16 units. */

function str(value: Value | undefined): string {
  if (typeof value !== 'string') throw noOverload();
  return value;
}

function num(value: Value | undefined): number {
  if (typeof value !== 'bigint') throw noOverload();
  return Number(value);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII
const isAscii = (text: string): boolean => /^[\x00-\x7f]*$/.test(text);
const chars = (text: string): readonly string[] => (isAscii(text) ? text.split('') : [...text]);

const outOfRange = (index: number) => fault(`index out of range: ${index}`);

/** A text of characters from the code range of ASCII letters is changed, others stay. */
const mapAscii = (text: string, from: RegExp, change: (char: string) => string) => text.replace(from, change);

function search(text: readonly string[], part: readonly string[], places: Iterable<number>): bigint {
  for (const place of places) {
    if (place >= 0 && part.every((char, i) => text[place + i] === char)) return BigInt(place);
  }
  return -1n;
}

function* upwards(from: number, to: number) {
  for (let i = from; i <= to; i++) yield i;
}
function* downwards(from: number) {
  for (let i = from; i >= 0; i--) yield i;
}

function indexOf(text: Value, part: Value, from?: Value): Value {
  if (text instanceof ListValue) throw noOverload();
  const [whole, wanted] = [chars(str(text)), chars(str(part))];
  const start = from === undefined ? 0 : num(from);
  if (wanted.length === 0) return BigInt(start);
  if (start < 0) throw outOfRange(start);
  return search(whole, wanted, upwards(start, whole.length - wanted.length));
}

function lastIndexOf(text: Value, part: Value, from?: Value): Value {
  if (text instanceof ListValue) throw noOverload();
  const [whole, wanted] = [chars(str(text)), chars(str(part))];
  const last = from === undefined ? whole.length - 1 : num(from);
  if (wanted.length === 0) return BigInt(from === undefined ? whole.length : last);
  if (from !== undefined && last < 0) throw outOfRange(last);
  if (last >= whole.length) return -1n;
  return search(whole, wanted, downwards(Math.min(last, whole.length - wanted.length)));
}

function substring(text: Value, start: Value, end?: Value): Value {
  const whole = chars(str(text));
  const from = num(start);
  const to = end === undefined ? whole.length : num(end);
  if (from > to && end !== undefined) throw fault(`invalid substring range. start: ${from}, end: ${to}`);
  if (from < 0 || from > whole.length) throw outOfRange(from);
  if (to < 0 || to > whole.length) throw outOfRange(to);
  return whole.slice(from, to).join('');
}

function charAt(text: Value, index: Value): Value {
  const whole = chars(str(text));
  const place = num(index);
  if (place < 0 || place > whole.length) throw outOfRange(place);
  return whole[place] ?? '';
}

function replace(text: Value, from: Value, to: Value, count?: Value): Value {
  const [whole, old, fresh] = [str(text), str(from), str(to)];
  const most = count === undefined ? -1 : num(count);
  if (most < 0) return whole.replaceAll(old, () => fresh);
  let done = 0;
  return whole.replaceAll(old, (part) => (done++ < most ? fresh : part));
}

function split(text: Value, separator: Value, count?: Value): Value {
  const [whole, mark] = [str(text), str(separator)];
  const parts = mark === '' ? chars(whole) : whole.split(mark);
  const most = count === undefined ? -1 : num(count);
  if (most === 0) return new ListValue([]);
  if (most < 0 || parts.length <= most) return new ListValue(parts);
  return new ListValue([...parts.slice(0, most - 1), parts.slice(most - 1).join(mark)]);
}

function join(list: Value, separator: Value = ''): Value {
  if (!(list instanceof ListValue)) throw noOverload();
  return list.items.map((item) => str(item)).join(str(separator));
}

function found(text: Value, pattern: Value): readonly string[] {
  let expression: RE2JS;
  try {
    expression = RE2JS.compile(str(pattern));
  } catch (error) {
    throw fault(`Illegal regex: ${(error as Error).message}`);
  }
  const matcher = expression.matcher(str(text));
  const all: string[] = [];
  while (matcher.find()) all.push(matcher.group() ?? '');
  return all;
}

export const stringMethods: FunctionTable = {
  contains: (text, part) => str(text).includes(str(part)),
  startsWith: (text, part) => str(text).startsWith(str(part)),
  endsWith: (text, part) => str(text).endsWith(str(part)),
  charAt: (text, index) => charAt(text!, index!),
  indexOf: (text, part, from) => indexOf(text!, part!, from),
  lastIndexOf: (text, part, from) => lastIndexOf(text!, part!, from),
  substring: (text, start, end) => substring(text!, start!, end),
  replace: (text, from, to, count) => replace(text!, from!, to!, count),
  split: (text, separator, count) => split(text!, separator!, count),
  join: (list, separator) => join(list!, separator),
  lowerAscii: (text) => mapAscii(str(text), /[A-Z]+/g, (part) => part.toLowerCase()),
  upperAscii: (text) => mapAscii(str(text), /[a-z]+/g, (part) => part.toUpperCase()),
  trim: (text) => str(text).replace(/^[\s\u0085]+|[\s\u0085]+$/gu, ''),
  format: (text, args) => {
    if (!(args instanceof ListValue)) throw noOverload();
    return formatText(str(text), args.items);
  },
  find: (text, pattern) => found(text!, pattern!)[0] ?? '',
  findAll: (text, pattern, count) => {
    const all = found(text!, pattern!);
    const most = count === undefined ? -1 : num(count);
    return new ListValue(most < 0 ? all : all.slice(0, most));
  },
};

export const stringNamespaces: FunctionTable = { 'strings.quote': (text) => quoted(str(text)) };

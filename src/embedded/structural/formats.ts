import { parseDuration } from './durations.ts';
import { parseCidr, parseIP } from './ip-text.ts';
import { parseRequestUri } from './request-uri.ts';

type Check = (text: string) => boolean;

const regex =
  (expression: RegExp): Check =>
  (text) =>
    expression.test(text);
const anything: Check = () => true;

export function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

export function isDateTime(text: string): boolean {
  const [date = '', clock] = text.toLowerCase().split('t');
  if (clock === undefined || !isDate(date)) return false;
  const match = /^([0-9]{2}):([0-9]{2}):([0-9]{2})([^\n][0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$/.exec(clock);
  return match !== null && match[1]! <= '23' && match[2]! <= '59' && match[3]! <= '59';
}

const HOSTNAME =
  /^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$/u;
const bytes = (text: string): number => Buffer.byteLength(text);
const isHostname: Check = (text) =>
  HOSTNAME.test(text) && bytes(text) <= 255 && text.split('.').every((part) => bytes(part) <= 63);

const MAC =
  /^([0-9a-fA-F]{2}([:-])[0-9a-fA-F]{2}(\2[0-9a-fA-F]{2}){4}((\2[0-9a-fA-F]{2}){2}|(\2[0-9a-fA-F]{2}){14})?)$/;
const DOTTED_MAC = /^[0-9a-fA-F]{4}(\.[0-9a-fA-F]{4}){2}(\.[0-9a-fA-F]{4}|(\.[0-9a-fA-F]{4}){7})?$/;

function isIsbn10(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '');
  if (!/^(?:[0-9]{9}X|[0-9]{10})$/.test(digits)) return false;
  const sum = [...digits].reduce((total, digit, i) => total + (digit === 'X' ? 10 : Number(digit)) * (i + 1), 0);
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replace(/[\s-]+/g, '');
  if (!/^[0-9]{13}$/.test(digits)) return false;
  return [...digits].reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 1 : 3), 0) % 10 === 0;
}

const CARD =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/;

function isCreditCard(text: string): boolean {
  const digits = text.replace(/[^0-9]+/g, '');
  if (!CARD.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 1 : 2);
    return total + (value >= 10 ? (value % 10) + 1 : value);
  }, 0);
  return sum % 10 === 0;
}

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-\\u0080-\\u{10ffff}]+";
const QUOTED_PART = '"(?:[^"\\\\\\r\\n]|\\\\.)*"';
const WORD = `(?:${ATOM}|${QUOTED_PART})`;
const ADDRESS = `(?:${ATOM}(?:\\.${ATOM})*|${QUOTED_PART})@(?:${ATOM}(?:\\.${ATOM})*|\\[[^\\]]*\\])`;
const EMAIL = new RegExp(`^\\s*(?:${ADDRESS}|(?:${WORD}(?:[ \\t.]+${WORD})*[ \\t.]*)?<${ADDRESS}>)\\s*$`, 'u');

const SHORT_NAME = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const LONG_NAME = new RegExp(`^${SHORT_NAME}(\\.${SHORT_NAME})*$`);
const HEX = (third: string, fourth: string) =>
  regex(new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${third}[0-9a-f]{3}-?${fourth}[0-9a-f]{3}-?[0-9a-f]{12}$`, 'i'));
const COLOR = '\\s*(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])\\s*';

/** By name without dashes, as validation looks formats up. */
const TEXT_FORMATS: Readonly<Record<string, Check>> = {
  bsonobjectid: regex(/^[0-9a-f]{24}$/i),
  uri: (text) => parseRequestUri(text) !== undefined,
  email: regex(EMAIL),
  hostname: isHostname,
  ipv4: (text) => text.includes('.') && parseIP(text, true) !== undefined,
  ipv6: (text) => text.includes(':') && parseIP(text) !== undefined,
  cidr: (text) => parseCidr(text, true) !== undefined,
  mac: (text) => MAC.test(text) || DOTTED_MAC.test(text),
  uuid: HEX('[0-9a-f]', '[0-9a-f]'),
  uuid3: HEX('3', '[0-9a-f]'),
  uuid4: HEX('4', '[89ab]'),
  uuid5: HEX('5', '[89ab]'),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: (text) => text.length === 11 && /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text),
  hexcolor: regex(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/),
  rgbcolor: regex(new RegExp(`^rgb\\(${COLOR},${COLOR},${COLOR}\\)$`)),
  byte: regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/),
  password: anything,
  date: isDate,
  duration: (text) => parseDuration(text) !== undefined,
  datetime: isDateTime,
  k8sshortname: (text) => text.length <= 63 && new RegExp(`^${SHORT_NAME}$`).test(text),
  k8slongname: (text) => text.length <= 253 && LONG_NAME.test(text),
};
const NUMBER_FORMATS: Readonly<Record<string, readonly string[]>> = {
  integer: ['int32', 'int64'],
  number: ['float', 'double'],
};

export interface FormatCheck {
  readonly name: string;
  readonly matches?: Check;
}

/** What a format means for values of these types; undefined when validation ignores it. */
export function formatCheck(types: readonly string[], format: string): FormatCheck | undefined {
  if (format === '') return undefined;
  const type = types.length === 1 ? types[0]! : '';
  if (type !== '' && type !== 'string') {
    return NUMBER_FORMATS[type]?.includes(format) ? { name: format } : undefined;
  }
  const matches = TEXT_FORMATS[format.replaceAll('-', '')];
  return matches && { name: format, matches };
}

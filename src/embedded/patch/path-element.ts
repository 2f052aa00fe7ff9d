import { isObject, type JsonObject } from '../../api/json.ts';
import type { ListSchema } from './merge-schema.ts';

/**
 * One step into an object, spelled as `fieldsV1` does: `f:` and a field, `k:` and the key fields of a list item, `v:`
 * and the value of an item of a set.
 */
export type PathElement = string;

/** A list item without an identity; the message completes `element N: `. */
export class NoPathElement extends Error {
  override readonly name = 'NoPathElement';
}

export const fieldElement = (name: string): PathElement => `f:${name}`;

/** @throws {NoPathElement} when the item cannot stand in a list of this type. */
export function itemElement(list: ListSchema, item: unknown): PathElement {
  return list.keys.length > 0 ? keyElement(list, item) : valueElement(item);
}

function keyElement(list: ListSchema, item: unknown): PathElement {
  if (item === null) throw new NoPathElement('associative list with keys may not have a null element');
  if (!isObject(item)) throw new NoPathElement('associative list with keys may not have non-map elements');
  const single = list.keys.length === 1 ? list.keys[0]! : undefined;
  if (single !== undefined && item[single] !== undefined) {
    return `k:{${goJson(single)}:${goJson(item[single])}}`;
  }
  const present: [string, unknown][] = [];
  for (const key of list.keys) {
    const value = item[key] === undefined ? list.item.map?.fields.get(key)?.default : item[key];
    if (value !== undefined) present.push([key, value]);
  }
  if (present.length > 0) return keyOf(present);
  const keys = list.keys.map((key) => JSON.stringify(key)).join(' ');
  throw new NoPathElement(
    `associative list with keys has an element that omits all key fields [${keys}] (and doesn't have default values for any key fields)`,
  );
}

function valueElement(item: unknown): PathElement {
  if (isObject(item)) throw new NoPathElement("associative list without keys has an element that's a map type");
  if (Array.isArray(item)) throw new NoPathElement('not supported: associative list with lists as elements');
  if (item === null) {
    throw new NoPathElement("associative list without keys has an element that's an explicit null");
  }
  return `v:${goJson(item)}`;
}

function keyOf(pairs: [string, unknown][]): PathElement {
  pairs.sort(([left], [right]) => compareText(left, right));
  return `k:{${pairs.map(([name, value]) => `${goJson(name)}:${goJson(value)}`).join(',')}}`;
}

/** Brings an element that a client wrote into the one spelling; undefined when it is of no known sort. */
export function canonicalElement(element: string): PathElement | undefined {
  try {
    if (element.startsWith('k:')) return keyOf(Object.entries(JSON.parse(element.slice(2)) as JsonObject));
    if (element.startsWith('v:')) return `v:${goJson(JSON.parse(element.slice(2)))}`;
  } catch {
    return undefined;
  }
  return element.startsWith('f:') || /^i:\d+$/.test(element) ? element : undefined;
}

/** As messages show it: `.spec`, `[name="main"]`, `[="a"]`, `[0]`. */
export function printElement(element: PathElement): string {
  const text = element.slice(2);
  if (element.startsWith('f:')) return `.${text}`;
  if (element.startsWith('i:')) return `[${text}]`;
  if (element.startsWith('v:')) return `[=${printValue(JSON.parse(text))}]`;
  const pairs = Object.entries(JSON.parse(text) as JsonObject).map(([name, value]) => `${name}=${printValue(value)}`);
  return `[${pairs.join(',')}]`;
}

export const printPath = (path: readonly PathElement[]): string => path.map(printElement).join('');

const printValue = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : String(value));

const SORTS = 'fkvi';

/** The order in which the server writes the elements of a set. */
export function compareElements(left: PathElement, right: PathElement): number {
  const sort = left[0] ?? '';
  if (sort !== right[0]) return SORTS.indexOf(sort) - SORTS.indexOf(right[0] ?? '');
  if (sort === 'f') return compareText(left, right);
  if (sort === 'i') return Number(left.slice(2)) - Number(right.slice(2));
  const [a, b] = [JSON.parse(left.slice(2)) as unknown, JSON.parse(right.slice(2)) as unknown];
  return isObject(a) && isObject(b) ? compareKeys(a, b) : compareScalars(a, b);
}

function compareKeys(left: JsonObject, right: JsonObject): number {
  const [a, b] = [Object.entries(left), Object.entries(right)];
  for (let index = 0; index < a.length && index < b.length; index++) {
    const order = compareText(a[index]![0], b[index]![0]) || compareScalars(a[index]![1], b[index]![1]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Numbers stand before texts, texts before booleans. */
function compareScalars(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  return rankOf(left) - rankOf(right);
}

const rankOf = (value: unknown): number => ['number', 'string', 'boolean'].indexOf(typeof value);

const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

const NEEDS_ESCAPE = /[<>&\u2028\u2029]/g;

/** JSON as Go writes it: with the characters escaped that mean something in HTML. */
function goJson(value: unknown): string {
  const text = JSON.stringify(value);
  return text.replace(NEEDS_ESCAPE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

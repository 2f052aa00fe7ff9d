import type { FunctionTable } from './function-types.ts';
import { BINARY } from './operators.ts';
import { compare, equal, fault, ListValue, NONE, noOverload, OptionalValue, type Value } from './values.ts';

function list(value: Value | undefined): ListValue {
  if (value instanceof ListValue) return value;
  throw noOverload();
}

function num(value: Value | undefined): number {
  if (typeof value === 'bigint') return Number(value);
  throw noOverload();
}

function extreme(name: string, sign: 1 | -1) {
  return (value: Value): Value => {
    const { items } = list(value);
    if (items.length === 0) throw fault(`${name} called on empty list`);
    return items.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best));
  };
}

function slice(value: Value, start: Value, end: Value): Value {
  const { items } = list(value);
  const [from, to] = [num(start), num(end)];
  const words = `cannot slice(${from}, ${to}), `;
  if (from < 0 || to < 0) throw fault(`${words}negative indexes not supported`);
  if (from > to) throw fault(`${words}start index must be less than or equal to end index`);
  if (items.length < to) throw fault(`${words}list is length ${items.length}`);
  return new ListValue(items.slice(from, to));
}

function flattened(items: readonly Value[], depth: number): Value[] {
  return items.flatMap((item) => (item instanceof ListValue && depth > 0 ? flattened(item.items, depth - 1) : [item]));
}

const distinct = (items: readonly Value[]): Value[] =>
  items.filter((item, i) => items.findIndex((other) => equal(other, item)) === i);

const includesAll = (whole: ListValue, part: ListValue): boolean =>
  part.items.every((item) => whole.items.some((other) => equal(item, other)));

const optionalItem = (item: Value | undefined): Value => (item === undefined ? NONE : new OptionalValue(item));

export const listMethods: FunctionTable = {
  isSorted: (value) => list(value).items.every((item, i, items) => i === 0 || compare(items[i - 1]!, item) <= 0),
  sum: (value) => {
    const { items } = list(value);
    return items.length === 0 ? 0n : items.reduce((sum, item) => BINARY['+']!(sum, item));
  },
  min: extreme('min', -1),
  max: extreme('max', 1),
  indexOf: (value, item) => BigInt(list(value).items.findIndex((other) => equal(other, item!))),
  lastIndexOf: (value, item) => BigInt(list(value).items.findLastIndex((other) => equal(other, item!))),
  slice: (value, start, end) => slice(value!, start!, end!),
  flatten: (value, depth = 1n) => {
    if (num(depth) < 0) throw fault('level must be non-negative');
    return new ListValue(flattened(list(value).items, num(depth)));
  },
  sort: (value) => new ListValue([...list(value).items].sort(compare)),
  reverse: (value) => {
    if (typeof value === 'string') return [...value].reverse().join('');
    return new ListValue([...list(value).items].reverse());
  },
  distinct: (value) => new ListValue(distinct(list(value).items)),
  first: (value) => optionalItem(list(value).items[0]),
  last: (value) => optionalItem(list(value).items.at(-1)),
};

export const listNamespaces: FunctionTable = {
  'lists.range': (count) => new ListValue(Array.from({ length: num(count) }, (_, i) => BigInt(i))),
  'sets.contains': (whole, part) => includesAll(list(whole), list(part)),
  'sets.equivalent': (a, b) => includesAll(list(a), list(b)) && includesAll(list(b), list(a)),
  'sets.intersects': (a, b) => list(a).items.some((item) => list(b).items.some((other) => equal(item, other))),
};

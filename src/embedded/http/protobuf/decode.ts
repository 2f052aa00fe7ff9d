import { badRequest } from '../../errors.ts';
import { MESSAGES } from './messages.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** Precedes every object. */
const MAGIC = Buffer.from('k8s\0');
const EVENTS = 'events.k8s.io/v1';

type Value = unknown;
type Fields = Record<string, Value>;

interface Field {
  readonly name: string;
  readonly many: 'list' | 'map' | undefined;
  readonly shape: string;
  /** Counts even when empty. */
  readonly keep: boolean;
}

const TOKEN = /^(?:(\d+)=)?(\w+)(\+?)(\[\]|\{\})?(.*)$/;
const known = new Map<string, ReadonlyMap<number, Field>>();

function fieldsOf(message: string): ReadonlyMap<number, Field> {
  const read = known.get(message);
  if (read) return read;
  const fields = new Map<number, Field>();
  let last = 0;
  for (const token of (MESSAGES[message] ?? '').split(/\s+/).filter(Boolean)) {
    const [, number, name = '', keep, many, shape = ''] = TOKEN.exec(token) ?? [];
    last = number === undefined ? last + 1 : Number(number);
    fields.set(last, {
      name,
      many: many === '[]' ? 'list' : many === '{}' ? 'map' : undefined,
      shape,
      keep: keep === '+',
    });
  }
  known.set(message, fields);
  return fields;
}

/**
 * The object in a protobuf body, as JSON would tell it; undefined for a kind whose messages are not known here.
 * @throws ApiError 400 for what is no protobuf of Kubernetes
 */
export function decodeProtobuf(body: Buffer): Readonly<Fields> | undefined {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw malformed();
  let apiVersion = '';
  let kind = '';
  let raw: Buffer = Buffer.alloc(0);
  for (const { number, bytes } of parts(body.subarray(MAGIC.length))) {
    if (number === 2) raw = bytes;
    if (number !== 1) continue;
    for (const part of parts(bytes)) {
      if (part.number === 1) apiVersion = part.bytes.toString('utf8');
      if (part.number === 2) kind = part.bytes.toString('utf8');
    }
  }
  const message = apiVersion === EVENTS ? `Events${kind}` : kind;
  if (!(message in MESSAGES)) return undefined;
  return { apiVersion, kind, ...messageValue(message, raw) };
}

const malformed = (): Error => badRequest('the body of the request is not an object in the protobuf of Kubernetes');

interface Part {
  readonly number: number;
  readonly varint: bigint;
  readonly bytes: Buffer;
}

const NONE = Buffer.alloc(0);

/** What stands in a message, one after the other. */
function* parts(bytes: Buffer): Generator<Part> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw malformed();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw malformed();
  };
  const take = (length: number): Buffer => {
    if (length < 0 || at + length > bytes.length) throw malformed();
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const number = key >>> 3;
    const wire = key & 7;
    if (wire === 0) yield { number, varint: varint(), bytes: NONE };
    else if (wire === 2) yield { number, varint: 0n, bytes: take(Number(varint())) };
    else if (wire === 1 || wire === 5) yield { number, varint: 0n, bytes: take(wire === 1 ? 8 : 4) };
    else throw malformed();
  }
}

function messageValue(message: string, bytes: Buffer): Fields {
  const fields = fieldsOf(message);
  const value: Fields = {};
  for (const part of parts(bytes)) {
    const field = fields.get(part.number);
    if (!field) continue;
    const { name, many, shape, keep } = field;
    if (shape.startsWith('&')) Object.assign(value, messageValue(shape.slice(1), part.bytes));
    else if (many === 'map') {
      const [key, entry] = mapEntry(shape, part.bytes);
      value[name] = { ...(value[name] as Fields | undefined), [key]: entry };
    } else if (many === 'list') {
      value[name] = [...((value[name] as readonly Value[] | undefined) ?? []), shaped(shape, part)];
    } else {
      const read = shaped(shape, part);
      if (keep || !isEmpty(read)) value[name] = read;
    }
  }
  return value;
}

function mapEntry(shape: string, bytes: Buffer): readonly [string, Value] {
  let key = '';
  let value: Value = shaped(shape, { number: 2, varint: 0n, bytes: NONE });
  for (const part of parts(bytes)) {
    if (part.number === 1) key = part.bytes.toString('utf8');
    if (part.number === 2) value = shaped(shape, part);
  }
  return [key, value];
}

function isEmpty(value: Value): boolean {
  if (value === '' || value === 0 || value === false || value === null) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function shaped(shape: string, part: Part): Value {
  if (shape.startsWith(':')) return submessage(shape.slice(1), part.bytes);
  switch (shape) {
    case '':
      return part.bytes.toString('utf8');
    case '#':
      return Number(part.varint);
    case '?':
      return part.varint !== 0n;
    case '%':
      return part.bytes.toString('base64');
    case '@quantity':
      return first(part.bytes)?.bytes.toString('utf8') ?? '0';
    case '@time':
      return momentText(part.bytes);
    case '@intstr':
      return numberOrText(part.bytes);
    default:
      return JSON.parse(first(part.bytes)?.bytes.toString('utf8') || '{}') as Value;
  }
}

/** A message that only wraps a list is that list. */
function submessage(name: string, bytes: Buffer): Value {
  const value = messageValue(name, bytes);
  return MESSAGES[name] === 'items[]' ? (value.items ?? []) : value;
}

const first = (bytes: Buffer): Part | undefined => [...parts(bytes)].find(({ number }) => number === 1);

function momentText(bytes: Buffer): string | null {
  let seconds = 0;
  let nanos = 0;
  const all = [...parts(bytes)];
  if (all.length === 0) return null;
  for (const { number, varint } of all) {
    if (number === 1) seconds = Number(varint);
    if (number === 2) nanos = Number(varint);
  }
  const whole = new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, '');
  return nanos === 0 ? `${whole}Z` : `${whole}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`;
}

function numberOrText(bytes: Buffer): number | string {
  let isText = false;
  let number = 0;
  let text = '';
  for (const part of parts(bytes)) {
    if (part.number === 1) isText = part.varint === 1n;
    if (part.number === 2) number = Number(part.varint);
    if (part.number === 3) text = part.bytes.toString('utf8');
  }
  return isText ? text : number;
}

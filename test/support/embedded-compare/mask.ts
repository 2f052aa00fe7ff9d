import { isObject } from '../../../src/api/json.ts';
import type { Answer, Call, Seen } from './calls.ts';

type Json = Record<string, unknown>;

/** Everything one server said in a sequence. */
export interface Transcript {
  readonly calls: readonly Call[];
  readonly answers: readonly (Answer | undefined)[];
  /** By the number of the call that opened the watch. */
  readonly watches: ReadonlyMap<number, readonly Seen[]>;
}

export interface MaskOptions {
  /** Controllers write in between: the order of versions is not told. */
  readonly withoutVersions: boolean;
}

/** What was said about one call. */
export interface Said {
  readonly call: Call;
  readonly at: number;
  readonly answer?: unknown;
  readonly events?: readonly unknown[];
}

const UID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;
const GIVEN_UIDS = new Map([
  ['11111111-1111-4111-8111-111111111111', '<no uid>'],
  ['00000000-0000-4000-8000-000000000000', '<empty uid>'],
]);
const SUFFIX = '[bcdfghjklmnpqrstvwxz2456789]{5}';
const LONGEST_BASE = 58;
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const TIME = /\b20(2[6-9]|[3-9]\d)-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g;
const CLUSTER_IP = /\b10\.\d+\.\d+\.\d+\b/g;
const VERSION = /\b\d{3,}\b/g;

/** The transcript without what two servers cannot have in common: identities, versions, times and addresses. */
export function masked(transcript: Transcript, options: MaskOptions): Said[] {
  const mask = new Mask(transcript, options);
  const said: Said[] = [];
  transcript.calls.forEach((call, at) => {
    const answer = transcript.answers[at];
    const events = transcript.watches.get(at);
    said.push({
      call,
      at,
      ...(answer && { answer: mask.answer(call, answer) }),
      ...(events && { events: events.filter(isTold).map((event) => mask.event(event)) }),
    });
  });
  return said;
}

/** Ordinary bookmarks come when the server likes. */
export const isTold = ({ type, object }: Seen): boolean => {
  const { annotations } = ((object as Json)?.metadata ?? {}) as { annotations?: Json };
  return type !== 'BOOKMARK' || annotations?.['k8s.io/initial-events-end'] === 'true';
};

/** Several faults of one object come in the order of a map, which is none. */
const inOrder = (text: string): string =>
  `${text}${text.includes(' is invalid: [') && !text.endsWith(']') ? ']' : ''}`
    .replace(/errors:\n([\s\S]*)$/, (_, lines: string) => `errors:\n${lines.split('\n').sort().join('\n')}`)
    .replace(/: \[(.*)\]$/s, (_, list: string) => `: [${list.split(', ').sort().join(', ')}]`);

/** Refusals that print a Go struct, under Go's names of its fields. */
const STRUCTS = /field is immutable|requires indexed completion mode|must be empty for finished job/;

/** The text without the values in braces that its refusals print. */
function withoutStructs(text: string): string {
  const mark = 'Invalid value: {';
  const start = text.indexOf(mark);
  if (start < 0) return text;
  const open = start + mark.length - 1;
  let depth = 0;
  let end = open;
  for (; end < text.length; end++) {
    if (text[end] === '{') depth++;
    if (text[end] === '}') depth--;
    if (depth === 0) break;
  }
  return `${text.slice(0, open)}<struct>${withoutStructs(text.slice(end + 1))}`;
}

class Mask {
  readonly #uids = new Map<string, string>();
  readonly #versions: number[];
  readonly #bases: readonly RegExp[];
  readonly #options: MaskOptions;

  constructor({ answers, watches, calls }: Transcript, options: MaskOptions) {
    this.#options = options;
    this.#bases = calls.flatMap(({ body }) => {
      const { generateName } = (isObject(body) && isObject(body.metadata) ? body.metadata : {}) as {
        generateName?: string;
      };
      return generateName ? [new RegExp(`(${escaped(generateName.slice(0, LONGEST_BASE))})${SUFFIX}`, 'g')] : [];
    });
    const seen = new Set<number>();
    const note = (object: unknown) => {
      if (!isObject(object) || !isObject(object.metadata)) return;
      const version = Number(object.metadata.resourceVersion);
      if (version > 0 && object.metadata.uid !== undefined) seen.add(version);
    };
    answers.forEach((answer, at) => {
      const { body } = answer ?? {};
      if (!isObject(body) || calls[at]?.query?.dryRun) return;
      if (Array.isArray(body.items)) for (const item of body.items) note(item);
      else note(body);
    });
    for (const events of watches.values()) for (const { type, object } of events) if (type !== 'BOOKMARK') note(object);
    this.#versions = [...seen].sort((a, b) => a - b);
  }

  answer(call: Call, { code, body }: Answer): unknown {
    if (code >= 300) {
      const { reason, message } = (body ?? {}) as { reason?: string; message?: string };
      return { code, reason: reason || 'Unknown', message: inOrder(this.#text(message ?? '')) };
    }
    if (call.verb === 'watch') return { code };
    if (call.verb === 'list' || call.verb === 'deletecollection') return this.#list(call, body as Json);
    if (isObject(body) && body.kind === 'Status') {
      const { status, details } = body;
      return { kind: 'Status', status, details: this.#value(details, []) };
    }
    return this.#object(body);
  }

  event({ type, object }: Seen): unknown {
    if (type === 'ERROR') {
      const { code, reason, message } = object as Json;
      return { type, code, reason, message: this.#text(String(message)) };
    }
    if (type === 'BOOKMARK') {
      const { apiVersion, kind, metadata } = object as Json;
      return { type, object: this.#object({ apiVersion, kind, metadata }) };
    }
    return { type, object: this.#object(object) };
  }

  #list({ kind, verb }: Call, list: Json): unknown {
    const items = (Array.isArray(list.items) ? list.items : []) as Json[];
    const { apiVersion, kind: listKind, metadata } = list;
    const typed = { apiVersion: kind?.group ? `${kind.group}/${kind.version}` : kind?.version, kind: kind?.kind };
    const shown = items.map((item) => this.#object({ ...typed, ...item }));
    if (verb === 'deletecollection') return { items: shown };
    const { resourceVersion, continue: token, ...rest } = metadata as Json;
    return {
      apiVersion,
      kind: listKind,
      metadata: { resourceVersion: this.#version(resourceVersion), ...(token ? { continue: '<token>' } : {}), ...rest },
      items: shown,
    };
  }

  #object(value: unknown): unknown {
    if (!isObject(value) || !isObject(value.metadata)) return value;
    const { resourceVersion, managedFields, ...metadata } = value.metadata;
    if (typeof metadata.uid === 'string') this.#text(metadata.uid);
    const shown = this.#value(value, []) as Json;
    // The progress of a namespace's end is not reported.
    const { conditions: _, ...status } = (shown.status ?? {}) as Json;
    return {
      ...shown,
      ...(value.kind === 'Namespace' && { status }),
      metadata: {
        ...(this.#value(metadata, ['metadata']) as Json),
        ...(resourceVersion !== undefined && { resourceVersion: this.#version(resourceVersion) }),
        ...(Array.isArray(managedFields) && { managedFields: this.#managers(managedFields as Json[]) }),
      },
    };
  }

  /** In an order of their own: the server sorts them by time. */
  #managers(entries: readonly Json[]): unknown {
    const key = ({ operation, manager, apiVersion, subresource }: Json) =>
      `${operation} ${manager} ${apiVersion} ${subresource ?? ''}`;
    return entries
      .filter(
        ({ manager, subresource }) =>
          manager !== 'kube-controller-manager' || subresource !== 'status' || !this.#options.withoutVersions,
      )
      .map(({ time: _, ...entry }) => this.#value(entry, []) as Json)
      .sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  #version(version: unknown): string {
    if (this.#options.withoutVersions) return '<version>';
    const number = Number(version);
    const rank = this.#versions.filter((known) => known <= number).length;
    return `<version ${rank}>`;
  }

  #value(value: unknown, path: readonly string[]): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (path.at(-1) === 'nodePort') return '<port>';
    if (Array.isArray(value)) return value.length === 0 ? null : value.map((item) => this.#value(item, path));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.#text(key), this.#value(item, [...path, key])]),
    );
  }

  #text(text: string): string {
    let result = text
      .replace(UID, (uid) => this.#uid(uid))
      .replace(TIME, '<time>')
      .replace(CLUSTER_IP, '<address>');
    for (const base of this.#bases) result = result.replace(base, (_, prefix: string) => `${prefix}<drawn>`);
    for (const [given, shown] of GIVEN_UIDS) result = result.replaceAll(given, shown);
    result = result
      .replace(
        /(cannot be handled as a \w+: )(json:|illegal base64|parsing time|quantities must|unable to parse).*/,
        '$1<words>',
      )
      .replace(/json: (cannot|unknown).*/, 'json: <words>')
      .replace(/patch: Invalid value: "(?:[^"\\]|\\.)*"/, 'patch: Invalid value: <object>')
      .replace(/(if it was previously negative\))[\s\S]*/, '$1')
      .replace(/patch: Invalid value: <object>: .*/, 'patch: Invalid value: <object>')
      .replace(/parsing time .*/, 'parsing time <words>')
      .replace('error decoding from json: ', '')
      .replace(/(convert new object \()[^/]*\//, '$1/')
      .replace(/Duplicate value: \{[^{}]*\}/g, 'Duplicate value: <struct>')
      .replace(/(Kind=\w+\)): [\s\S]*field not declared in schema[\s\S]*/, '$1: <unknown fields>')
      .replace(/(continue key is not valid).*/, '$1')
      .replace(/('Kind' is missing in ).*/, '$1<object>')
      .replace(/Invalid value: \{[^{}]*\}: (field is immutable|cannot change roleRef)/g, 'Invalid value: <struct>: $1');
    if (STRUCTS.test(result)) result = withoutStructs(result);
    if (!/version/i.test(result)) return result;
    return result.replace(VERSION, (digits) => this.#version(digits));
  }

  #uid(uid: string): string {
    if (GIVEN_UIDS.has(uid)) return uid;
    const known = this.#uids.get(uid) ?? `<uid ${this.#uids.size + 1}>`;
    this.#uids.set(uid, known);
    return known;
  }
}

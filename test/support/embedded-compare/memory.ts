import { isObject } from '../../../src/api/json.ts';
import type { KubeObject } from '../../../src/api/kube.ts';
import type { Call, Edit, Request } from './calls.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';

/** What one server has answered so far: later calls refer to it. */
export class Memory {
  readonly #objects = new Map<string, KubeObject[]>();
  readonly #lists = new Map<string, { resourceVersion?: string; continue?: string }>();

  note(call: Call, body: unknown): void {
    const { kind, verb, sub } = call;
    if (!kind || !isObject(body)) return;
    const { metadata } = body as unknown as KubeObject;
    if (verb === 'list') this.#lists.set(kind.plural, metadata as { resourceVersion?: string; continue?: string });
    if (!metadata?.uid || !metadata.name || (sub && sub !== 'status') || call.query?.dryRun) return;
    const key = `${kind.plural}/${metadata.name}`;
    const known = this.#objects.get(key) ?? [];
    const same = known[0]?.metadata.uid === metadata.uid;
    this.#objects.set(key, [...(same ? known : []), body as unknown as KubeObject]);
  }

  request(call: Call, namespace: string): Request {
    const { base, edits, ...rest } = call;
    const body = base ? this.#edited(call, namespace) : this.#filled(call.body, namespace);
    const query = this.#filled(call.query ?? {}, namespace) as NonNullable<Request['query']>;
    const name = call.name === undefined ? undefined : (this.#filled(call.name, namespace) as string);
    return { ...rest, namespace, query, ...(name && { name }), ...(body !== undefined && { body }) };
  }

  #edited({ kind, name, base, edits = [], body }: Call, namespace: string): unknown {
    const known = this.#objects.get(`${kind?.plural}/${name === '$ns' ? namespace : name}`) ?? [];
    const found = base === 'stale' ? known[0] : known.at(-1);
    let object: unknown = found ?? this.#filled(body, namespace);
    if (base === 'none') object = edited(object, { path: ['metadata', 'resourceVersion'] });
    for (const edit of edits) object = edited(object, { ...edit, value: this.#filled(edit.value, namespace) });
    return object;
  }

  #filled(value: unknown, namespace: string): unknown {
    if (typeof value === 'string') return this.#placeholder(value, namespace);
    if (Array.isArray(value)) return value.map((item) => this.#filled(item, namespace));
    if (!isObject(value)) return value;
    const entries = Object.entries(value).map(([key, item]) => [key, this.#filled(item, namespace)] as const);
    return Object.fromEntries(entries.filter(([key, item]) => item !== undefined || value[key] === undefined));
  }

  #placeholder(text: string, namespace: string): unknown {
    if (!text.startsWith('$')) return text;
    if (text.startsWith('$ns')) return namespace + text.slice(3);
    const [word = '', target = ''] = text.split(':');
    const known = this.#objects.get(target) ?? [];
    if (word === '$uid') return known.at(-1)?.metadata.uid ?? NOBODY;
    if (word === '$rv') return known.at(-1)?.metadata.resourceVersion;
    if (word === '$oldrv') return known[0]?.metadata.resourceVersion;
    if (word === '$listrv') return this.#lists.get(target)?.resourceVersion;
    if (word === '$continue') return this.#lists.get(target)?.continue;
    return text;
  }
}

/** The object with one field set or taken out. */
export function edited(value: unknown, { path, value: next }: Edit): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return next;
  if (Array.isArray(value)) {
    return value.map((item, index) => (String(index) === key ? edited(item, { path: rest, value: next }) : item));
  }
  const map = isObject(value) ? value : {};
  if (rest.length === 0 && next === undefined) {
    const { [key]: _, ...others } = map;
    return others;
  }
  return { ...map, [key]: edited(map[key], { path: rest, value: next }) };
}

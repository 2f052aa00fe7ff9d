import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeObject {
  apiVersion: string;
  kind: string;
  // Whatever a server keeps in metadata.
  metadata: Record<string, unknown> & { name: string; namespace?: string; uid: string; resourceVersion: string };
  [field: string]: unknown;
}

/** An object as it is sent, before the server filled in the rest. */
export interface Sent {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
}

export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly headers: IncomingMessage['headers'];
}

/** Answers instead of the server when it returns true. */
export type Intercept = (request: Recorded, response: ServerResponse) => boolean;

interface Stream {
  readonly collection: string;
  readonly response: ServerResponse;
}

interface Place {
  readonly collection: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** As much of an apiserver as a controller can tell: any kind, watch lists, paging, preconditions. No defaulting, no checks. */
export class FakeApiserver {
  readonly requests: Recorded[] = [];
  readonly #objects = new Map<string, Map<string, FakeObject>>();
  readonly #streams = new Set<Stream>();
  readonly #history: { readonly collection: string; readonly version: number; readonly event: unknown }[] = [];
  readonly #server: Server;
  #version = 100;
  #uid = 0;
  intercept: Intercept = () => false;
  /** Whether `sendInitialEvents` is understood. */
  streamsLists = true;

  constructor() {
    this.#server = createServer((request, response) => void this.#receive(request, response));
  }

  static async start(): Promise<FakeApiserver> {
    const fake = new FakeApiserver();
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get writes(): readonly Recorded[] {
    return this.requests.filter(({ method, path }) => method !== 'GET' && !path.includes('/events'));
  }

  async stop(): Promise<void> {
    this.dropWatches();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  dropWatches(): void {
    for (const { response } of this.#streams) response.destroy();
    this.#streams.clear();
  }

  /** Tells every watch of a collection, such as `/api/v1/pods`. */
  send(collection: string, event: unknown): void {
    for (const stream of this.#streams) {
      if (stream.collection === collection) stream.response.write(`${JSON.stringify(event)}\n`);
    }
  }

  list(collection: string): FakeObject[] {
    return [...(this.#objects.get(collection)?.values() ?? [])];
  }

  put(collection: string, object: Sent): FakeObject {
    const key = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
    const known = this.#of(collection).get(key);
    const metadata = {
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...object.metadata,
      uid: known?.metadata.uid ?? `uid-${++this.#uid}`,
      resourceVersion: String(++this.#version),
      managedFields: [{ manager: 'x', fieldsV1: { 'k:{"a":"]"}': {} } }],
    };
    const stored = { ...object, metadata } as FakeObject;
    this.#of(collection).set(key, stored);
    this.#happened(collection, { type: known ? 'MODIFIED' : 'ADDED', object: stored });
    return stored;
  }

  remove(collection: string, namespace: string | undefined, name: string): void {
    const key = `${namespace ?? ''}/${name}`;
    const known = this.#of(collection).get(key);
    this.#of(collection).delete(key);
    if (!known) return;
    const object = { ...known, metadata: { ...known.metadata, resourceVersion: String(++this.#version) } };
    this.#happened(collection, { type: 'DELETED', object });
  }

  #happened(collection: string, event: unknown): void {
    this.#history.push({ collection, version: this.#version, event });
    this.send(collection, event);
  }

  #of(collection: string): Map<string, FakeObject> {
    const known = this.#objects.get(collection) ?? new Map<string, FakeObject>();
    this.#objects.set(collection, known);
    return known;
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += chunk;
    const url = new URL(request.url ?? '/', 'http://fake');
    const recorded: Recorded = {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      body: text === '' ? undefined : JSON.parse(text),
      headers: request.headers,
    };
    this.requests.push(recorded);
    if (this.intercept(recorded, response)) return;
    const place = placeOf(url.pathname);
    if (recorded.query.get('watch')) this.#watch(place, recorded, response);
    else if (recorded.method === 'GET') this.#read(place, recorded, response);
    else answer(response, ...this.#write(place, recorded));
  }

  #watch({ collection }: Place, { query }: Recorded, response: ServerResponse): void {
    const initial = query.get('sendInitialEvents') === 'true';
    if (initial && !this.streamsLists) {
      refuse(response, 422, 'Invalid', 'sendInitialEvents: Forbidden');
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const line = (event: unknown) => response.write(`${JSON.stringify(event)}\n`);
    if (initial) {
      for (const object of this.list(collection)) line({ type: 'ADDED', object });
      const annotations = { 'k8s.io/initial-events-end': 'true' };
      line({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(this.#version), annotations } } });
    }
    const from = Number(query.get('resourceVersion') ?? 0);
    for (const past of initial ? [] : this.#history) {
      if (past.collection === collection && past.version > from) line(past.event);
    }
    const stream = { collection, response };
    this.#streams.add(stream);
    response.on('close', () => this.#streams.delete(stream));
  }

  #read({ collection, namespace, name }: Place, { query }: Recorded, response: ServerResponse): void {
    if (name !== undefined) {
      const object = this.#of(collection).get(`${namespace ?? ''}/${name}`);
      if (object) answer(response, 200, object);
      else refuse(response, 404, 'NotFound', `${name} not found`);
      return;
    }
    const start = Number(query.get('continue') ?? 0);
    const limit = Number(query.get('limit') ?? 1e9);
    const all = this.list(collection);
    const more = start + limit < all.length;
    const metadata = { resourceVersion: String(this.#version), ...(more && { continue: String(start + limit) }) };
    const items = all.slice(start, start + limit).map(({ apiVersion: _, kind: __, ...item }) => item);
    answer(response, 200, { kind: 'List', metadata, items });
  }

  #write(
    { collection, namespace, name, subresource }: Place,
    request: Recorded,
  ): readonly [code: number, body: unknown] {
    const body = (request.body ?? {}) as FakeObject & { preconditions?: { uid?: string } };
    const { method } = request;
    const target = name ?? body.metadata?.name;
    const known = this.#of(collection).get(`${namespace ?? ''}/${target}`);
    if (method === 'POST') {
      if (known) return refusal(409, 'AlreadyExists', `${target} already exists`);
      return [201, this.put(collection, body)];
    }
    if (!known && request.headers['content-type']?.includes('apply-patch')) {
      return [201, this.put(collection, body)];
    }
    if (!known) return refusal(404, 'NotFound', `${target} not found`);
    if (method === 'DELETE') {
      const uid = body.preconditions?.uid;
      if (uid && uid !== known.metadata.uid) return refusal(409, 'Conflict', 'uid differs');
      this.remove(collection, namespace, String(target));
      return [200, { kind: 'Status', status: 'Success' }];
    }
    const version = body.metadata?.resourceVersion;
    if (version && version !== known.metadata.resourceVersion) {
      return refusal(409, 'Conflict', 'the object has been modified');
    }
    const next = method === 'PUT' ? body : (merge(known, body) as FakeObject);
    const changed = subresource === 'status' ? { ...known, status: next.status } : next;
    return [200, this.put(collection, changed)];
  }
}

function placeOf(path: string): Place {
  const parts = path.split('/').filter(Boolean);
  const prefix = parts.splice(0, parts[0] === 'api' ? 2 : 3);
  const namespace = parts[0] === 'namespaces' && parts.length > 2 ? parts.splice(0, 2)[1] : undefined;
  const [plural, name, subresource] = parts;
  return { collection: `/${[...prefix, plural].join('/')}`, namespace, name, subresource };
}

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(typeof target === 'object' ? target : {}) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

export function answer(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

export function refuse(response: ServerResponse, code: number, reason: string, message: string): void {
  answer(response, ...refusal(code, reason, message));
}

function refusal(code: number, reason: string, message: string): [code: number, body: unknown] {
  return [code, { kind: 'Status', status: 'Failure', code, reason, message }];
}

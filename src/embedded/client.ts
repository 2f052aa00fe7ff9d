import { apiVersionOf, type Kind, type KubeObject } from '../api/kube.ts';
import type {
  DeleteOptions,
  KubeClient,
  ListOptions,
  ListPage,
  ObjectRef,
  PatchType,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../runtime/client.ts';
import type { Environment } from '../runtime/environment.ts';
import type { ApiServer } from './api-server.ts';
import { EventStream } from './event-stream.ts';
import type { WriteRequest } from './requests.ts';
import { bookmark } from './watch.ts';

export interface EmbeddedClientOptions {
  readonly server: ApiServer;
  readonly environment: Environment;
  /** Written to managedFields where a request names no manager. */
  readonly userAgent?: string;
}

const BOOKMARK_MS = 60_000;

/** The runtime's client over an apiserver in the same process. */
export class EmbeddedClient implements KubeClient {
  readonly #server: ApiServer;
  readonly #environment: Environment;
  readonly #manager: string | undefined;

  constructor({ server, environment, userAgent }: EmbeddedClientOptions) {
    this.#server = server;
    this.#environment = environment;
    this.#manager = userAgent?.split('/')[0];
  }

  async get(kind: Kind, ref: ObjectRef): Promise<KubeObject> {
    return this.#server.get(kind, ref);
  }

  async list(kind: Kind, options: ListOptions): Promise<ListPage> {
    return this.#server.list(kind, options);
  }

  async *watch(kind: Kind, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const { signal, timeoutSeconds } = options;
    if (signal.aborted) return;
    const stream = new EventStream<WatchEvent>();
    const request = options.sendInitialEvents ? { ...options, resourceVersionMatch: 'NotOlderThan' } : options;
    const stop = this.#server.watch(kind, request, (event) => stream.push(event));
    const cancelTimeout = this.#environment.after(timeoutSeconds * 1000, () => stream.end());
    let cancelBookmark = () => {};
    const mark = () => {
      stream.push(bookmark(apiVersionOf(kind), kind.kind, this.#server.store.revision));
      cancelBookmark = this.#environment.after(BOOKMARK_MS, mark);
    };
    cancelBookmark = this.#environment.after(BOOKMARK_MS, mark);
    const abort = () => stream.end();
    signal.addEventListener('abort', abort, { once: true });
    try {
      yield* stream;
    } finally {
      stop();
      cancelTimeout();
      cancelBookmark();
      signal.removeEventListener('abort', abort);
    }
  }

  async create(kind: Kind, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#server.create(kind, object.metadata.namespace, object, this.#request(options));
  }

  async replace(kind: Kind, object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const { name = '', namespace } = object.metadata;
    const ref = { name, ...(namespace && { namespace }) };
    return this.#server.replace(kind, ref, object, this.#request(options));
  }

  async patch(
    kind: Kind,
    ref: ObjectRef,
    type: PatchType,
    body: unknown,
    options: WriteOptions = {},
  ): Promise<KubeObject> {
    return this.#server.patch(kind, ref, type, body, this.#request(options));
  }

  async delete(kind: Kind, ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    this.#server.delete(kind, ref, options);
  }

  #request({ signal: _, ...options }: WriteOptions): WriteRequest {
    return { ...(this.#manager && { fieldManager: this.#manager }), ...options };
  }
}

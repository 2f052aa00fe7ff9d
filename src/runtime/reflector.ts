import type { Kind, KubeObject } from '../api/kube.ts';
import { type BackoffBounds, backoffMs } from './backoff.ts';
import { ApiError, type KubeClient, type WatchEvent } from './client.ts';
import { type Environment, type Instant, sleep } from './environment.ts';
import type { Logger } from './log.ts';
import { kindId } from './resource-path.ts';

/** Where a reflector puts what it sees. */
export interface ReflectorSink {
  /** Called for each object before it is kept, also while a list is still being collected. */
  project(object: KubeObject): KubeObject;
  replace(objects: readonly KubeObject[], resourceVersion: string): void;
  upsert(object: KubeObject): void;
  remove(object: KubeObject): void;
  advance(resourceVersion: string): void;
}

export interface ReflectorOptions {
  readonly client: KubeClient;
  readonly environment: Environment;
  readonly log: Logger;
  readonly kind: Kind;
  readonly namespace?: string;
  readonly labelSelector?: string;
  /** The kind may not be served: then it counts as empty, and is asked for again every few minutes. */
  readonly optional?: boolean;
  readonly sink: ReflectorSink;
}

const PAGE = 500;
const RETRY: BackoffBounds = { baseMs: 800, maxMs: 30_000 };
const NOT_SERVED_RETRY_MS = 120_000;
/** Bookmarks come about each minute: a stream that is silent for longer than this is dead. */
const SILENCE_MS = 150_000;
const INITIAL_SILENCE_MS = 30_000;
/** A watch that ends sooner than this is a server in trouble: it is not asked again at once. */
const SHORT_WATCH_MS = 1000;
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** Keeps a sink in step with the objects of one kind, whatever happens to the connection. */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #name: string;
  #streaming = true;
  #resourceVersion: string | undefined;
  #failures = 0;
  #synced = false;
  #notServed = false;
  #lastActivity: Instant;

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#name = kindId(options.kind);
    this.#lastActivity = options.environment.now();
  }

  /** Whether a full list was seen once. */
  get synced(): boolean {
    return this.#synced;
  }

  /** When the server was last heard of. */
  get lastActivity(): Instant {
    return this.#lastActivity;
  }

  /** Runs until `signal` aborts; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#resourceVersion !== undefined) await this.#watch(this.#resourceVersion, signal);
        else if (this.#streaming) await this.#watch(undefined, signal);
        else await this.#list(signal);
      } catch (error) {
        if (!signal.aborted) this.#recover(error);
      }
      if (signal.aborted) return;
      const pause = this.#pause();
      if (pause > 0) await sleep(this.#options.environment, pause, signal);
    }
  }

  #pause(): number {
    if (this.#notServed) return NOT_SERVED_RETRY_MS * (1 + this.#options.environment.random() / 5);
    if (this.#failures === 0) return 0;
    return backoffMs(RETRY, this.#failures - 1, this.#options.environment.random);
  }

  #recover(error: unknown): void {
    const { log, optional, sink } = this.#options;
    const { code, message } = error instanceof ApiError ? error : { code: 0, message: String(error) };
    if (code === 410) {
      log.info('the watch fell too far behind, listing again', { kind: this.#name });
      this.#failures += this.#resourceVersion === undefined ? 1 : 0;
      this.#resourceVersion = undefined;
      return;
    }
    if (code === 404 && optional) {
      if (!this.#notServed) log.info('the cluster does not serve this kind, doing without', { kind: this.#name });
      this.#notServed = true;
      this.#resourceVersion = undefined;
      sink.replace([], '0');
      this.#done();
      return;
    }
    const refused = code >= 400 && code < 500 && ![401, 403, 404, 408, 429].includes(code);
    if (this.#resourceVersion === undefined && this.#streaming && refused) {
      log.info('the cluster does not stream lists, paging instead', { kind: this.#name, reason: message });
      this.#streaming = false;
      return;
    }
    if (code === 404 || code === 403 || refused) this.#resourceVersion = undefined;
    this.#failures++;
    log.warn('cannot watch, trying again', { kind: this.#name, error: message, failures: this.#failures });
  }

  #done(): void {
    this.#synced = true;
    this.#alive();
  }

  #alive(): void {
    this.#lastActivity = this.#options.environment.now();
    this.#failures = 0;
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, kind, namespace, labelSelector, sink } = this.#options;
    const selection = { ...(namespace && { namespace }), ...(labelSelector && { labelSelector }), signal };
    const objects: KubeObject[] = [];
    let page = await client.list(kind, { ...selection, limit: PAGE });
    for (;;) {
      for (const item of page.items) objects.push(sink.project(item));
      if (!page.continue) break;
      page = await client.list(kind, { ...selection, limit: PAGE, continue: page.continue });
    }
    this.#accept(objects, page.resourceVersion);
  }

  #accept(objects: readonly KubeObject[], resourceVersion: string): void {
    this.#notServed = false;
    this.#options.sink.replace(objects, resourceVersion);
    this.#resourceVersion = resourceVersion;
    this.#done();
  }

  /** Without a version to resume from, the stream begins with the current state, closed by a bookmark. */
  async #watch(from: string | undefined, signal: AbortSignal): Promise<void> {
    const { client, environment, kind, namespace, labelSelector } = this.#options;
    const watchdog = new Watchdog(environment, signal);
    const started = environment.now();
    let pending: KubeObject[] | undefined = from === undefined ? [] : undefined;
    try {
      watchdog.feed(pending ? INITIAL_SILENCE_MS : SILENCE_MS);
      const events = client.watch(kind, {
        ...(namespace && { namespace }),
        ...(labelSelector && { labelSelector }),
        resourceVersion: from ?? '',
        ...(pending && { sendInitialEvents: true }),
        timeoutSeconds: Math.round(300 + environment.random() * 300),
        signal: watchdog.signal,
      });
      for await (const event of events) {
        if (signal.aborted) return;
        if (pending) pending = this.#collect(event, pending);
        else this.#take(event);
        watchdog.feed(pending ? INITIAL_SILENCE_MS : SILENCE_MS);
      }
    } finally {
      watchdog.stop();
    }
    if (signal.aborted) return;
    if (pending && watchdog.barked) this.#streaming = false;
    if (pending) throw new ApiError(0, 'Incomplete', 'the stream ended before the current state was complete');
    if (watchdog.barked) throw new ApiError(0, 'Silent', `nothing was heard for ${SILENCE_MS / 1000} s`);
    if (environment.now() - started < SHORT_WATCH_MS) this.#failures++;
  }

  /** What is still being collected; undefined once the state is complete. */
  #collect(event: WatchEvent, pending: KubeObject[]): KubeObject[] | undefined {
    this.#lastActivity = this.#options.environment.now();
    if (event.type !== 'BOOKMARK') {
      pending.push(this.#options.sink.project(event.object));
      return pending;
    }
    if (event.object.metadata.annotations?.[INITIAL_EVENTS_END] !== 'true') return pending;
    this.#accept(pending, event.object.metadata.resourceVersion ?? '');
    return undefined;
  }

  #take(event: WatchEvent): void {
    const { sink } = this.#options;
    this.#alive();
    const version = event.object.metadata.resourceVersion ?? '';
    if (event.type === 'BOOKMARK') sink.advance(version);
    else if (event.type === 'DELETED') sink.remove(sink.project(event.object));
    else sink.upsert(sink.project(event.object));
    this.#resourceVersion = version;
  }
}

/** Aborts its signal when it is not fed in time, or when the outer signal aborts. */
class Watchdog {
  readonly #environment: Environment;
  readonly #outer: AbortSignal;
  readonly #controller = new AbortController();
  readonly #abort = () => this.#controller.abort();
  #deadline: Instant = 0;
  #cancel: (() => void) | undefined;
  barked = false;

  constructor(environment: Environment, outer: AbortSignal) {
    this.#environment = environment;
    this.#outer = outer;
    if (outer.aborted) this.#abort();
    outer.addEventListener('abort', this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Feeding only moves a deadline: one timer serves any number of events. */
  feed(forMs: number): void {
    this.#deadline = this.#environment.now() + forMs;
    this.#cancel ??= this.#arm(forMs);
  }

  stop(): void {
    this.#cancel?.();
    this.#outer.removeEventListener('abort', this.#abort);
  }

  #arm(forMs: number): () => void {
    return this.#environment.after(forMs, () => {
      const left = this.#deadline - this.#environment.now();
      if (left > 0) {
        this.#cancel = this.#arm(left);
        return;
      }
      this.barked = true;
      this.#abort();
    });
  }
}

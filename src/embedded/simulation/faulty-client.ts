import type { Kind, KubeObject } from '../../api/kube.ts';
import {
  ApiError,
  type DeleteOptions,
  type KubeClient,
  type ListOptions,
  type ListPage,
  type ObjectRef,
  type PatchType,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from '../../runtime/client.ts';
import type { ApiServer } from '../api-server.ts';
import { EventStream } from '../event-stream.ts';
import type { Random } from './random.ts';
import type { ProcessEnvironment } from './virtual-time.ts';

/** How unreliable the way to the apiserver is: probabilities for each request or event. */
export interface FaultRates {
  /** A write is refused without effect. */
  readonly refused: number;
  /** A write takes effect, and its answer is lost. */
  readonly ambiguous: number;
  /** A watch ends after an event. */
  readonly dropped: number;
  /** A watch ends with 410 after an event. */
  readonly expired: number;
  /** An event takes seconds instead of milliseconds. */
  readonly delayed: number;
  /** A list shows the past. */
  readonly stale: number;
}

export const NO_FAULTS: FaultRates = { refused: 0, ambiguous: 0, dropped: 0, expired: 0, delayed: 0, stale: 0 };

export interface FaultyClientOptions {
  readonly inner: KubeClient;
  readonly server: ApiServer;
  readonly environment: ProcessEnvironment;
  readonly random: Random;
  /** Read for each request, so that faults can stop. */
  readonly rates: () => FaultRates;
  /** Told of each write that reached the server. */
  readonly onWrite?: (write: { readonly verb: string; readonly kind: Kind; readonly name: string }) => void;
}

const REFUSALS: readonly (() => ApiError)[] = [
  () => new ApiError(409, 'Conflict', 'simulated: the object has been modified'),
  () => new ApiError(429, 'TooManyRequests', 'simulated: try again later', 1),
  () => new ApiError(500, 'InternalError', 'simulated: an internal error'),
  () => new ApiError(503, 'ServiceUnavailable', 'simulated: the server is not available'),
  () => new ApiError(504, 'Timeout', 'simulated: the request timed out'),
];

const STALE_REVISIONS = 40;

/** The way from one process to the apiserver, with everything that can go wrong on it. Deterministic. */
export class FaultyClient implements KubeClient {
  readonly #options: FaultyClientOptions;

  constructor(options: FaultyClientOptions) {
    this.#options = options;
  }

  get(kind: Kind, ref: ObjectRef): Promise<KubeObject> {
    return this.#read(() => this.#options.inner.get(kind, ref));
  }

  list(kind: Kind, options: ListOptions): Promise<ListPage> {
    return this.#read(() => this.#options.inner.list(kind, this.#perhapsStale(options)));
  }

  /** A cache of the apiserver that lags behind answers lists that need not be the newest. */
  #perhapsStale(options: ListOptions): ListOptions {
    const { random, rates, server } = this.#options;
    if (options.continue || options.fieldSelector || !random.chance(rates().stale)) return options;
    const past = Math.max(server.store.compacted + 1, server.store.revision - random.between(1, STALE_REVISIONS));
    if (past <= 0 || past > server.store.revision) return options;
    return { ...options, resourceVersion: String(past), resourceVersionMatch: 'Exact' } as ListOptions;
  }

  async *watch(kind: Kind, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const { inner, environment, random, rates } = this.#options;
    await this.#travel();
    const late = new EventStream<WatchEvent>();
    const stopped = new AbortController();
    const abort = () => {
      stopped.abort();
      late.end();
    };
    options.signal.addEventListener('abort', abort, { once: true });
    let arrival = environment.trueTime;
    const relay = async () => {
      try {
        for await (const event of inner.watch(kind, { ...options, signal: stopped.signal })) {
          const { delayed, dropped, expired } = rates();
          const latency = random.chance(delayed) ? random.between(500, 5000) : random.between(1, 10);
          arrival = Math.max(arrival, environment.trueTime + latency);
          const broken = random.chance(dropped) ? 'dropped' : random.chance(expired) ? 'expired' : undefined;
          environment.after(arrival - environment.trueTime, () => {
            late.push(event);
            if (!broken) return;
            stopped.abort();
            late.end(
              broken === 'expired' ? new ApiError(410, 'Expired', 'simulated: too old resource version') : undefined,
            );
          });
        }
        environment.after(arrival - environment.trueTime, () => late.end());
      } catch (error) {
        environment.after(Math.max(0, arrival - environment.trueTime), () => late.end(error as Error));
      }
    };
    void relay();
    try {
      yield* late;
    } finally {
      stopped.abort();
      options.signal.removeEventListener('abort', abort);
    }
  }

  create(kind: Kind, object: KubeObject, options?: WriteOptions): Promise<KubeObject> {
    const { name = '', generateName = '' } = object.metadata;
    return this.#write('create', kind, name || generateName, options, () =>
      this.#options.inner.create(kind, object, options),
    );
  }

  replace(kind: Kind, object: KubeObject, options?: WriteOptions): Promise<KubeObject> {
    const { name = '' } = object.metadata;
    return this.#write('update', kind, name, options, () => this.#options.inner.replace(kind, object, options));
  }

  patch(kind: Kind, ref: ObjectRef, type: PatchType, body: unknown, options?: WriteOptions): Promise<KubeObject> {
    return this.#write('patch', kind, ref.name, options, () =>
      this.#options.inner.patch(kind, ref, type, body, options),
    );
  }

  delete(kind: Kind, ref: ObjectRef, options?: DeleteOptions): Promise<void> {
    return this.#write('delete', kind, ref.name, options, () => this.#options.inner.delete(kind, ref, options));
  }

  async #read<T>(call: () => Promise<T>): Promise<T> {
    await this.#travel();
    this.#perhapsRefuse();
    const answer = await call();
    await this.#travel();
    return answer;
  }

  async #write<T>(
    verb: string,
    kind: Kind,
    name: string,
    options: { readonly signal?: AbortSignal } | undefined,
    call: () => Promise<T>,
  ): Promise<T> {
    await this.#travel();
    if (options?.signal?.aborted) throw new ApiError(0, 'Unreachable', 'the request was given up');
    this.#perhapsRefuse();
    this.#options.onWrite?.({ verb, kind, name });
    const answer = await call();
    await this.#travel();
    const { random, rates } = this.#options;
    if (random.chance(rates().ambiguous)) throw new ApiError(0, 'Unreachable', 'simulated: the connection broke');
    return answer;
  }

  #perhapsRefuse(): void {
    const { random, rates } = this.#options;
    if (random.chance(rates().refused)) throw random.pick(REFUSALS)();
  }

  /** A process that died on the way never hears the answer. */
  #travel(): Promise<void> {
    const { environment, random } = this.#options;
    return new Promise((resolve) => {
      environment.after(random.between(1, 8), resolve);
    });
  }
}

import type { Kind, KubeObject } from '../api/kube.ts';
import { Cache, type Change } from './cache.ts';
import type { KubeClient } from './client.ts';
import { type Environment, sleep } from './environment.ts';
import type { Logger } from './log.ts';
import { type Projection, projectionOf, unionOfFields } from './projection.ts';
import { Reflector } from './reflector.ts';
import { kindId } from './resource-path.ts';

export interface InformerRequest {
  readonly kind: Kind;
  readonly labelSelector?: string;
  /** @default - the whole object */
  readonly fields?: readonly string[];
  readonly optional?: boolean;
}

export type ChangeListener = (change: Change) => void;

/** One watch, its cache, and those who want to know of changes. */
export interface Informer {
  readonly cache: Cache;
  listen(listener: ChangeListener): void;
}

class SharedInformer implements Informer {
  readonly cache = new Cache();
  readonly listeners: ChangeListener[] = [];
  request: InformerRequest;
  reflector: Reflector | undefined;

  constructor(request: InformerRequest) {
    this.request = request;
  }

  listen(listener: ChangeListener): void {
    this.listeners.push(listener);
  }

  tell(changes: readonly Change[]): void {
    for (const change of changes) {
      for (const listener of this.listeners) listener(change);
    }
  }
}

export interface InformersOptions {
  readonly client: KubeClient;
  readonly environment: Environment;
  readonly log: Logger;
  /** @default - all namespaces */
  readonly namespace?: string;
}

/** One informer for each kind and selector, shared by every domain. All are asked for before `start`. */
export class Informers {
  readonly #options: InformersOptions;
  readonly #informers = new Map<string, SharedInformer>();

  constructor(options: InformersOptions) {
    this.#options = options;
  }

  request(request: InformerRequest): Informer {
    const id = `${kindId(request.kind)}?${request.labelSelector ?? ''}`;
    const known = this.#informers.get(id);
    if (!known) {
      const informer = new SharedInformer(request);
      this.#informers.set(id, informer);
      return informer;
    }
    const fields = unionOfFields(known.request.fields, request.fields);
    const { fields: _, ...rest } = known.request;
    const optional = (known.request.optional ?? false) && (request.optional ?? false);
    known.request = { ...rest, optional, ...(fields && { fields }) };
    return known;
  }

  /** Runs every watch until `signal` aborts. */
  start(signal: AbortSignal): Promise<void> {
    const running = [...this.#informers.values()].map((informer) => this.#run(informer, signal));
    return Promise.all(running).then(() => {});
  }

  /** Kinds whose current state is not known yet. */
  unsynced(): readonly string[] {
    return [...this.#informers].filter(([, informer]) => !informer.reflector?.synced).map(([id]) => id);
  }

  /** Kinds of which nothing was heard for `silenceMs`, though bookmarks come each minute. */
  silent(silenceMs: number): readonly string[] {
    const since = this.#options.environment.now() - silenceMs;
    return [...this.#informers]
      .filter(([, { reflector, request }]) => !request.optional && (reflector?.lastActivity ?? since) < since)
      .map(([id]) => id);
  }

  /** Objects held, by kind and selector. */
  sizes(): ReadonlyMap<string, number> {
    return new Map([...this.#informers].map(([id, informer]) => [id, informer.cache.size]));
  }

  async waitForSync(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.unsynced().length > 0) await sleep(this.#options.environment, 20, signal);
  }

  #run(informer: SharedInformer, signal: AbortSignal): Promise<void> {
    const { client, environment, log, namespace } = this.#options;
    const { kind, labelSelector, optional, fields } = informer.request;
    const project: Projection = projectionOf(fields);
    const { cache } = informer;
    informer.reflector = new Reflector({
      client,
      environment,
      log,
      kind,
      ...(namespace && kind.namespaced && { namespace }),
      ...(labelSelector && { labelSelector }),
      ...(optional && { optional }),
      sink: {
        project,
        replace: (objects, version) => informer.tell(cache.replace(objects, version)),
        upsert: (object: KubeObject) => informer.tell(cache.upsert(object)),
        remove: (object: KubeObject) => informer.tell(cache.remove(object)),
        advance: (version) => cache.advance(version),
      },
    });
    return informer.reflector.run(signal);
  }
}

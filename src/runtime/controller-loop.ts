import { apiVersionOf, controllerOf, type KubeObject, keyOf } from '../api/kube.ts';
import type { Cache, Change } from './cache.ts';
import type { KubeClient } from './client.ts';
import type { Domain } from './domain.ts';
import type { Environment, Instant } from './environment.ts';
import type { EventRecorder } from './events.ts';
import type { Informers } from './informers.ts';
import { deepEqual } from './json.ts';
import type { Logger } from './log.ts';
import type { Metrics, ReconcileResult } from './metrics.ts';
import { OwnWrites } from './own-writes.ts';
import { WorkQueue } from './queue.ts';
import { type Outcome, reconcile, type Workshop } from './reconcile.ts';
import { kindId } from './resource-path.ts';

export interface LoopOptions {
  readonly domain: Domain;
  readonly client: KubeClient;
  readonly environment: Environment;
  readonly informers: Informers;
  readonly events: EventRecorder;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly fieldManager: string;
  readonly workers?: number;
  /** How long changes of children gather before one look at their owner, in milliseconds. @default 100 */
  readonly gatherMs?: number;
  readonly timeoutMs?: number;
}

/** Own writes usually arrive within milliseconds; this is for when their event never comes. */
const BEHIND_RETRY_MS = 1000;
const CONFLICT_RETRY_MS = 50;
/** A plan that asks to be woken in the past is not asked again and again without a pause. */
const WAKE_MIN_MS = 20;
const TERMINAL_RETRY_MS = 60_000;

/** One domain at work: its watches feed its queue, its queue feeds {@link reconcile}. */
export class ControllerLoop {
  readonly #options: LoopOptions;
  readonly #name: string;
  readonly #queue: WorkQueue;
  readonly #workshop: Workshop;
  /** For each lookup: the owners that depend on a key, and what each owner depends on. */
  readonly #dependants: Map<string, Set<string>>[];
  readonly #dependencies: Map<string, readonly string[]>[];

  constructor(options: LoopOptions) {
    const { domain, client, environment, informers, events, metrics, fieldManager, timeoutMs } = options;
    this.#options = options;
    this.#name = domain.kind.kind.toLowerCase();
    this.#queue = new WorkQueue({
      environment,
      observer: metrics.queue(this.#name),
      ...(options.workers && { workers: options.workers }),
    });
    metrics.declare(domain.counters ?? []);
    const reads = domain.reads ?? [];
    this.#dependants = reads.map(() => new Map());
    this.#dependencies = reads.map(() => new Map());

    const own = informers.request({ kind: domain.kind });
    own.listen((change) => this.#onObject(change));
    metrics.sample(domain, () => own.cache.values());
    const watched = domain.owns.filter(({ draw }) => draw === undefined);
    const owned = watched.map(({ kind, fields, labelSelector, optional }) => {
      const informer = informers.request({
        kind,
        ...(labelSelector && { labelSelector }),
        ...(optional && { optional }),
        ...(fields && { fields }),
      });
      informer.listen((change) => this.#onChild(change));
      return informer.cache;
    });
    const lookups = reads.map(({ kind, fields, labelSelector, optional }, index) => {
      const informer = informers.request({
        kind,
        ...(labelSelector && { labelSelector }),
        ...(optional && { optional }),
        ...(fields && { fields }),
      });
      informer.listen((change) => this.#onLookup(index, change));
      return informer.cache;
    });
    const caches = new Map<string, Cache>([[kindId(domain.kind), own.cache]]);
    for (const [index, { kind }] of watched.entries()) caches.set(kindId(kind), owned[index]!);
    this.#workshop = {
      domain,
      client,
      environment,
      objects: own.cache,
      owned,
      lookups,
      ownWrites: new OwnWrites((id) => caches.get(id)),
      events,
      metrics,
      fieldManager,
      ...(timeoutMs && { timeoutMs }),
      abandoned: new Set(),
      depends: (key, lookup, keys) => this.#depend(key, lookup, keys),
    };
  }

  get idle(): boolean {
    return this.#queue.idle;
  }

  start(): void {
    this.#queue.start((key) => this.#work(key));
  }

  /** Takes no more work; resolves when what is under way is done. */
  stop(): Promise<void> {
    return this.#queue.stop();
  }

  async #work(key: string): Promise<void> {
    const { environment, metrics } = this.#options;
    const started = environment.now();
    metrics.working(this.#name, 1);
    const outcome = await reconcile(key, this.#workshop, this.#queue.failures(key));
    metrics.working(this.#name, -1);
    metrics.reconciled(this.#name, this.#settle(key, outcome), (environment.now() - started) / 1000);
  }

  #settle(key: string, outcome: Outcome): ReconcileResult {
    const { log, metrics } = this.#options;
    switch (outcome.type) {
      case 'gone':
        this.#queue.forget(key);
        for (const lookup of this.#dependants.keys()) this.#depend(key, lookup, []);
        return 'success';
      case 'settled':
        this.#queue.forget(key);
        this.#wake(key, outcome.wakeAt);
        return outcome.wakeAt === undefined ? 'success' : 'requeue_after';
      case 'abandoned':
        log.info('the namespace is being deleted; the object is left to go with it', {
          controller: this.#name,
          object: key,
        });
        this.#queue.forget(key);
        return 'success';
      case 'behind':
        this.#queue.addAfter(key, BEHIND_RETRY_MS);
        return 'requeue_after';
      case 'conflict':
        this.#queue.addAfter(key, CONFLICT_RETRY_MS);
        return 'requeue';
      case 'failed': {
        const { error, terminal, wakeAt } = outcome;
        this.#wake(key, wakeAt);
        log.error('reconcile failed', { controller: this.#name, object: key, error, terminal });
        if (!terminal) this.#queue.retry(key);
        else {
          metrics.terminalError(this.#name);
          this.#queue.addAfter(key, TERMINAL_RETRY_MS);
        }
        return 'error';
      }
    }
  }

  #wake(key: string, at: Instant | undefined): void {
    if (at !== undefined) this.#queue.addAfter(key, Math.max(WAKE_MIN_MS, at - this.#options.environment.now()));
  }

  #onObject(change: Change): void {
    const { object } = change;
    const key = keyOf(object.metadata);
    if (change.type === 'added') this.#queue.add(key, change.initial ? 'low' : 'normal');
    else if (change.type === 'deleted') {
      this.#workshop.ownWrites.forget(object.metadata.uid ?? '');
      this.#workshop.abandoned.delete(object.metadata.uid ?? '');
      this.#queue.add(key);
    } else if (statusAlone(change.previous, object)) this.#gather(key);
    else this.#queue.add(key);
  }

  #onChild({ object }: Change): void {
    const owner = controllerOf(object);
    const { kind } = this.#options.domain;
    if (owner?.kind !== kind.kind || groupOf(owner.apiVersion) !== groupOf(apiVersionOf(kind))) return;
    this.#gather(keyOf({ name: owner.name, ...(kind.namespaced && { namespace: object.metadata.namespace ?? '' }) }));
  }

  /** A heartbeat that changes no field anybody reads wakes nobody. */
  #onLookup(lookup: number, change: Change): void {
    const { object } = change;
    if (change.type === 'updated' && sameBesidesVersion(change.previous, object)) return;
    const by = this.#options.domain.reads?.[lookup]?.by ?? 'name';
    const found = by === 'name' ? keyOf(object.metadata) : controllerOf(object)?.uid;
    for (const key of this.#dependants[lookup]?.get(found ?? '') ?? []) this.#gather(key);
  }

  #gather(key: string): void {
    this.#queue.addAfter(key, this.#options.gatherMs ?? 100);
  }

  #depend(key: string, lookup: number, keys: readonly string[]): void {
    const dependants = this.#dependants[lookup];
    const dependencies = this.#dependencies[lookup];
    const before = dependencies?.get(key) ?? [];
    if (!dependants || !dependencies || deepEqual(before, keys)) return;
    for (const other of before) {
      const owners = dependants.get(other);
      owners?.delete(key);
      if (owners?.size === 0) dependants.delete(other);
    }
    for (const other of keys) dependants.set(other, (dependants.get(other) ?? new Set()).add(key));
    if (keys.length > 0) dependencies.set(key, keys);
    else dependencies.delete(key);
  }
}

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');

/** A write of the status, most often our own; anything else deserves a look at once. */
function statusAlone(previous: KubeObject, object: KubeObject): boolean {
  const { metadata: before } = previous;
  const { metadata: after } = object;
  return (
    before.generation === after.generation &&
    before.deletionTimestamp === after.deletionTimestamp &&
    deepEqual(before.labels, after.labels) &&
    deepEqual(before.annotations, after.annotations)
  );
}

const sameBesidesVersion = (before: KubeObject, after: KubeObject): boolean =>
  deepEqual(before, { ...after, metadata: { ...after.metadata, resourceVersion: before.metadata.resourceVersion } });

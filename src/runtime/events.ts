import { EVENT } from '../api/kinds.ts';
import { apiVersionOf, type KubeObject } from '../api/kube.ts';
import { microTimestamp } from '../api/timestamp.ts';
import type { KubeClient } from './client.ts';
import type { PlannedEvent } from './domain.ts';
import type { Cancel, Environment, Instant } from './environment.ts';
import type { Logger } from './log.ts';
import { TokenBucket } from './token-bucket.ts';

export interface RecorderOptions {
  readonly client: KubeClient;
  readonly environment: Environment;
  readonly log: Logger;
  /** Who reports: the controller's name and, say, its pod's. */
  readonly controller: string;
  readonly instance: string;
  readonly onDrop?: (reason: 'rate' | 'backlog' | 'refused') => void;
}

/** Events for one object: so many at once, then one every five minutes, as client-go allows. */
const BURST = 25;
const REFILL_PER_SECOND = 1 / 300;
/** A repetition within this time counts up a series instead of making another Event. */
const SERIES_MS = 360_000;
/** A series is written at most this often. */
const SERIES_FLUSH_MS = 10_000;
const REMEMBERED = 2048;
const BACKLOG = 1000;
const SENDERS = 4;
const ACTION = 'Reconcile';
const TERSE = { metadataOnly: true, fieldValidation: 'Ignore' } as const;

interface Series {
  readonly namespace: string;
  readonly name: string;
  /** Whether the Event itself was accepted; only then can it be patched. */
  created: boolean;
  count: number;
  lastAt: Instant;
  flushing: boolean;
}

/** Writes events.k8s.io/v1 Events in the background; a reconcile never waits for one, nor fails for one. */
export class EventRecorder {
  readonly #options: RecorderOptions;
  readonly #series = new Map<string, Series>();
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #backlog: (() => Promise<void>)[] = [];
  readonly #timers = new Set<Cancel>();
  #sending = 0;
  #lastStamp = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  record(object: KubeObject, event: PlannedEvent): void {
    const { environment } = this.#options;
    const uid = object.metadata.uid ?? '';
    const id = [uid, event.type, event.reason, event.message].join('\n');
    const now = environment.now();
    const known = this.#series.get(id);
    if (known && now - known.lastAt < SERIES_MS) {
      known.count++;
      known.lastAt = now;
      this.#flushLater(known);
      return;
    }
    if (!this.#bucket(uid).tryTake()) {
      this.#options.onDrop?.('rate');
      return;
    }
    const name = `${(object.metadata.name ?? 'object').slice(0, 230)}.${this.#stamp(now).toString(16)}`;
    const series: Series = {
      namespace: object.metadata.namespace ?? 'default',
      name,
      created: false,
      count: 1,
      lastAt: now,
      flushing: false,
    };
    remember(this.#series, id, series);
    this.#enqueue(async () => {
      await this.#options.client.create(EVENT, this.#eventObject(object, event, series, now), TERSE);
      series.created = true;
    });
  }

  /** Nothing left to send. */
  get idle(): boolean {
    return this.#sending === 0 && this.#backlog.length === 0;
  }

  /** Gives up what has not been counted into a series yet. */
  stop(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  /** The time in microseconds, guessed below the millisecond and never the same twice: two events of one name were one. */
  #stamp(now: Instant): number {
    const guess = Math.floor(now * 1000 + this.#options.environment.random() * 1000);
    this.#lastStamp = Math.max(guess, this.#lastStamp + 1);
    return this.#lastStamp;
  }

  #eventObject(object: KubeObject, event: PlannedEvent, { namespace, name }: Series, now: Instant): KubeObject {
    const { metadata } = object;
    const regarding = {
      apiVersion: object.apiVersion,
      kind: object.kind,
      ...(metadata.namespace && { namespace: metadata.namespace }),
      name: metadata.name,
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
    };
    return {
      apiVersion: apiVersionOf(EVENT),
      kind: EVENT.kind,
      metadata: { namespace, name },
      eventTime: microTimestamp(now),
      reportingController: this.#options.controller,
      reportingInstance: this.#options.instance.slice(0, 128),
      action: ACTION,
      reason: event.reason.slice(0, 128),
      type: event.type,
      note: event.message.slice(0, 1024),
      regarding,
    } as KubeObject;
  }

  #flushLater(series: Series): void {
    if (series.flushing) return;
    series.flushing = true;
    const cancel = this.#options.environment.after(SERIES_FLUSH_MS, () => {
      this.#timers.delete(cancel);
      series.flushing = false;
      if (!series.created) return;
      const { namespace, name, count, lastAt } = series;
      const body = { series: { count, lastObservedTime: microTimestamp(lastAt) } };
      this.#enqueue(async () => {
        await this.#options.client.patch(EVENT, { namespace, name }, 'merge', body);
      });
    });
    this.#timers.add(cancel);
  }

  #bucket(uid: string): TokenBucket {
    const known = this.#buckets.get(uid);
    if (known) return known;
    const fresh = new TokenBucket(this.#options.environment, REFILL_PER_SECOND, BURST);
    remember(this.#buckets, uid, fresh);
    return fresh;
  }

  #enqueue(send: () => Promise<void>): void {
    if (this.#backlog.length >= BACKLOG) {
      this.#options.onDrop?.('backlog');
      return;
    }
    this.#backlog.push(send);
    if (this.#sending < SENDERS) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#sending++;
    for (let send = this.#backlog.shift(); send; send = this.#backlog.shift()) {
      try {
        await send();
      } catch (error) {
        this.#options.onDrop?.('refused');
        this.#options.log.debug('an event was not accepted', { error: (error as Error).message });
      }
    }
    this.#sending--;
  }
}

/** Keeps the newest entries of a map, oldest out first. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= REMEMBERED) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

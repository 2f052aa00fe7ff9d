import { type BackoffBounds, backoffMs } from './backoff.ts';
import { DelayHeap } from './delay-heap.ts';
import type { Cancel, Environment, Instant } from './environment.ts';

/** What a queue reports, for metrics. */
export interface QueueObserver {
  added(): void;
  retried(): void;
  depth(waiting: number): void;
  /** Seconds a key waited until its work began. */
  waited(seconds: number): void;
  /** Seconds its work took. */
  worked(seconds: number): void;
}

export interface QueueOptions {
  readonly environment: Environment;
  /** Keys worked on at the same time. @default 16 */
  readonly workers?: number;
  /** @default - 5 ms to 1000 s */
  readonly backoff?: BackoffBounds;
  readonly observer?: QueueObserver;
}

/** `low` is for work that may wait until everything else is done, such as the first look at old objects. */
export type Priority = 'normal' | 'low';

/**
 * Work by key: a key waits once however often it is added, is worked on by one worker at a time, and is worked on
 * again when it was added meanwhile.
 */
export class WorkQueue {
  readonly #options: QueueOptions;
  readonly #ready: Record<Priority, Set<string>> = { normal: new Set(), low: new Set() };
  readonly #since = new Map<string, Instant>();
  readonly #processing = new Map<string, Promise<void>>();
  readonly #again = new Map<string, Priority>();
  readonly #delayed = new DelayHeap();
  readonly #failures = new Map<string, number>();
  #timer: { readonly at: Instant; readonly cancel: Cancel } | undefined;
  #work: ((key: string) => Promise<void>) | undefined;
  #stopped = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Keys ready and not yet worked on. */
  get depth(): number {
    return this.#ready.normal.size + this.#ready.low.size;
  }

  /** Nothing ready, nothing under way; delayed keys do not count. */
  get idle(): boolean {
    return this.depth === 0 && this.#processing.size === 0;
  }

  add(key: string, priority: Priority = 'normal'): void {
    if (this.#stopped) return;
    if (this.#processing.has(key)) {
      if (!this.#again.has(key)) this.#options.observer?.added();
      if (this.#again.get(key) !== 'normal') this.#again.set(key, priority);
      return;
    }
    if (this.#ready.normal.has(key)) return;
    if (this.#ready.low.has(key)) {
      if (priority === 'low') return;
      this.#ready.low.delete(key);
    } else {
      this.#options.observer?.added();
      this.#since.set(key, this.#options.environment.now());
    }
    this.#ready[priority].add(key);
    this.#pump();
  }

  /** Adds the key later; an earlier moment that is already planned stays. */
  addAfter(key: string, delayMs: number): void {
    if (this.#stopped) return;
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    this.#delayed.add(key, this.#options.environment.now() + delayMs);
    this.#arm();
  }

  /** Adds the key after a wait that doubles with each failure in a row; {@link forget} ends the row. */
  retry(key: string): void {
    const failures = this.failures(key);
    this.#failures.set(key, failures + 1);
    this.#options.observer?.retried();
    const bounds = this.#options.backoff ?? { baseMs: 5, maxMs: 1_000_000 };
    this.addAfter(key, backoffMs(bounds, failures, this.#options.environment.random));
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Begins to work; `work` must not throw. */
  start(work: (key: string) => Promise<void>): void {
    this.#work = work;
    this.#pump();
  }

  /** Takes no more work and resolves when what is under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#ready.normal.clear();
    this.#ready.low.clear();
    await Promise.all(this.#processing.values());
  }

  #pump(): void {
    const workers = this.#options.workers ?? 16;
    while (this.#work && !this.#stopped && this.#processing.size < workers) {
      const key = this.#next();
      if (key === undefined) break;
      const work = this.#work;
      this.#processing.set(
        key,
        Promise.resolve().then(() => this.#run(key, work)),
      );
    }
    this.#options.observer?.depth(this.depth);
  }

  #next(): string | undefined {
    const from = this.#ready.normal.size > 0 ? this.#ready.normal : this.#ready.low;
    const [key] = from;
    if (key !== undefined) from.delete(key);
    return key;
  }

  async #run(key: string, work: (key: string) => Promise<void>): Promise<void> {
    const { environment, observer } = this.#options;
    const started = environment.now();
    observer?.waited((started - (this.#since.get(key) ?? started)) / 1000);
    this.#since.delete(key);
    try {
      await work(key);
    } finally {
      observer?.worked((environment.now() - started) / 1000);
      this.#processing.delete(key);
      const priority = this.#again.get(key);
      if (this.#again.delete(key) && !this.#stopped) {
        this.#since.set(key, environment.now());
        this.#ready[priority ?? 'normal'].add(key);
      }
      this.#pump();
    }
  }

  #arm(): void {
    const at = this.#delayed.next;
    if (at === undefined || (this.#timer && this.#timer.at <= at)) return;
    this.#timer?.cancel();
    const { environment } = this.#options;
    // Timers of the platform overflow beyond 2^31 ms.
    const wait = Math.min(Math.max(0, at - environment.now()), 2 ** 31 - 1);
    this.#timer = { at, cancel: environment.after(wait, () => this.#release()) };
  }

  #release(): void {
    this.#timer = undefined;
    const now = this.#options.environment.now();
    for (let key = this.#delayed.takeDue(now); key !== undefined; key = this.#delayed.takeDue(now)) this.add(key);
    this.#arm();
  }
}

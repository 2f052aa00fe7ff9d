import type { Cancel, Environment, Instant } from '../../runtime/environment.ts';
import { Heap } from '../../runtime/heap.ts';
import type { Random } from './random.ts';

interface Timer {
  readonly at: Instant;
  readonly order: number;
  readonly task: () => void;
}

/** Time that passes only when it is told to, in the order of its timers. */
export class VirtualTime {
  #now: Instant;
  #order = 0;
  readonly #timers = new Heap<Timer>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order));

  constructor(start: Instant) {
    this.#now = start;
  }

  get now(): Instant {
    return this.#now;
  }

  /** When the next timer is due; undefined when there is none. */
  get next(): Instant | undefined {
    return this.#timers.first?.at;
  }

  after(delayMs: number, task: () => void): Cancel {
    let live = true;
    this.#timers.push({ at: this.#now + Math.max(0, delayMs), order: this.#order++, task: () => live && task() });
    return () => {
      live = false;
    };
  }

  /**
   * Runs the next timer and everything that follows from it without time passing. False when there was none, or none
   * before `until`.
   */
  async step(until: Instant = Number.POSITIVE_INFINITY): Promise<boolean> {
    if (!this.advance(until)) return false;
    await settled();
    return true;
  }

  /** As {@link step}, for tasks that wait for no promise. */
  advance(until: Instant = Number.POSITIVE_INFINITY): boolean {
    const next = this.#timers.first;
    if (!next || next.at > until) return false;
    this.#timers.pop();
    this.#now = Math.max(this.#now, next.at);
    next.task();
    return true;
  }

  /** Runs what is due until `until`, which is then the time. */
  async runUntil(until: Instant): Promise<void> {
    while (await this.step(until));
    this.#now = Math.max(this.#now, until);
  }
}

/** Resolves when every promise that can go on without time passing has gone on. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One process in virtual time: its clock may be wrong, it may stand still, and when it dies nothing of it goes on. */
export class ProcessEnvironment implements Environment {
  readonly #time: VirtualTime;
  readonly #random: Random;
  #alive = true;
  #frozenUntil: Instant = 0;
  readonly #deferred: (() => void)[] = [];
  /** How far its clock is ahead, in milliseconds; may be changed at any time. */
  skewMs = 0;

  constructor(time: VirtualTime, random: Random) {
    this.#time = time;
    this.#random = random;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** From now on none of its timers fires. */
  kill(): void {
    this.#alive = false;
  }

  /** What is due meanwhile happens when it goes on. */
  freeze(forMs: number): void {
    this.#frozenUntil = Math.max(this.#frozenUntil, this.#time.now + forMs);
  }

  now(): Instant {
    return this.#time.now + this.skewMs;
  }

  /** The time that no wrong clock changes: that of the network between processes. */
  get trueTime(): Instant {
    return this.#time.now;
  }

  /** May be passed on by itself. */
  readonly random = (): number => this.#random.next();

  after(delayMs: number, task: () => void): Cancel {
    let cancelled = false;
    const run = () => {
      if (cancelled || !this.#alive) return;
      if (this.#time.now < this.#frozenUntil) this.#defer(run);
      else task();
    };
    this.#time.after(delayMs, run);
    return () => {
      cancelled = true;
    };
  }

  /** What became due while it stood still happens in the order in which it became due. */
  #defer(run: () => void): void {
    this.#deferred.push(run);
    if (this.#deferred.length === 1) this.#time.after(this.#frozenUntil - this.#time.now, () => this.#thaw());
  }

  #thaw(): void {
    const left = this.#frozenUntil - this.#time.now;
    if (left > 0) {
      this.#time.after(left, () => this.#thaw());
      return;
    }
    for (const run of this.#deferred.splice(0)) this.#time.after(0, run);
  }
}

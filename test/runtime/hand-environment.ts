import type { Cancel, Environment, Instant } from '../../src/runtime/environment.ts';

/** Time that passes only when told to, and chance that is always the same. */
export class HandEnvironment implements Environment {
  #now: Instant = 1_000_000;
  #timers: { readonly at: Instant; readonly task: () => void }[] = [];

  now(): Instant {
    return this.#now;
  }

  random(): number {
    return 0.5;
  }

  after(delayMs: number, task: () => void): Cancel {
    const timer = { at: this.#now + delayMs, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets time pass, runs what falls due in order, and lets promises settle after each. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await settle();
      const due = this.#timers.filter(({ at }) => at <= until).sort((left, right) => left.at - right.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#now = Math.max(this.#now, due.at);
      due.task();
    }
    this.#now = until;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

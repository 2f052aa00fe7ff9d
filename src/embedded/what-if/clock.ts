import type { Cancel, Instant } from '../../runtime/environment.ts';
import { VirtualTime } from '../simulation/virtual-time.ts';

/** Virtual time that knows whether anything is still to come that matters to a job. */
export class Clock {
  readonly #time: VirtualTime;
  #awaited = 0;

  constructor(start: Instant) {
    this.#time = new VirtualTime(start);
  }

  get now(): Instant {
    return this.#time.now;
  }

  /** Runs a task later. A job may be waiting for it: time goes on until it has run. */
  after(delayMs: number, task: () => void): Cancel {
    let live = true;
    this.#awaited++;
    const done = () => {
      if (!live) return false;
      live = false;
      this.#awaited--;
      return true;
    };
    const cancel = this.#time.after(delayMs, () => done() && task());
    return () => done() && cancel();
  }

  /** Runs a task later, if there is anything else to go on for. */
  aside(delayMs: number, task: () => void): Cancel {
    return this.#time.after(delayMs, task);
  }

  /** Lets everything happen that is due at the next moment; false when nothing is to come before `until`. */
  tick(until: Instant): boolean {
    const { next } = this.#time;
    if (this.#awaited === 0 || next === undefined || next > until) return false;
    while (this.#time.next === next) this.#time.advance(next);
    return true;
  }
}

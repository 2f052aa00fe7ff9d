import { type Environment, sleep } from './environment.ts';

/** Lets `burst` callers through at once, then `perSecond` each second, in the order they came. */
export class TokenBucket {
  readonly #environment: Environment;
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(environment: Environment, perSecond: number, burst: number) {
    this.#environment = environment;
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = environment.now();
  }

  /** Takes one token if there is one. */
  tryTake(): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Takes one token, waiting for it. */
  async take(signal?: AbortSignal): Promise<void> {
    this.#refill();
    this.#tokens -= 1;
    if (this.#tokens >= 0) return;
    await sleep(this.#environment, (-this.#tokens / this.#perSecond) * 1000, signal);
  }

  #refill(): void {
    const now = this.#environment.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (Math.max(0, now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
  }
}

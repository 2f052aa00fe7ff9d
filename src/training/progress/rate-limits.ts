import type { Environment } from '../../runtime/environment.ts';
import { TokenBucket } from '../../runtime/token-bucket.ts';

export interface RateLimitsOptions {
  readonly environment: Environment;
  /** Each key's posts a second, in the long run. @default 1 */
  readonly perSecond?: number;
  /** How many may come at once. @default 5 */
  readonly burst?: number;
  /** Keys that are told apart; the one that is longest unheard of is forgotten. @default 4096 */
  readonly most?: number;
}

/** A token bucket for each of a bounded number of keys. */
export class RateLimits {
  readonly #options: RateLimitsOptions;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(options: RateLimitsOptions) {
    this.#options = options;
  }

  /** Whether one more is let through now. */
  allows(key: string): boolean {
    const { environment, perSecond = 1, burst = 5, most = 4096 } = this.#options;
    const bucket = this.#buckets.get(key) ?? new TokenBucket(environment, perSecond, burst);
    this.#buckets.delete(key);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size >= most && oldest !== undefined) this.#buckets.delete(oldest);
    this.#buckets.set(key, bucket);
    return bucket.tryTake();
  }
}

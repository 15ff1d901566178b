import { setTimeout as sleep } from 'node:timers/promises';

export interface TokenBucketOptions {
  /** Tokens added each second. */
  perSecond: number;
  /** Tokens of a full bucket. */
  burst: number;
}

/**
 * A token bucket: `burst` events at once, `perSecond` on average. Faster events wait, because they may be
 * the visitor's typing. The queue limits how many wait.
 *
 * @see https://en.wikipedia.org/wiki/Token_bucket
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #filled = Date.now();

  constructor({ perSecond, burst }: TokenBucketOptions) {
    this.#perSecond = perSecond;
    this.#burst = this.#tokens = burst;
  }

  /** Returns undefined if the event may run at once. */
  take(): Promise<void> | undefined {
    const now = Date.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#filled) / 1000) * this.#perSecond);
    this.#filled = now;
    this.#tokens--;
    if (this.#tokens >= 0) return undefined;
    return sleep((-this.#tokens / this.#perSecond) * 1000);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';

export interface TokenBucketOptions {
  /** Tokens added each second. */
  perSecond: number;
  /** Tokens of a full bucket. */
  burst: number;
}

/**
 * A token bucket: `burst` at once, `perSecond` in the long run. What comes faster waits, as it may be
 * the visitor's typing; how much may wait is the queue's limit.
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

  /** Undefined: go on at once. */
  take(): Promise<void> | undefined {
    const now = Date.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#filled) / 1000) * this.#perSecond);
    this.#filled = now;
    this.#tokens--;
    if (this.#tokens >= 0) return undefined;
    return sleep((-this.#tokens / this.#perSecond) * 1000);
  }
}

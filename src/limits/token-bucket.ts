import { setTimeout as sleep } from 'node:timers/promises';

export interface TokenBucketOptions {
  /** Tokens added per second. */
  perSecond: number;
  /** Tokens of a full bucket. */
  burst: number;
}

/**
 * Delays work beyond `burst` at once and `perSecond` on average. The work waits instead of being refused,
 * because it may be the visitor's typing. The queue in front limits how much work waits.
 *
 * @see https://en.wikipedia.org/wiki/Token_bucket
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  /** Monotonic, because the system clock may be set back. */
  #filled = performance.now();

  constructor({ perSecond, burst }: TokenBucketOptions) {
    this.#perSecond = perSecond;
    this.#burst = this.#tokens = burst;
  }

  /** Takes `cost` tokens. Returns undefined if the bucket had them, else a promise that resolves when they are due. */
  take(cost = 1): Promise<void> | undefined {
    this.#fill();
    this.#tokens -= cost;
    if (this.#tokens >= 0) return undefined;
    return sleep((-this.#tokens / this.#perSecond) * 1000, undefined, { ref: false });
  }

  /** Takes `cost` tokens if the bucket has them. Returns false, and takes none, if it does not. */
  tryTake(cost: number): boolean {
    this.#fill();
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }

  #fill(): void {
    const now = performance.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#filled) / 1000) * this.#perSecond);
    this.#filled = now;
  }
}

import type { Limit } from './client-limit.js';
import { KeyedCounter } from './keyed-counter.js';

interface HeldLimitSettings {
  total: Limit;
  perAddress: Limit;
  /** The error of a reached limit. */
  LimitReached: new (
    max: number,
    option: string,
  ) => Error;
}

/** Adds up what holders keep in memory, in total and per address. */
export class HeldLimit {
  readonly #settings: HeldLimitSettings;
  readonly #perAddress = new KeyedCounter();
  #total = 0;

  constructor(settings: HeldLimitSettings) {
    this.#settings = settings;
  }

  /**
   * Replaces the amount of one holder.
   *
   * @param key of the holder's address: `addressKey`
   * @throws `LimitReached` if the amount grows and would exceed a limit
   */
  replace(key: string, before: number, after: number): void {
    const growth = after - before;
    if (growth > 0) this.#assertRoom(key, growth);
    this.#total += growth;
    this.#perAddress.add(key, growth);
  }

  #assertRoom(key: string, growth: number): void {
    const { total, perAddress, LimitReached } = this.#settings;
    if (this.#total + growth > total.max) throw new LimitReached(total.max, total.option);
    if (this.#perAddress.get(key) + growth > perAddress.max)
      throw new LimitReached(perAddress.max, perAddress.option);
  }
}

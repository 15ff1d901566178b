import { addressKey } from './address-key.js';
import { KeyedCounter } from './keyed-counter.js';

/** A maximum, and the option that sets it. */
export interface Limit {
  option: string;
  max: number;
}

interface ClientLimitSettings {
  total: Limit;
  perAddress: Limit;
  /** The error of a reached limit. */
  LimitReached: new (
    max: number,
    option: string,
  ) => Error;
}

/** Counts concurrent clients, or adds up what they hold, in total and per address. */
export class ClientLimit {
  readonly #settings: ClientLimitSettings;
  readonly #perAddress = new KeyedCounter();
  #total = 0;

  constructor(settings: ClientLimitSettings) {
    this.#settings = settings;
  }

  /** @throws `LimitReached` if one more client, or this amount more, would exceed a limit */
  assertRoom(ip: string, amount = 1): void {
    const { total, perAddress, LimitReached } = this.#settings;
    if (this.#total + amount > total.max) throw new LimitReached(total.max, total.option);
    if (this.#perAddress.get(addressKey(ip)) + amount > perAddress.max)
      throw new LimitReached(perAddress.max, perAddress.option);
  }

  enter(ip: string): void {
    this.#add(ip, 1);
  }

  leave(ip: string): void {
    this.#add(ip, -1);
  }

  /**
   * Replaces what one client holds.
   *
   * @throws `LimitReached` if it grows and would exceed a limit
   */
  replace(ip: string, before: number, after: number): void {
    if (after > before) this.assertRoom(ip, after - before);
    this.#add(ip, after - before);
  }

  #add(ip: string, amount: number): void {
    this.#total += amount;
    this.#perAddress.add(addressKey(ip), amount);
  }
}

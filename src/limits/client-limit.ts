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

/** Counts concurrent clients, in total and per address. */
export class ClientLimit {
  readonly #settings: ClientLimitSettings;
  readonly #perAddress = new KeyedCounter();
  #total = 0;

  constructor(settings: ClientLimitSettings) {
    this.#settings = settings;
  }

  /** @throws `LimitReached` if one more client would exceed a limit */
  assertRoom(ip: string): void {
    const { total, perAddress, LimitReached } = this.#settings;
    if (this.#total >= total.max) throw new LimitReached(total.max, total.option);
    if (this.#perAddress.get(addressKey(ip)) >= perAddress.max)
      throw new LimitReached(perAddress.max, perAddress.option);
  }

  enter(ip: string): void {
    this.#total++;
    this.#perAddress.add(addressKey(ip));
  }

  leave(ip: string): void {
    this.#total--;
    this.#perAddress.subtract(addressKey(ip));
  }
}

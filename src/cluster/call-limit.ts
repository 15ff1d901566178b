import { KeyedCounter } from '../limits/keyed-counter.js';

const MAX_CALLS_PER_ADDRESS = 100;
/** Half of what Redis keeps for a slow subscriber before it cuts it off. */
const MAX_CHARS = 16 * 1024 * 1024;
const MAX_CHARS_PER_ADDRESS = MAX_CHARS / 4;

/** Limits the unanswered calls that visitors cause, so that those of one address leave room for the others. */
export class CallLimit {
  readonly #maxCallsPerAddress: number;
  readonly #calls = new KeyedCounter();
  readonly #chars = new KeyedCounter();
  #total = 0;

  constructor(maxCallsPerAddress = MAX_CALLS_PER_ADDRESS) {
    this.#maxCallsPerAddress = maxCallsPerAddress;
  }

  /**
   * Makes a call, unless too many wait. Then it resolves to undefined at once.
   *
   * @param address of the visitor: `addressKey`
   * @param chars length of the payload
   */
  async run(address: string, chars: number, call: () => Promise<unknown>): Promise<unknown> {
    if (!this.#hasRoom(address, chars)) return undefined;
    this.#count(address, 1, chars);
    try {
      return await call();
    } finally {
      this.#count(address, -1, -chars);
    }
  }

  /** A single call may be as long as `maxMessageBytes` allows. */
  #hasRoom(address: string, chars: number): boolean {
    const held = this.#chars.get(address);
    if (this.#calls.get(address) >= this.#maxCallsPerAddress || this.#total >= MAX_CHARS) return false;
    return held === 0 || (held + chars <= MAX_CHARS_PER_ADDRESS && this.#total + chars <= MAX_CHARS);
  }

  #count(address: string, calls: number, chars: number): void {
    this.#calls.add(address, calls);
    this.#chars.add(address, chars);
    this.#total += chars;
  }
}

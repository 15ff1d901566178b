import { KeyedCounter } from '../limits/keyed-counter.js';

const MAX_CALLS_PER_ADDRESS = 100;
/** Calls of one address that wait for their turn. */
const MAX_WAITING = 1000;
/** Half of what Redis keeps for a slow subscriber before it cuts it off. */
const MAX_CHARS = 16 * 1024 * 1024;
const MAX_CHARS_PER_ADDRESS = MAX_CHARS / 4;

/** Limits the unanswered calls that visitors cause, so that those of one address leave room for the others. */
export class CallLimit {
  readonly #maxCallsPerAddress: number;
  readonly #calls = new KeyedCounter();
  /** Calls that begin when earlier ones of their address have ended. */
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #chars = new KeyedCounter();
  #total = 0;

  constructor(maxCallsPerAddress = MAX_CALLS_PER_ADDRESS) {
    this.#maxCallsPerAddress = maxCallsPerAddress;
  }

  /**
   * Makes a call. If too many calls of the address are under way, it waits for its turn: many pages of one address may
   * move at the same time. Resolves to undefined if the turn does not come in time, and at once if too many calls wait or
   * their payloads are too long.
   *
   * @param address of the visitor: `addressKey`
   * @param chars length of the payload
   * @param timeout milliseconds
   * @param call receives the milliseconds that are left
   */
  async run(
    address: string,
    chars: number,
    timeout: number,
    call: (left: number) => Promise<unknown>,
  ): Promise<unknown> {
    if (!this.#hasRoom(address, chars)) return undefined;
    const deadline = performance.now() + timeout;
    this.#hold(address, chars);
    try {
      if (!(await this.#begin(address, timeout))) return undefined;
      try {
        return await call(deadline - performance.now());
      } finally {
        this.#end(address);
      }
    } finally {
      this.#hold(address, -chars);
    }
  }

  /** A single call may be as long as `maxMessageBytes` allows. */
  #hasRoom(address: string, chars: number): boolean {
    const held = this.#chars.get(address);
    if (this.#total >= MAX_CHARS) return false;
    return held === 0 || (held + chars <= MAX_CHARS_PER_ADDRESS && this.#total + chars <= MAX_CHARS);
  }

  #hold(address: string, chars: number): void {
    this.#chars.add(address, chars);
    this.#total += chars;
  }

  /** Resolves to false if the turn of the call does not come in time. */
  #begin(address: string, timeout: number): Promise<boolean> | boolean {
    if (this.#calls.get(address) < this.#maxCallsPerAddress) {
      this.#calls.add(address, 1);
      return true;
    }
    const waiting = this.#waiting.get(address) ?? new Set();
    if (waiting.size >= MAX_WAITING) return false;
    this.#waiting.set(address, waiting);
    return new Promise((resolve) => {
      const begin = () => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        waiting.delete(begin);
        resolve(false);
      }, timeout).unref();
      waiting.add(begin);
    });
  }

  /** The next call of the address begins in place of one that has ended. */
  #end(address: string): void {
    const waiting = this.#waiting.get(address);
    const [begin] = waiting ?? [];
    if (begin) {
      waiting?.delete(begin);
      begin();
      return;
    }
    this.#waiting.delete(address);
    this.#calls.add(address, -1);
  }
}

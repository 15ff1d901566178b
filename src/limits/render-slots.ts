import { KeyedCounter } from './keyed-counter.js';

export interface RenderSlotsOptions {
  /** Concurrent renders. */
  max: number;
  /** Concurrent renders of one key. */
  maxPerKey: number;
}

/** Milliseconds of renders between two turns of the event loop. */
const MAX_TURN = 5;
/** Unfinished renders that a turn may start: their handlers run after the time was checked. */
const MAX_STARTED = 8;

type Start = () => void;

/**
 * Decides when a render starts. A render starts in the caller's tick if a slot is free and the event loop
 * was not held for too long. Others wait, and keys take turns, so that no visitor delays all others.
 */
export class RenderSlots {
  readonly #max: number;
  readonly #maxPerKey: number;
  readonly #held = new KeyedCounter();
  #total = 0;
  readonly #waiting = new Map<string, Start[]>();
  /** Keys that wait and are below `maxPerKey`, in the order of their turns. */
  readonly #ready = new Set<string>();
  /** Start of the current turn of the event loop. Undefined before its first render. */
  #turn: number | undefined;
  /** Renders that this turn started and that are still running. */
  #started = 0;

  constructor({ max, maxPerKey }: RenderSlotsOptions) {
    this.#max = max;
    this.#maxPerKey = maxPerKey;
  }

  /**
   * Calls `start` when a slot is free, at once or later. Pair each call of `start` with `release`.
   *
   * @param start must not throw
   */
  acquire(key: string, start: Start): void {
    if (this.#ready.size === 0 && this.#hasRoom(key) && this.#hasTime()) this.#start(key, start);
    else this.#wait(key, start);
  }

  release(key: string): void {
    this.#total--;
    this.#held.subtract(key);
    if (this.#started > 0) this.#started--;
    if (this.#waiting.size === 0) return;
    if (this.#waiting.has(key)) this.#ready.add(key);
    this.#startNext();
  }

  #wait(key: string, start: Start): void {
    const queue = this.#waiting.get(key);
    if (queue) queue.push(start);
    else this.#waiting.set(key, [start]);
    if (this.#held.get(key) < this.#maxPerKey) this.#ready.add(key);
  }

  #hasRoom(key: string): boolean {
    return this.#total < this.#max && this.#held.get(key) < this.#maxPerKey;
  }

  #hasTime(): boolean {
    const now = performance.now();
    if (this.#turn === undefined) {
      this.#turn = now;
      setImmediate(() => this.#beginTurn());
      return true;
    }
    return this.#started < MAX_STARTED && now - this.#turn < MAX_TURN;
  }

  #beginTurn(): void {
    this.#turn = undefined;
    this.#started = 0;
    this.#startNext();
  }

  /** Starts one render. Its release starts the next one in the same turn, if there is time. */
  #startNext(): void {
    const [key] = this.#ready;
    if (key === undefined || this.#total >= this.#max || !this.#hasTime()) return;
    const queue = this.#waiting.get(key) ?? [];
    const start = queue.shift();
    this.#ready.delete(key);
    if (queue.length === 0) this.#waiting.delete(key);
    if (!start) return;
    this.#start(key, start);
    if (this.#waiting.has(key) && this.#held.get(key) < this.#maxPerKey) this.#ready.add(key);
  }

  #start(key: string, start: Start): void {
    this.#total++;
    this.#held.add(key);
    this.#started++;
    start();
  }
}

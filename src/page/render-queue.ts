import type { Semaphore } from '../limits/semaphore.js';
import type { TokenBucket } from '../limits/token-bucket.js';
import type { ActionEntries, ParamChange } from '../protocol.js';

/** One event of a page, as it came. */
export interface PageEvent {
  number: number;
  change: ParamChange;
  actions: ActionEntries;
  /** The address that a visit goes to. */
  url?: string;
}

/** An event, a change of params, anything else that has its turn, or `null`: a render that the page asks for. */
export type QueueItem = PageEvent | ParamChange | (() => void) | null;

/** What a page's queue carries out, one at a time. */
export interface QueueWork {
  /** Renders once, for an event or (`null`) a push. Must not reject. */
  render(event: PageEvent | null): Promise<void>;
  /** Takes over params, without a render. */
  change(change: ParamChange): void;
}

/**
 * The work of one page, one after the other: its events and changes in their order, and pushes, of
 * which any number that wait become one, or part of the next event.
 */
export class RenderQueue {
  readonly #work: QueueWork;
  readonly #rate: TokenBucket;
  readonly #gate: Semaphore;
  readonly #waiting: { item: QueueItem; size: number }[] = [];
  #waitingSize = 0;
  #pushed: (() => void)[] = [];
  #running = false;
  /** What is under way. */
  #rendering: Promise<void> | undefined;
  #isStopped = false;

  /** @param gate of all queues together */
  constructor(work: QueueWork, rate: TokenBucket, gate: Semaphore) {
    this.#work = work;
    this.#rate = rate;
    this.#gate = gate;
  }

  get isRunning(): boolean {
    return this.#running;
  }

  get queuedCount(): number {
    return this.#waiting.length;
  }

  /** The sizes of what waits, added up. */
  get queuedChars(): number {
    return this.#waitingSize;
  }

  /** @param size of the message that it came by */
  add(item: QueueItem, size: number): void {
    this.#waiting.push({ item, size });
    this.#waitingSize += size;
    void this.#run();
  }

  /** Resolves after a render that began after this call. */
  requestRender(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      this.#pushed.push(resolve);
      void this.#run();
    });
  }

  /** Begins nothing any more: what waits is for the next process to do. Resolves when nothing is under way. */
  stop(): Promise<void> {
    this.#isStopped = true;
    for (const resolve of this.#pushed.splice(0)) resolve();
    return this.#rendering ?? Promise.resolve();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    while (!this.#isStopped && (this.#waiting.length > 0 || this.#pushed.length > 0)) {
      const next = this.#waiting.shift();
      if (next) await this.#take(next.item, next.size);
      else await this.#render(null);
    }
    this.#running = false;
  }

  async #take(item: QueueItem, size: number): Promise<void> {
    this.#waitingSize -= size;
    if (typeof item === 'function') return item();
    if (Array.isArray(item)) return this.#work.change(item);
    const wait = this.#rate.take();
    if (wait) await wait;
    await this.#render(item);
  }

  async #render(event: PageEvent | null): Promise<void> {
    const wait = this.#gate.acquire();
    if (wait) await wait;
    const pushed = this.#pushed;
    this.#pushed = [];
    if (!this.#isStopped) {
      this.#rendering = this.#work.render(event);
      await this.#rendering;
      this.#rendering = undefined;
    }
    this.#gate.release();
    for (const resolve of pushed) resolve();
  }
}

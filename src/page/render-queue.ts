import type { Semaphore } from '../limits/semaphore.js';
import { SerialQueue } from '../limits/serial-queue.js';
import type { TokenBucket } from '../limits/token-bucket.js';
import type { ActionEntries, ParamChange } from '../protocol.js';

/** A render that the page asked for. */
export interface PageEvent {
  number: number;
  change: ParamChange;
  actions: ActionEntries;
  /** Target of a visit. */
  url?: string;
}

/** An event, changed params, a task for the page's uploads, or `null`: a render without an event number. */
export type QueueItem = PageEvent | ParamChange | (() => void) | null;

/** The steps that the queue runs. `render` is `rerender` of `rerender.ts`. */
export interface QueueWork {
  /** Renders for an event or, with `null`, for a push. Must not reject. */
  render(event: PageEvent | null): Promise<void>;
  /** Stores changed params without a render. */
  change(change: ParamChange): void;
}

/** Runs one page's jobs in order and merges pending pushes. */
export class RenderQueue {
  readonly #work: QueueWork;
  readonly #rate: TokenBucket;
  readonly #slots: Semaphore;
  readonly #jobs = new SerialQueue();
  #queuedCount = 0;
  #queuedChars = 0;
  /** Resolvers of the pushes that the next render serves. */
  #pushed: (() => void)[] = [];
  #isPushQueued = false;
  #rendering: Promise<void> | undefined;
  #isStopped = false;

  /** @param slots shared by the queues of all pages */
  constructor(work: QueueWork, rate: TokenBucket, slots: Semaphore) {
    this.#work = work;
    this.#rate = rate;
    this.#slots = slots;
  }

  get isRunning(): boolean {
    return this.#jobs.isBusy;
  }

  /** Waiting items. */
  get queuedCount(): number {
    return this.#queuedCount;
  }

  /** Total size of the waiting items' messages. */
  get queuedChars(): number {
    return this.#queuedChars;
  }

  /** @param size length of the item's message */
  add(item: QueueItem, size: number): void {
    this.#queuedCount++;
    this.#queuedChars += size;
    this.#jobs.add(() => {
      this.#queuedCount--;
      this.#queuedChars -= size;
      return this.#run(item);
    });
  }

  /** Resolves after a render that begins after this call. */
  requestRender(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    const rendered = new Promise<void>((resolve) => this.#pushed.push(resolve));
    if (!this.#isPushQueued) {
      this.#isPushQueued = true;
      this.#jobs.add(() => this.#renderPushed());
    }
    return rendered;
  }

  /** Drops all waiting renders. Resolves when the current render is done. */
  stop(): Promise<void> {
    this.#isStopped = true;
    for (const resolve of this.#pushed.splice(0)) resolve();
    return this.#rendering ?? Promise.resolve();
  }

  /** Tasks of uploads run on a stopped queue too: they delete files. */
  #run(item: QueueItem): unknown {
    if (typeof item === 'function') return item();
    if (this.#isStopped) return undefined;
    return Array.isArray(item) ? this.#work.change(item) : this.#renderEvent(item);
  }

  async #renderEvent(event: PageEvent | null): Promise<void> {
    const wait = this.#rate.take();
    if (wait) await wait;
    await this.#render(event);
  }

  /** Does nothing if an event's render served the pushes meanwhile. */
  #renderPushed(): Promise<void> | undefined {
    this.#isPushQueued = false;
    return this.#pushed.length > 0 ? this.#render(null) : undefined;
  }

  async #render(event: PageEvent | null): Promise<void> {
    const wait = this.#slots.acquire();
    if (wait) await wait;
    const pushed = this.#pushed;
    this.#pushed = [];
    if (!this.#isStopped) {
      this.#rendering = this.#work.render(event);
      await this.#rendering;
      this.#rendering = undefined;
    }
    this.#slots.release();
    for (const resolve of pushed) resolve();
  }
}

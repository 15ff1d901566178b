import type { ActionEntries, ParamChange } from './protocol.js';

/** One event of a page, as it came. */
export interface PageEvent {
  number: number;
  change: ParamChange;
  actions: ActionEntries;
  /** The address that a visit goes to. */
  url?: string;
}

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
  readonly #waiting: (PageEvent | ParamChange)[] = [];
  #pushed: (() => void)[] = [];
  #running = false;

  constructor(work: QueueWork) {
    this.#work = work;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  add(item: PageEvent | ParamChange): void {
    this.#waiting.push(item);
    void this.#run();
  }

  /** Resolves after a render that began after this call. */
  push(): Promise<void> {
    return new Promise((resolve) => {
      this.#pushed.push(resolve);
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    while (this.#waiting.length > 0 || this.#pushed.length > 0) {
      const next = this.#waiting.shift();
      if (Array.isArray(next)) this.#work.change(next);
      else await this.#render(next ?? null);
    }
    this.#running = false;
  }

  async #render(event: PageEvent | null): Promise<void> {
    const pushed = this.#pushed;
    this.#pushed = [];
    await this.#work.render(event);
    for (const resolve of pushed) resolve();
  }
}

import type { HandshakeContext } from '../http/virtual-http.js';
import type { Render, RenderKind, RenderSlots } from '../limits/render-slots.js';
import { SerialQueue } from '../limits/serial-queue.js';
import type { TokenBucket } from '../limits/token-bucket.js';
import type { ActionEntries, ParamChange } from '../protocol.js';

/** A render that the page asked for. */
export interface PageEvent {
  number: number;
  change: ParamChange;
  actions: ActionEntries;
  /** The visitor who sent the event. A page that resumed may have another by now. */
  peer: HandshakeContext;
  /** Target of a visit. */
  url?: string | undefined;
  /** Number of the prefetched page that the browser shows since this event. */
  prefetched?: number | undefined;
}

/** A render ahead of the event with these operands. */
export interface Prefetch {
  id: number;
  change: ParamChange;
  actions: ActionEntries;
  url: string | undefined;
  peer: HandshakeContext;
}

/** An event, changed params, a task for the page's uploads, or `null`: a render without an event number. */
export type QueueItem = PageEvent | ParamChange | (() => void) | null;

/** The steps that the queue runs. */
export interface QueueWork {
  /** Renders for an event or, with `null`, for a push: `rerender` of `rerender.ts`. */
  render(event: PageEvent | null): Promise<void> | undefined;
  /** Stores changed params without a render. */
  change(change: ParamChange): void;
  /** Tokens that a render takes from the page's rate. `size` is the length of its message. */
  cost(event: PageEvent | null, size: number): number;
  /** Reports a step that threw. */
  onError(error: unknown): void;
  /** The page asked for `maxPushesInRow` renders of its own in a row. */
  onPushLoop(): void;
}

export interface QueueLimits {
  rate: TokenBucket;
  /** Shared by the queues of all pages. */
  slots: RenderSlots;
  /** The page's key in `slots`. */
  key: string;
  maxPushesInRow: number;
}

/** Milliseconds between the pushes of a page that pushes to itself. */
const LOOP_PAUSE = 100;

/** Pushes that one render serves. */
interface PendingPush {
  promise: Promise<void>;
  resolve: () => void;
}

/** Runs one page's jobs in order and merges pending pushes. Its jobs never reject. */
export class RenderQueue {
  readonly #work: QueueWork;
  readonly #limits: QueueLimits;
  readonly #jobs = new SerialQueue();
  #queuedCount = 0;
  #queuedChars = 0;
  /** The pushes that the next render serves. */
  #pending: PendingPush | undefined;
  /** The pushes that the current render serves. */
  #served: PendingPush[] = [];
  /** The pending pushes changed params, so the current render cannot serve them. */
  #hasNewParams = false;
  #isPushQueued = false;
  /** The push that waits for its slot. */
  #waitingPush: Render | undefined;
  /** Pushes in a row that were asked for during a render of the page. */
  #pushesInRow = 0;
  #isRendering = false;
  #rendering: Promise<void> | undefined;
  #takesEvents = true;
  #isStopped = false;

  constructor(work: QueueWork, limits: QueueLimits) {
    this.#work = work;
    this.#limits = limits;
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

  /**
   * Adds an item. An event that need not wait for others starts when all input of this turn has been read, other items
   * at once.
   *
   * @param size length of the item's message
   */
  add(item: QueueItem, size: number): void {
    if (this.#waitingPush) this.#limits.slots.hurry(this.#limits.key, this.#waitingPush);
    if (!this.#jobs.isBusy && isEvent(item)) {
      this.#jobs.addAfterInput(() => this.#run(item, size));
      return;
    }
    this.#queuedCount++;
    this.#queuedChars += size;
    this.#jobs.add(() => {
      this.#queuedCount--;
      this.#queuedChars -= size;
      return this.#run(item, size);
    });
  }

  /**
   * Resolves after a render that serves this call: the next one, or the current one if its handler has not
   * begun yet.
   *
   * @param hasNewParams the caller changed params, so the current render cannot serve the call
   */
  requestRender(hasNewParams = false): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    this.#pending ??= createPush();
    const { promise } = this.#pending;
    this.#hasNewParams ||= hasNewParams;
    if (!this.#isPushQueued) this.#queuePush();
    return promise;
  }

  /**
   * Runs a render that changes nothing of the page, beside its jobs. Returns false if events would have to wait for it.
   *
   * @param size length of the message that asks for it
   */
  renderAhead(size: number, render: () => Promise<void> | undefined): boolean {
    const { rate, slots, key } = this.#limits;
    if (this.#isStopped || !rate.tryTake(this.#work.cost(null, size))) return false;
    void slots.run(key, render);
    return true;
  }

  /** The handler of the current render begins. Pushes so far see its result. */
  servePushes(): void {
    if (!this.#pending || this.#hasNewParams) return;
    this.#served.push(this.#pending);
    this.#pending = undefined;
  }

  /** Drops all waiting and later events and changes. Resolves when the current render is done. */
  stopEvents(): Promise<void> {
    this.#takesEvents = false;
    return this.#rendering ?? Promise.resolve();
  }

  /** Drops all waiting renders. Resolves when the current render is done. */
  stop(): Promise<void> {
    this.#takesEvents = false;
    this.#isStopped = true;
    this.#pending?.resolve();
    this.#pending = undefined;
    return this.#rendering ?? Promise.resolve();
  }

  /** A handler that always pushes to its own page must not hold the server: after a limit it is slowed down. */
  #queuePush(): void {
    this.#isPushQueued = true;
    this.#pushesInRow = this.#isRendering ? this.#pushesInRow + 1 : 0;
    const add = () => this.#jobs.add(() => this.#renderPushed());
    if (this.#pushesInRow < this.#limits.maxPushesInRow) return add();
    if (this.#pushesInRow === this.#limits.maxPushesInRow) this.#work.onPushLoop();
    setTimeout(add, LOOP_PAUSE).unref();
  }

  /** Tasks of uploads run on a stopped queue too: they delete files. */
  #run(item: QueueItem, size: number): unknown {
    try {
      if (typeof item === 'function') return item();
      if (!this.#takesEvents) return undefined;
      if (Array.isArray(item)) return this.#work.change(item);
      return this.#renderEvent(item, size);
    } catch (error) {
      this.#work.onError(error);
      return undefined;
    }
  }

  #renderEvent(event: PageEvent | null, size: number): Promise<void> | undefined {
    this.#pushesInRow = 0;
    const wait = this.#limits.rate.take(this.#work.cost(event, size));
    return wait ? wait.then(() => this.#render(event, 'event')) : this.#render(event, 'event');
  }

  /** Does nothing if an event's render served the pushes meanwhile. */
  #renderPushed(): Promise<void> | undefined {
    this.#isPushQueued = false;
    return this.#pending ? this.#render(null, 'push') : undefined;
  }

  #render(event: PageEvent | null, kind: RenderKind): Promise<void> | undefined {
    const { slots, key } = this.#limits;
    const render = () => this.#renderInSlot(event);
    if (kind === 'push') this.#waitingPush = render;
    return slots.run(key, render, kind);
  }

  #renderInSlot(event: PageEvent | null): Promise<void> | undefined {
    this.#waitingPush = undefined;
    this.#hasNewParams = false;
    this.servePushes();
    this.#isRendering = true;
    const isDropped = this.#isStopped || (event !== null && !this.#takesEvents);
    const rendering = isDropped ? undefined : this.#start(event);
    if (rendering) this.#rendering = rendering.then(() => this.#finish());
    else this.#finish();
    return this.#rendering;
  }

  #start(event: PageEvent | null): Promise<void> | undefined {
    try {
      return this.#work.render(event)?.catch((error: unknown) => this.#work.onError(error));
    } catch (error) {
      this.#work.onError(error);
      return undefined;
    }
  }

  #finish(): void {
    this.#isRendering = false;
    this.#rendering = undefined;
    if (this.#served.length === 0) return;
    for (const { resolve } of this.#served.splice(0)) resolve();
  }
}

function isEvent(item: QueueItem): item is PageEvent {
  return typeof item === 'object' && item !== null && !Array.isArray(item);
}

function createPush(): PendingPush {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

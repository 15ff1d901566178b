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

/** A render. Returns a promise if it does not end at once. Must neither throw nor reject. */
type Render = () => Promise<void> | undefined;

/** The renders of one key. Deleted when none runs or waits at the end of a turn. */
interface Share {
  readonly key: string;
  running: number;
  readonly waiting: (() => void)[];
}

/**
 * Decides when a render starts. A render starts in the caller's tick if a slot is free and the event loop
 * was not held for too long. Others wait, and keys take turns, so that no visitor delays all others.
 */
export class RenderSlots {
  readonly #max: number;
  readonly #maxPerKey: number;
  readonly #shares = new Map<string, Share>();
  #running = 0;
  /** Shares without a render at some time of this turn. */
  readonly #idle = new Set<Share>();
  /** Shares that wait and are below `maxPerKey`, in the order of their turns. */
  readonly #ready = new Set<Share>();
  /** Start of the current turn of the event loop. Undefined before its first render. */
  #turn: number | undefined;
  /** Renders that this turn started and that are still running. */
  #started = 0;
  #isStarting = false;

  constructor({ max, maxPerKey }: RenderSlotsOptions) {
    this.#max = max;
    this.#maxPerKey = maxPerKey;
  }

  /** Runs a render when a slot is free. Returns undefined if it has ended already. */
  run(key: string, render: Render): Promise<void> | undefined {
    const share = this.#shareOf(key);
    if (this.#ready.size === 0 && this.#hasRoom(share) && this.#hasTime()) return this.#start(share, render);
    return new Promise((resolve) => {
      share.waiting.push(() => {
        const ended = this.#start(share, render);
        if (ended) void ended.then(resolve);
        else resolve();
      });
      this.#markReady(share);
    });
  }

  #shareOf(key: string): Share {
    let share = this.#shares.get(key);
    if (!share) {
      share = { key, running: 0, waiting: [] };
      this.#shares.set(key, share);
    }
    return share;
  }

  #start(share: Share, render: Render): Promise<void> | undefined {
    this.#running++;
    this.#started++;
    share.running++;
    const ended = render();
    if (ended) return ended.then(() => this.#release(share));
    this.#release(share);
    return undefined;
  }

  #release(share: Share): void {
    this.#running--;
    share.running--;
    if (this.#started > 0) this.#started--;
    if (share.waiting.length > 0) this.#markReady(share);
    else if (share.running === 0) this.#end(share);
    if (this.#ready.size > 0) this.#startWaiting();
  }

  /** Most turns render for a key more than once. */
  #end(share: Share): void {
    if (this.#turn === undefined) this.#shares.delete(share.key);
    else this.#idle.add(share);
  }

  #markReady(share: Share): void {
    if (share.running < this.#maxPerKey) this.#ready.add(share);
  }

  #hasRoom(share: Share): boolean {
    return this.#running < this.#max && share.running < this.#maxPerKey;
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
    for (const share of this.#idle)
      if (share.running === 0 && share.waiting.length === 0) this.#shares.delete(share.key);
    this.#idle.clear();
    if (this.#ready.size > 0) this.#startWaiting();
  }

  /** A render that ends at once calls this again. The outer call goes on instead. */
  #startWaiting(): void {
    if (this.#isStarting) return;
    this.#isStarting = true;
    for (const share of this.#ready) {
      if (this.#running >= this.#max || !this.#hasTime()) break;
      this.#ready.delete(share);
      share.waiting.shift()?.();
      if (share.waiting.length > 0) this.#markReady(share);
    }
    this.#isStarting = false;
  }
}

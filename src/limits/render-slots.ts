import { afterInput, afterTurn } from './turn-end.js';

export interface RenderSlotsOptions {
  /** Concurrent renders. */
  max: number;
  /** Concurrent renders of one key. */
  maxPerKey: number;
  /** Sends the answers that were written: other renders would delay them. */
  flush?: () => void;
}

/** Visitors wait for events. Pushes can be thousands at once. */
export type RenderKind = 'event' | 'push';

/** Milliseconds of renders between two turns of the event loop. */
const MAX_TURN = 5;
/** Unfinished renders that a turn may start: their handlers run after the time was checked. */
const MAX_STARTED = 8;

/** A render. Returns a promise if it does not end at once. Must neither throw nor reject. */
export type Render = () => Promise<void> | undefined;

interface Waiting {
  readonly render: Render;
  resolve(): void;
}

/** The renders of one key. Deleted when none runs or waits at the end of a turn. */
interface Share {
  readonly key: string;
  running: number;
  readonly event: Waiting[];
  readonly push: Waiting[];
}

/**
 * Decides when a render starts. A render starts in the caller's tick if a slot is free and the event loop
 * was not held for too long. Others wait: events and pushes alternate, and among each kind the keys take turns, so
 * that no visitor and no push delays all others.
 */
export class RenderSlots {
  readonly #max: number;
  readonly #maxPerKey: number;
  readonly #flush: () => void;
  readonly #shares = new Map<string, Share>();
  #running = 0;
  /** Shares without a render at some time of this turn. */
  readonly #idle = new Set<Share>();
  /** Shares with waiting renders of a kind, in the order of their turns. Those at `maxPerKey` may be missing. */
  readonly #ready: Readonly<Record<RenderKind, Set<Share>>> = { event: new Set(), push: new Set() };
  /** The next turns of `#ready`. A new iterator would pass all entries that were deleted. */
  readonly #turns: Partial<Record<RenderKind, Iterator<Share>>> = {};
  /** The last waiting render that started was an event's. */
  #wasEvent = false;
  /** Start of the current turn of the event loop. Undefined before its first render. */
  #turn: number | undefined;
  /** Renders that this turn started and that are still running. */
  #started = 0;
  #isStarting = false;

  constructor({ max, maxPerKey, flush = () => {} }: RenderSlotsOptions) {
    this.#max = max;
    this.#maxPerKey = maxPerKey;
    this.#flush = flush;
  }

  /** Runs a render when a slot is free. Returns undefined if it has ended already. */
  run(key: string, render: Render, kind: RenderKind = 'event'): Promise<void> | undefined {
    const share = this.#shareOf(key);
    const isNext = this.#ready.event.size === 0 && (kind === 'event' || this.#ready.push.size === 0);
    if (isNext && this.#hasRoom(share) && this.#hasTime()) return this.#start(share, render);
    return new Promise((resolve) => {
      share[kind].push({ render, resolve });
      this.#markReady(share);
    });
  }

  /** Makes a waiting push an event, because an event of its page waits behind it. */
  hurry(key: string, render: Render): void {
    const share = this.#shares.get(key);
    const index = share?.push.findIndex((waiting) => waiting.render === render) ?? -1;
    if (!share || index < 0) return;
    share.event.push(...share.push.splice(index, 1));
    if (share.push.length === 0) this.#ready.push.delete(share);
    this.#markReady(share);
  }

  #shareOf(key: string): Share {
    let share = this.#shares.get(key);
    if (!share) {
      share = { key, running: 0, event: [], push: [] };
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
    if (hasWaiting(share)) this.#markReady(share);
    else if (share.running === 0) this.#end(share);
    if (this.#isAnyReady) this.#startWaiting();
  }

  /** Most turns render for a key more than once. */
  #end(share: Share): void {
    if (this.#turn === undefined) this.#shares.delete(share.key);
    else this.#idle.add(share);
  }

  #markReady(share: Share): void {
    if (share.running >= this.#maxPerKey) return;
    if (share.event.length > 0) this.#ready.event.add(share);
    if (share.push.length > 0) this.#ready.push.add(share);
  }

  get #isAnyReady(): boolean {
    return this.#ready.event.size > 0 || this.#ready.push.size > 0;
  }

  #hasRoom(share: Share): boolean {
    return this.#running < this.#max && share.running < this.#maxPerKey;
  }

  #hasTime(): boolean {
    const now = performance.now();
    if (this.#turn === undefined) {
      this.#turn = now;
      afterTurn(() => this.#endTurn());
      return true;
    }
    return this.#started < MAX_STARTED && now - this.#turn < MAX_TURN;
  }

  #endTurn(): void {
    if (this.#isAnyReady) afterInput(() => this.#beginTurn());
    else this.#reset();
  }

  #beginTurn(): void {
    this.#reset();
    this.#flush();
    this.#startWaiting();
  }

  #reset(): void {
    this.#turn = undefined;
    this.#started = 0;
    for (const share of this.#idle)
      if (share.running === 0 && !hasWaiting(share)) this.#shares.delete(share.key);
    this.#idle.clear();
  }

  /** A render that ends at once calls this again. The outer call goes on instead. */
  #startWaiting(): void {
    if (this.#isStarting) return;
    this.#isStarting = true;
    while (this.#isAnyReady && this.#running < this.#max && this.#hasTime()) this.#startNext();
    this.#isStarting = false;
  }

  #startNext(): void {
    const { event, push } = this.#ready;
    const kind = event.size === 0 || (this.#wasEvent && push.size > 0) ? 'push' : 'event';
    const share = this.#nextShare(kind);
    if (!share) return;
    this.#ready[kind].delete(share);
    // It reached its limit by a render of the other kind, and is ready again after that.
    if (share.running >= this.#maxPerKey) return;
    this.#wasEvent = kind === 'event';
    const { render, resolve } = share[kind].shift() as Waiting;
    const ended = this.#start(share, render);
    if (ended) void ended.then(resolve);
    else resolve();
    this.#markReady(share);
    if (kind === 'event' && event.size === 0 && push.size > 0) this.#flush();
  }

  #nextShare(kind: RenderKind): Share | undefined {
    const next = this.#turns[kind]?.next();
    if (next && !next.done) return next.value;
    const turns = this.#ready[kind].values();
    this.#turns[kind] = turns;
    return turns.next().value;
  }
}

function hasWaiting({ event, push }: Share): boolean {
  return event.length > 0 || push.length > 0;
}

import type { OutgoingHttpHeaders } from 'node:http';
import type { SharedTransitions } from '../html/store/shared-transitions.js';
import type { LoopTurn } from '../limits/loop-turn.js';
import type { Interests } from './interests.js';
import type { Page } from './page.js';

/** A render for several pages. */
export interface SharedRender {
  transitions: SharedTransitions;
  headers: OutgoingHttpHeaders;
  interests: Interests | undefined;
  /** `ShareableRender.number` */
  number: number;
}

export interface SharedPushServices {
  turn: LoopTurn;
  /** Sends the change to a page. Returns false if the page must be rendered by itself. */
  deliver(page: Page, shared: SharedRender): boolean;
}

/** Reports of one key's pushes. */
export interface SharedPushEvents {
  /** Number of the last handler that has begun. */
  now(): number;
  /** Resolves when the pages of all pushes so far are here. */
  whenAsked(): Promise<unknown>;
  onIdle(): void;
  /** Two pages got the same HTML. */
  onShared(source: Page, other: Page, html: string): void;
}

/** Pages that are rendered by themselves, and fail to give their HTML, before all others are. */
const MAX_ATTEMPTS = 3;

/** Pages that get one render. More of the same push may come while it is sent. */
interface Round {
  readonly due: Set<Page>;
  /** `now` before the render. */
  readonly began: number;
  readonly done: Promise<void>;
}

/**
 * Pushes to pages of one key: one page is rendered, and the others get its HTML. Pushes for a later change become one
 * more render.
 */
export class SharedPushes {
  readonly #services: SharedPushServices;
  readonly #events: SharedPushEvents;
  #due = new Set<Page>();
  #next: Promise<void> | undefined;
  /** Resolves when the last round has ended, to its pages that render by themselves. */
  #last: Promise<unknown> = Promise.resolve();
  #round: Round | undefined;
  /** The page that is rendered for the others. */
  #source: Page | undefined;
  #shared: SharedRender | undefined;

  constructor(services: SharedPushServices, events: SharedPushEvents) {
    this.#services = services;
    this.#events = events;
  }

  /**
   * Resolves once the change is sent to all pages that wait with this one. A push that waits for a render resolves at
   * once: the handler of that render may wait for it.
   *
   * @param since `now` at the change
   */
  push(page: Page, since: number): Promise<void> {
    if (this.#round && since <= this.#round.began) {
      this.#round.due.add(page);
      return this.#round.done;
    }
    this.#due.add(page);
    if (!this.#next) {
      const round = this.#last.then(() => this.#serve());
      this.#last = round;
      this.#next = round.then((alone) => Promise.all(alone)).then(() => {});
    }
    return this.#source ? Promise.resolve() : this.#next;
  }

  /** The page's own render can be shared. */
  offer(page: Page, create: () => SharedRender): void {
    if (page === this.#source) this.#shared ??= create();
  }

  /** Returns the renders of pages that could not be shared. Their handlers may wait for the next round. */
  async #serve(): Promise<(Promise<void> | undefined)[]> {
    const asked = this.#events.whenAsked();
    const done = this.#next ?? Promise.resolve();
    const round: Round = { due: this.#due, began: this.#events.now(), done };
    this.#round = round;
    this.#due = new Set();
    this.#next = undefined;
    const alone: (Promise<void> | undefined)[] = [];
    const source = await this.#renderSource(round);
    let other = await this.#deliverAll(round, alone);
    await asked;
    this.#round = undefined;
    other = (await this.#deliverAll(round, alone)) ?? other;
    if (this.#shared && source && other) {
      this.#events.onShared(source, other, this.#shared.transitions.html);
    }
    this.#shared?.transitions.release();
    this.#shared = undefined;
    if (!this.#next) this.#events.onIdle();
    return alone;
  }

  /** Renders one page, or a few until one gives its HTML. Returns the last of them. */
  async #renderSource({ due }: Round): Promise<Page | undefined> {
    let attempts = 0;
    for (const page of due) {
      if (this.#shared || page.queue.isRunning || attempts === MAX_ATTEMPTS) break;
      attempts++;
      this.#source = page;
      due.delete(page);
      await page.renderPush();
    }
    const source = this.#source;
    this.#source = undefined;
    return source;
  }

  /** Sends the render to the pages that are due. Returns the first of them. */
  async #deliverAll({ due }: Round, alone: (Promise<void> | undefined)[]): Promise<Page | undefined> {
    const { turn } = this.#services;
    const [first] = due;
    for (const page of due) {
      due.delete(page);
      if (!turn.hasTime()) await turn.next();
      if (!this.#deliver(page)) alone.push(renderAlone(page));
    }
    return first;
  }

  /** A page that was rendered by itself since then has seen the same data, or later ones. */
  #deliver(page: Page): boolean {
    const shared = this.#shared;
    if (!shared || !page.share || page.queue.isRunning) return false;
    return page.share.number > shared.number || this.#services.deliver(page, shared);
  }
}

/** Does not wait for a page that is rendering: its handler may wait for this push. */
function renderAlone(page: Page): Promise<void> | undefined {
  const { isRunning } = page.queue;
  const rendering = page.renderPush();
  return isRunning ? undefined : rendering;
}

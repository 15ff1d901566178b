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
  /** Resolves when the pages of a push to many are all here. */
  whenAsked(): Promise<void>;
  onIdle(): void;
  /** Two pages got the same HTML. */
  onShared(source: Page, other: Page, html: string): void;
}

/** Pages that are rendered by themselves, and fail to give their HTML, before all others are. */
const MAX_ATTEMPTS = 3;

/**
 * Pushes to pages of one key: one page is rendered, and the others get its HTML. Pushes that are asked for
 * meanwhile become one more render.
 */
export class SharedPushes {
  readonly #services: SharedPushServices;
  readonly #events: SharedPushEvents;
  #due = new Set<Page>();
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();
  /** The page that is rendered for the others. */
  #source: Page | undefined;
  #shared: SharedRender | undefined;

  constructor(services: SharedPushServices, events: SharedPushEvents) {
    this.#services = services;
    this.#events = events;
  }

  /** Resolves once the change is sent to all pages that wait with this one. */
  push(page: Page): Promise<void> {
    this.#due.add(page);
    if (!this.#next) {
      this.#next = this.#last.then(() => this.#events.whenAsked()).then(() => this.#serve());
      this.#last = this.#next;
    }
    return this.#next;
  }

  /** The page's own render can be shared. */
  offer(page: Page, create: () => SharedRender): void {
    if (page === this.#source) this.#shared ??= create();
  }

  async #serve(): Promise<void> {
    const due = [...this.#due];
    this.#due = new Set();
    this.#next = undefined;
    const alone: (Promise<void> | undefined)[] = [];
    const count = await this.#renderSource(due);
    await this.#deliverAll(due, count, alone);
    const [source, other] = due.slice(count - 1);
    if (this.#shared && source && other) {
      this.#events.onShared(source, other, this.#shared.transitions.html);
    }
    this.#shared?.transitions.release();
    this.#shared = undefined;
    await Promise.all(alone);
    if (!this.#next) this.#events.onIdle();
  }

  /** Renders one page, or a few until one gives its HTML. Returns how many were rendered. */
  async #renderSource(due: Page[]): Promise<number> {
    let count = 0;
    for (const page of due.slice(0, MAX_ATTEMPTS)) {
      if (this.#shared || page.queue.isRunning) break;
      this.#source = due.length > 1 ? page : undefined;
      count++;
      await page.renderPush();
    }
    this.#source = undefined;
    return count;
  }

  async #deliverAll(due: Page[], start: number, alone: (Promise<void> | undefined)[]): Promise<void> {
    const { turn } = this.#services;
    for (const page of due.slice(start)) {
      if (!turn.hasTime()) await turn.next();
      if (!this.#deliver(page)) alone.push(renderAlone(page));
    }
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

import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import type { Downloads } from '../downloads/downloads.js';
import { errors } from '../errors.js';
import type { HtmlStore } from '../html/store/html-store.js';
import type { CookieTickets } from '../http/cookie-tickets.js';
import { ClientLimit } from '../limits/client-limit.js';
import { LoopTurn } from '../limits/loop-turn.js';
import type { RenderSlots } from '../limits/render-slots.js';
import { runTurn } from '../limits/turn-end.js';
import { within } from '../limits/within.js';
import type { ResolvedOptions } from '../options/options.js';
import { CloseCode } from '../protocol.js';
import type { RunningLimits } from '../running/running-actions.js';
import { isSameSecret } from '../signed/token.js';
import type { DisconnectReason } from '../types/issr-page.js';
import type { Audience } from './audience.js';
import type { Hooks } from './hooks.js';
import type { Page, PageHost } from './page.js';
import { createQueue, type PageWorkHost } from './page-work.js';
import type { Prefetch, RenderQueue } from './render-queue.js';
import type { Shares } from './shares.js';
import { UnjoinedPages } from './unjoined-pages.js';

/** On shutdown, pages reconnect spread over 1 ms per page, */
const SPREAD_PER_PAGE = 1;
/** but over 15 s at most. */
const MAX_SPREAD = 15_000;

/** Milliseconds of one turn of the event loop in which pages begin to drain. */
const MAX_TURN = 20;

/** Milliseconds for the hooks of the last pages, which may save what their visitors typed. */
const HOOK_TIME = 2000;

export interface PagesServices {
  options: ResolvedOptions;
  store: HtmlStore;
  hooks: Hooks;
  renders: RenderSlots;
  audience: Audience;
  shares: Shares;
  tickets: CookieTickets;
  downloads: Downloads;
  log: FastifyBaseLogger;
  /** `rerender` of `rerender.ts`. */
  render: PageWorkHost['render'];
  /** `prefetch` of `prefetch/prefetch.ts`. */
  prefetch: (page: Page, prefetch: Prefetch, size: number) => void;
  createSecret: () => string;
  /** `Handovers.leave` of `handover/handovers.ts`. */
  leave: (page: Page, delay: number) => Promise<void>;
  /** `Handovers.warnOfLost`. */
  warnOfLost: (pages: readonly Page[]) => void;
}

/**
 * All pages of one registration.
 *
 * | state | kept in | until |
 * | --- | --- | --- |
 * | rendered | `unjoined` | the page joins, or `joinTimeout`, or `maxUnjoinedPages` |
 * | entering | – | the hooks of its route let it in, or it closes |
 * | connected | `joined` | the connection drops, or the visitor leaves |
 * | detached | `joined` | the page joins again, or `resumeWindow` |
 * | closed | – | |
 */
export class Pages implements PageHost, PageWorkHost {
  readonly options: ResolvedOptions;
  readonly store: HtmlStore;
  readonly renders: RenderSlots;
  readonly shares: Shares;
  readonly render: PageWorkHost['render'];
  /** Renders a page ahead of a click. */
  readonly prefetch: PagesServices['prefetch'];
  readonly createSecret: () => string;
  readonly joined = new Map<string, Page>();
  readonly unjoined: UnjoinedPages;
  readonly runningLimits: RunningLimits;
  /** Pages whose route's hooks have not let them in yet, with the request of their handshake. */
  readonly #entering = new Map<string, { page: Page; request: FastifyRequest }>();
  /** Joins are refused: their events would never start. */
  isClosing = false;
  /** Pushes addressed by path or predicate so far. A page that joins compares it to find a missed push. */
  pushGeneration = 0;
  readonly #count: ClientLimit;
  readonly #held: ClientLimit;
  readonly #hooks: Hooks;
  readonly #audience: Audience;
  readonly #tickets: CookieTickets;
  readonly #downloads: Downloads;
  readonly #leave: PagesServices['leave'];
  readonly #warnOfLost: PagesServices['warnOfLost'];
  readonly #log: FastifyBaseLogger;

  constructor(services: PagesServices) {
    const { options, store, hooks, audience, shares, renders, tickets, downloads, log } = services;
    const { render, prefetch, createSecret, leave, warnOfLost } = services;
    this.options = options;
    this.store = store;
    this.renders = renders;
    this.shares = shares;
    this.render = render;
    this.prefetch = prefetch;
    this.createSecret = createSecret;
    this.#hooks = hooks;
    this.#audience = audience;
    this.#tickets = tickets;
    this.#downloads = downloads;
    this.#leave = leave;
    this.#warnOfLost = warnOfLost;
    this.#log = log;
    this.unjoined = new UnjoinedPages(options);
    this.runningLimits = {
      count: new ClientLimit({
        total: { option: 'maxRunningActions', max: options.maxRunningActions },
        perAddress: { option: 'maxRunningActionsPerIp', max: options.maxRunningActionsPerIp },
        LimitReached: errors.ISSR_ERR_RUNNING,
      }),
      maxPerPage: options.maxRunningActionsPerPage,
    };
    this.#count = new ClientLimit({
      total: { option: 'maxPages', max: options.maxPages },
      perAddress: { option: 'maxPagesPerIp', max: options.maxPagesPerIp },
      LimitReached: errors.ISSR_ERR_PAGES,
    });
    this.#held = new ClientLimit({
      total: { option: 'maxHeldLength', max: options.maxHeldLength },
      perAddress: { option: 'maxHeldLengthPerIp', max: options.maxHeldLengthPerIp },
      LimitReached: errors.ISSR_ERR_HELD,
    });
  }

  createQueue(page: Page): RenderQueue {
    return createQueue(page, this);
  }

  /** @throws ISSR_ERR_PAGES if `maxPages` or `maxPagesPerIp` is reached */
  assertRoom(ip: string): void {
    this.#count.assertRoom(ip);
  }

  /**
   * Counts the characters that a page holds with its next message: its params and its waiting messages. Counts
   * the bytes of an unfinished message as well.
   *
   * @throws ISSR_ERR_HELD if `maxHeldLength` or `maxHeldLengthPerIp` is reached
   */
  hold(holder: { readonly ipKey: string; held: number }, length: number): void {
    this.#held.replace(holder.ipKey, holder.held, length);
    holder.held = length;
  }

  /** The page of that id whose record is here, whether its route's hooks have let it in or not. */
  find(id: string): Page | undefined {
    return this.joined.get(id) ?? this.#entering.get(id)?.page;
  }

  /**
   * The page of that id, if the secret is the one that its document got.
   *
   * @throws ISSR_ERR_TOKEN if the page is here and the secret is another
   */
  findOwned(id: string, secret: string): Page | undefined {
    const page = this.find(id);
    if (page && !isSameSecret(secret, page.secret)) throw new errors.ISSR_ERR_TOKEN();
    return page;
  }

  /** Registers a page that has joined. It counts as being at its path once `admit` was called. */
  enter(page: Page, request: FastifyRequest): void {
    this.#log.debug({ page: page.id, path: page.path, reqId: request.id }, 'issr: page joined');
    this.#entering.set(page.id, { page, request });
    this.#count.enter(page.ip);
  }

  /**
   * The hooks of the page's route let it in. Does nothing after the first time.
   *
   * @param request of the render. It has the page's current cookies, which the handshake may lack by now.
   */
  admit(page: Page, request?: FastifyRequest): void {
    const entry = this.#entering.get(page.id);
    if (!entry) return;
    this.#entering.delete(page.id);
    this.joined.set(page.id, page);
    const isCurrent = entry.request.headers.cookie === page.peer.headers.cookie;
    this.#hooks.connected(page, isCurrent ? entry.request : (request ?? entry.request));
  }

  visited(page: Page, request: FastifyRequest): void {
    this.#hooks.visited(page, request);
  }

  resumed(page: Page, request: FastifyRequest): void {
    this.#log.debug({ page: page.id, path: page.path, reqId: request.id }, 'issr: page resumed');
  }

  detach(page: Page): void {
    if (page.state !== 'connected') return;
    this.#log.debug({ page: page.id }, 'issr: page detached');
    page.suspend();
  }

  close(page: Page, reason: DisconnectReason): void {
    if (!page.markClosed()) return;
    this.#log.debug({ page: page.id, reason }, 'issr: page closed');
    if (this.joined.has(page.id)) this.#hooks.disconnected(page, reason);
    this.joined.delete(page.id);
    this.#entering.delete(page.id);
    this.#audience.remove(page, reason === 'moved' || reason === 'shutdown');
    page.share = undefined;
    this.#count.leave(page.ip);
    this.hold(page, 0);
    page.release(reason === 'shutdown' ? CloseCode.goingAway : CloseCode.normal, reason);
  }

  onError(page: Page, error: unknown): void {
    this.#log.error({ err: error, page: page.id }, 'issr: a job of a page failed');
  }

  onPushLoop(page: Page): void {
    const error = new errors.ISSR_ERR_PUSH_LOOP(page.path, this.options.maxPushesInRow);
    this.#log.error({ err: error, page: page.id }, error.message);
    const message = this.options.showErrors ? { message: error.message } : undefined;
    page.send(['error', page.lastAnsweredEvent, { status: 500, requestId: '', ...message }]);
  }

  /** Closes each page after its current render and running actions. Waiting events go to the next process. */
  async drain(): Promise<void> {
    this.isClosing = true;
    const pages = this.#all();
    const spread = Math.min(MAX_SPREAD, SPREAD_PER_PAGE * pages.length);
    const fetched = this.#drainAll(pages, spread).then(() => this.#downloads.fetched());
    await within(fetched, this.options.shutdownTimeout);
    this.#warnOfLost(this.#all());
    this.closeAll();
    await within(this.#hooks.ended(), HOOK_TIME);
  }

  closeAll(): void {
    this.isClosing = true;
    for (const page of this.#all()) this.close(page, 'shutdown');
    this.unjoined.clear();
  }

  #all(): Page[] {
    return [...this.joined.values(), ...Array.from(this.#entering.values(), ({ page }) => page)];
  }

  /** Thousands of pages in one turn would hold the answers of events that run. */
  async #drainAll(pages: Page[], spread: number): Promise<void> {
    const turn = new LoopTurn(runTurn);
    const drained: Promise<void>[] = [];
    for (const page of pages) {
      if (!turn.hasTime(MAX_TURN)) await turn.next();
      drained.push(this.#drain(page, spread));
    }
    await Promise.all(drained);
  }

  async #drain(page: Page, spread: number): Promise<void> {
    const stopped = page.queue.stopEvents();
    page.send(['closing', page.lastAnsweredEvent, spread]);
    await stopped;
    await page.hasRun?.shown();
    // Its next connection has the cookies of the one that fetched them.
    await this.#tickets.fetched(page.ticket);
    await this.#leave(page, spread);
    this.close(page, 'shutdown');
  }
}

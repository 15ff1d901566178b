import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import { errors } from '../errors.js';
import type { HtmlStore } from '../html/store/html-store.js';
import { ClientLimit } from '../limits/client-limit.js';
import type { DisconnectReason, ResolvedOptions } from '../options/options.js';
import { CloseCode } from '../protocol.js';
import type { Hooks } from './hooks.js';
import type { Page } from './page.js';
import { UnjoinedPages } from './unjoined-pages.js';

/** As the server goes away its pages come back spread over so many milliseconds for each of them, */
const SPREAD_PER_PAGE = 1;
/** at most over so many. */
const MAX_SPREAD = 15_000;

/**
 * All pages of one registration: those that wait for their join, and those that joined.
 *
 * | state | where | until |
 * | --- | --- | --- |
 * | rendered | `rendered` | it joins, or `joinTimeout`, or `maxUnjoinedPages` |
 * | connected | `joined` | its connection drops, or it is left |
 * | detached | `joined` | it joins again, or `resumeWindow` |
 * | closed | nowhere | |
 */
export class Pages {
  readonly joined = new Map<string, Page>();
  /** No page may join any more: what it asked for would not begin. */
  isClosing = false;
  /** How many pushes there were to pages that were not named one by one. */
  pushGeneration = 0;
  readonly unjoined: UnjoinedPages;
  readonly #store: HtmlStore;
  readonly #options: ResolvedOptions;
  readonly #count: ClientLimit;
  readonly #hooks: Hooks;
  readonly #log: FastifyBaseLogger;

  constructor(options: ResolvedOptions, store: HtmlStore, hooks: Hooks, log: FastifyBaseLogger) {
    this.#store = store;
    this.#options = options;
    this.#hooks = hooks;
    this.#log = log;
    this.unjoined = new UnjoinedPages(options);
    this.#count = new ClientLimit({
      total: { option: 'maxPages', max: options.maxPages },
      perAddress: { option: 'maxPagesPerIp', max: options.maxPagesPerIp },
      LimitReached: errors.ISSR_ERR_PAGES,
    });
  }

  detach(page: Page): void {
    if (page.state !== 'connected') return;
    this.#log.debug({ page: page.id }, 'issr: page detached');
    page.state = 'detached';
    page.connection = null;
    page.lossTimer = setTimeout(() => this.close(page, 'lost'), this.#options.resumeWindow).unref();
  }

  /** @throws ISSR_ERR_PAGES when there is no place for one more page of this address */
  assertRoom(ip: string): void {
    this.#count.assertRoom(ip);
  }

  /** A page has a connection: its first, or again after it was detached. */
  attach(page: Page, request: FastifyRequest): void {
    clearTimeout(page.lossTimer);
    page.lossTimer = undefined;
    page.state = 'connected';
    const isKnown = this.joined.has(page.id);
    this.#log.debug(
      { page: page.id, path: page.path, reqId: request.id },
      isKnown ? 'issr: page resumed' : 'issr: page joined',
    );
    if (isKnown) return;
    this.joined.set(page.id, page);
    page.ip = request.ip;
    this.#count.enter(page.ip);
    this.#hooks.connected(page, request);
  }

  /** What the browser has is not known any more: the page is sent whole next time. */
  dropHtml(page: Page): void {
    if (page.html) this.#store.release(page.html);
    page.html = undefined;
  }

  close(page: Page, reason: DisconnectReason): void {
    if (page.state === 'closed') return;
    this.#log.debug({ page: page.id, reason }, 'issr: page forgotten');
    page.state = 'closed';
    clearTimeout(page.lossTimer);
    this.#hooks.disconnected(page, reason);
    this.joined.delete(page.id);
    this.#count.leave(page.ip);
    this.dropHtml(page);
    page.connection?.end(reason === 'shutdown' ? CloseCode.goingAway : 1000, reason);
    page.connection = null;
  }

  /**
   * The server goes away. Each page is told, and let go when what it has under way has been answered;
   * what waits is for the next process.
   */
  async closeAll(): Promise<void> {
    this.isClosing = true;
    const spread = Math.min(MAX_SPREAD, SPREAD_PER_PAGE * this.joined.size);
    const drained = Array.from(this.joined.values(), (page) => this.#drain(page, spread));
    await Promise.race([Promise.all(drained), sleep(this.#options.shutdownTimeout, null, { ref: false })]);
    for (const page of this.joined.values()) this.close(page, 'shutdown');
    this.unjoined.clear();
  }

  async #drain(page: Page, spread: number): Promise<void> {
    const stopped = page.queue.stop();
    page.send(['closing', page.lastAnsweredEvent, spread]);
    await stopped;
    this.close(page, 'shutdown');
  }
}

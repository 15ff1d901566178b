import type { FastifyBaseLogger } from 'fastify';
import type { Cluster } from '../cluster/cluster.js';
import type { Records } from '../cluster/records.js';
import type { RefusalLog } from '../limits/refusal-log.js';
import { within } from '../limits/within.js';
import type { ResolvedOptions } from '../options/options.js';
import type { Page } from '../page/page.js';
import type { Pages } from '../page/pages.js';
import { isSameSecret } from '../signed/token.js';
import type { UploadExchange } from '../uploads/cluster/upload-exchange.js';
import type { Uploads } from '../uploads/uploads.js';
import { type Handover, isHandover, pageStateOf } from './handover.js';
import { type Credentials, LeftPages } from './left-pages.js';

/** Page id, secret → `Handover`, the secret of the page at its next process, or `null`. */
const HANDOVER = 'handover';
/** Page id, its old secret, its new one, whether its files came along: the sender has the page. */
const ARRIVED = 'handover-arrived';
/** Page id, its secret at the receiver: the page went on to another process before its browser learned that secret. */
const OVERTAKEN = 'handover-overtaken';
/** Page id, its secret at the sender → whether the page arrived here with its files. */
const HAS_FILES = 'handover-has-files';
/** Milliseconds that another process has to answer, and to finish the running event of a page. */
const TIMEOUT = 1000;
/** Least milliseconds that a page which left is remembered. */
const MIN_MEMORY = 5000;
/** Least milliseconds that the state of a page is left for its next process: a start may take long. */
const MIN_LIFETIME = 60_000;
/** Processes that a page is followed through, if its connections drop again and again before it learns its secret. */
const MAX_HOPS = 5;

/** The process that the page was at, or is at now. */
export interface Found {
  /** The page's secret there. */
  secret: string;
  /** Undefined if that process is this one, has forgotten the page, takes too long, or is gone and left nothing. */
  handover?: Handover;
  /** That process is gone and left the handover. It is in no other place now. */
  isLeft?: boolean;
}

interface HandoverServices {
  cluster: Cluster;
  records: Records;
  log: FastifyBaseLogger;
  refusals: RefusalLog;
  options: Pick<ResolvedOptions, 'resumeWindow'>;
  pages: Pages;
  uploads: Uploads;
  uploadExchange: UploadExchange;
}

/** A page that this process has let go. */
interface Departure {
  readonly page: Page;
  readonly handover: Promise<Handover | null>;
  /** The process that asked last. */
  asker: string;
  /** The page's secret at its next process. Empty until it has arrived there. */
  nextSecret: string;
  /** Forgets the page. */
  readonly timer: NodeJS.Timeout;
  /** The page was asked for since the timer ended. */
  isWanted: boolean;
}

/**
 * Lets pages go to the process that they joined next, and takes them from the process that they joined before. The
 * connection to the next process may drop before the browser learns of it. So a page that asks again within
 * `resumeWindow`, there or here, gets the same answer, or is sent after its page.
 */
export class Handovers {
  readonly #services: HandoverServices;
  readonly #left: LeftPages;
  /** Milliseconds that a page which left is remembered. */
  readonly #memory: number;
  /** Milliseconds that the state of a page is left for its next process. */
  readonly #lifetime: number;
  readonly #departures = new Map<string, Departure>();
  /** Moves of pages to this process that are under way, by page id. */
  readonly #arrivals = new Map<string, Promise<unknown>>();
  /** The former secrets of pages that arrived here with files. */
  readonly #formerSecrets = new WeakMap<Page, string>();

  constructor(services: HandoverServices) {
    this.#services = services;
    this.#left = new LeftPages(services);
    this.#memory = Math.max(services.options.resumeWindow, MIN_MEMORY);
    this.#lifetime = Math.max(services.options.resumeWindow, MIN_LIFETIME);
    const { cluster } = services;
    cluster.answer(HANDOVER, ([id, secret], sender) => this.#handOver(String(id), String(secret), sender));
    cluster.on(ARRIVED, (sender, [id, secret, nextSecret, hasFiles]) =>
      this.#onArrived(sender, String(id), String(secret), String(nextSecret), hasFiles === true),
    );
    cluster.answer(HAS_FILES, ([id, secret]) => this.#hasFiles(String(id), String(secret)));
    cluster.on(OVERTAKEN, (_sender, [id, secret]) => this.#close(String(id), String(secret)));
  }

  /** The page joined another process, which may have closed since, or this one has let it go. */
  isAway(id: string, secret: string): boolean {
    return this.#services.cluster.isForeign(secret) || this.#find(id, secret) !== undefined;
  }

  /**
   * Asks the process that the document joined before to let its page go. That process finishes the running
   * event first, so that no event runs twice and their order holds. If it does not have the page, or is gone, what it
   * left is taken.
   *
   * @param address of the visitor: `addressKey`
   */
  async takeOver(id: string, secret: string, address: string): Promise<Found> {
    let current = secret;
    for (let hop = 0; hop < MAX_HOPS && this.isAway(id, current); hop++) {
      const { found, isLeft } = await this.#fetch({ id, secret: current }, address);
      if (typeof found !== 'string')
        return isHandover(found) ? { secret: current, handover: found, isLeft } : { secret };
      // The page may come back by its former secret once more.
      if (isLeft) void this.#left.replace({ id, secret: current }, found, this.#lifetime);
      current = found;
    }
    return { secret: current };
  }

  /** A page did not begin here after all. What was left for it is left to the next process. */
  giveBack(id: string, { secret, handover, isLeft }: Found): void {
    if (handover && isLeft) void this.#left.replace({ id, secret }, handover, this.#lifetime);
  }

  /**
   * Leaves the state of a page that closes with this process to the process that it joins next. Call it after the page's
   * last event, and before its connection ends. A process without a shared adapter leaves nothing.
   *
   * @param delay milliseconds that the browser may wait before it reconnects
   */
  async leave(page: Page, delay: number): Promise<void> {
    if (!this.#left.isOpen) return;
    // A push could change the state.
    await page.queue.stop();
    await this.#left.leave(page, this.#lifetime + delay, () => {
      if (page.state === 'closed' || !isWorthLeaving(page)) return undefined;
      const hadFiles = this.#services.uploads.of(page) !== undefined;
      return { ...pageStateOf(page), hadFiles, files: null };
    });
  }

  /** Warns of the state of pages that close before `leave` has written it. */
  warnOfLost(pages: readonly Page[]): void {
    const lost = pages.filter(isWorthLeaving).length;
    if (lost > 0 && this.#left.isOpen) this.#left.warnOfLost(lost);
  }

  /** Notes a move of a page to this process, which asks for the page and then confirms its arrival. */
  expect(id: string, moving: Promise<unknown>): void {
    const all = Promise.allSettled([this.#arrivals.get(id), moving]);
    this.#arrivals.set(id, all);
    void all.then(() => this.#arrivals.get(id) === all && this.#arrivals.delete(id));
  }

  /** Tells the former process that its page is here, under a secret of this process. */
  confirmArrival(page: Page, { secret: formerSecret, isLeft }: Found): void {
    const { cluster, uploads } = this.#services;
    if (isLeft) {
      void this.#left.replace({ id: page.id, secret: formerSecret }, page.secret, this.#lifetime);
      return;
    }
    const hasFiles = uploads.of(page) !== undefined;
    if (hasFiles) this.#formerSecrets.set(page, formerSecret);
    const owner = cluster.ownerOf(formerSecret);
    if (owner === cluster.instance) this.#onArrived(owner, page.id, formerSecret, page.secret, hasFiles);
    else cluster.sendTo(owner, ARRIVED, page.id, formerSecret, page.secret, hasFiles);
  }

  /**
   * Leaves the pages that did not arrive to the next process, and deletes their files. Call it before the cluster is left,
   * once no page can leave this process.
   */
  async close(): Promise<void> {
    const settled = Array.from(this.#departures.values(), (departure) => this.#settle(departure));
    // A page whose handler still runs leaves later than that. Its files are kept, as in all cases of doubt.
    await within(Promise.all(settled), 2 * TIMEOUT);
  }

  async #settle(departure: Departure): Promise<void> {
    clearTimeout(departure.timer);
    await Promise.all([this.#leaveDeparted(departure), this.#forget(departure)]);
    // If the page was asked for meanwhile, it may still arrive with its files.
    this.#services.uploadExchange.moves.release(departure.page, departure.asker);
  }

  /** The browser may not know yet that its page has moved. */
  async #leaveDeparted({ page, handover, nextSecret }: Departure): Promise<void> {
    if (!this.#left.isOpen) return;
    const state = await handover.catch(() => null);
    const left = nextSecret || (state && { ...state, files: null });
    if (left) await this.#left.leave(page, this.#lifetime, () => left);
  }

  /** Asks the process that has a page, and takes what it left. A process that is not known has probably closed. */
  async #fetch(page: Credentials, address: string): Promise<{ found: unknown; isLeft: boolean }> {
    const { cluster } = this.#services;
    const owner = cluster.ownerOf(page.secret);
    const isKnown = owner === cluster.instance || cluster.knows(owner);
    for (const isLeft of isKnown ? [false, true] : [true, false]) {
      const found = await (isLeft
        ? this.#left.take(page, address)
        : this.#ask(page.id, page.secret, address));
      if (found !== undefined && found !== null) return { found, isLeft };
    }
    return { found: undefined, isLeft: false };
  }

  /** A page may return to the process that has just let it go. */
  #ask(id: string, secret: string, address: string): Promise<unknown> {
    const { cluster } = this.#services;
    if (cluster.ownerOf(secret) !== cluster.instance)
      return cluster.ask(secret, HANDOVER, address, TIMEOUT, id, secret);
    const answer = Promise.resolve(this.#handOver(id, secret, cluster.instance));
    return within(answer, TIMEOUT);
  }

  #handOver(id: string, secret: string, asker: string): Promise<Handover | null> | string | null {
    const departure = this.#find(id, secret);
    if (!departure) {
      const page = this.#findOpen(id, secret);
      return page ? this.#depart(page, asker).handover : null;
    }
    if (departure.nextSecret !== '') return departure.nextSecret;
    departure.asker = asker;
    departure.isWanted = true;
    departure.timer.refresh();
    return departure.handover;
  }

  #depart(page: Page, asker: string): Departure {
    const timer = setTimeout(() => void this.#forget(departure), this.#memory).unref();
    const handover = letGo(this.#services, page);
    const departure: Departure = { page, handover, asker, nextSecret: '', timer, isWanted: false };
    this.#departures.set(page.id, departure);
    return departure;
  }

  /**
   * Forgets a page, and deletes files that did not arrive. The timer proves nothing: after a freeze it ends before
   * messages are read, and a message may be lost. So the next process is asked.
   */
  async #forget(departure: Departure): Promise<void> {
    const { page, asker, handover } = departure;
    const { moves } = this.#services.uploadExchange;
    departure.isWanted = false;
    await Promise.allSettled([handover]);
    const hasFiles = moves.isUnderWay(page) ? await this.#askForFiles(page, asker) : false;
    if (departure.isWanted) return;
    if (this.#departures.get(page.id) === departure) this.#departures.delete(page.id);
    if (hasFiles === false) await moves.discard(page);
    else moves.release(page, asker);
  }

  /** Resolves to undefined if that process does not answer: it may be frozen, and have the page. */
  #askForFiles({ id, secret, ipKey }: Page, asker: string): Promise<unknown> {
    const { cluster } = this.#services;
    if (asker === cluster.instance) return this.#hasFiles(id, secret);
    return cluster.ask(asker, HAS_FILES, ipKey, TIMEOUT, id, secret);
  }

  /** The page arrived here with its files, perhaps just now. It may have gone on to another process since. */
  async #hasFiles(id: string, formerSecret: string): Promise<boolean> {
    await this.#arrivals.get(id);
    const pages = [this.#services.pages.find(id), this.#departures.get(id)?.page];
    return pages.some((page) => page && isSameSecret(formerSecret, this.#formerSecrets.get(page) ?? ''));
  }

  #onArrived(sender: string, id: string, secret: string, nextSecret: string, hasFiles: boolean): void {
    const { cluster, uploadExchange } = this.#services;
    const departure = this.#find(id, secret);
    if (!departure) return;
    if (departure.asker !== sender) {
      if (sender === cluster.instance) this.#close(id, nextSecret);
      else cluster.sendTo(sender, OVERTAKEN, id, nextSecret);
      return;
    }
    departure.nextSecret = nextSecret;
    if (hasFiles) uploadExchange.moves.release(departure.page, sender);
    else void uploadExchange.moves.discard(departure.page);
  }

  #find(id: string, secret: string): Departure | undefined {
    const departure = this.#departures.get(id);
    return departure && isSameSecret(secret, departure.page.secret) ? departure : undefined;
  }

  #close(id: string, secret: string): void {
    const page = this.#findOpen(id, secret);
    if (page) this.#services.pages.close(page, 'moved');
  }

  #findOpen(id: string, secret: string): Page | undefined {
    const page = this.#services.pages.find(id);
    return page && isSameSecret(secret, page.secret) ? page : undefined;
  }
}

async function letGo(
  { pages, uploads, uploadExchange }: HandoverServices,
  page: Page,
): Promise<Handover | null> {
  const ended = Promise.resolve(page.hasRun?.ended()).then(() => true);
  const isOver = await within(ended, TIMEOUT, false);
  await page.queue.stop();
  const handover: Handover = {
    ...pageStateOf(page),
    hadFiles: uploads.of(page) !== undefined,
    files: (await uploadExchange.moves.depart(page)) ?? null,
  };
  pages.close(page, 'moved');
  // Without a handover the browser learns that an action is lost: this process has just aborted it.
  return isOver ? handover : null;
}

/** Most pages have nothing that their browsers lack. */
function isWorthLeaving(page: Page): boolean {
  const mayHaveMissedAnswer = !page.isConnected && page.lastAnsweredEvent > 0;
  return Object.keys(page.data).length > 0 || page.unconfirmedParams().length > 0 || mayHaveMissedAnswer;
}

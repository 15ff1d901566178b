import type { Cluster } from '../cluster/cluster.js';
import { isParams } from '../http/json-shape.js';
import { within } from '../limits/within.js';
import type { ResolvedOptions } from '../options/options.js';
import type { Page } from '../page/page.js';
import type { Pages } from '../page/pages.js';
import type { ParamEntries } from '../protocol.js';
import { checksumOf, isSameSecret } from '../signed/token.js';
import { isMovedFiles, type MovedFiles } from '../uploads/cluster/messages.js';
import type { UploadExchange } from '../uploads/cluster/upload-exchange.js';
import type { Uploads } from '../uploads/uploads.js';

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
/** Milliseconds that a page which left is remembered at least. */
const MIN_MEMORY = 5000;
/** Processes that a page is followed through, if its connections drop again and again before it learns its secret. */
const MAX_HOPS = 5;

/** State that a page takes along when it moves to another process. */
export interface Handover {
  /** Number of the last event that ran. Later ones did not begin. */
  event: number;
  /** Params that the former process assigned and the browser has not confirmed. */
  assigned: ParamEntries;
  /** `page.data`, if it can be encoded as JSON. */
  data: object;
  /** The page had files. Its browser sends those again that do not arrive with it. */
  hadFiles: boolean;
  /** The files that the next process may take; null if there are none, or one of them did not stop. */
  files: MovedFiles | null;
  /** Checksum of the HTML of the browser's shadow after `patches` patches; `''` if it is unknown. */
  html: string;
  patches: number;
}

/** The process that the page was at, or is at now. */
export interface Found {
  /** The page's secret there. */
  secret: string;
  /** Undefined if that process is this one, is gone, has forgotten the page, or takes too long. */
  handover?: Handover;
}

interface HandoverServices {
  cluster: Cluster;
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
  readonly #departures = new Map<string, Departure>();
  /** Moves of pages to this process that are under way, by page id. */
  readonly #arrivals = new Map<string, Promise<unknown>>();
  /** The former secrets of pages that arrived here with files. */
  readonly #formerSecrets = new WeakMap<Page, string>();

  constructor(services: HandoverServices) {
    this.#services = services;
    const { cluster } = services;
    cluster.answer(HANDOVER, ([id, secret], sender) => this.#handOver(String(id), String(secret), sender));
    cluster.on(ARRIVED, (sender, [id, secret, nextSecret, hasFiles]) =>
      this.#onArrived(sender, String(id), String(secret), String(nextSecret), hasFiles === true),
    );
    cluster.answer(HAS_FILES, ([id, secret]) => this.#hasFiles(String(id), String(secret)));
    cluster.on(OVERTAKEN, (_sender, [id, secret]) => this.#close(String(id), String(secret)));
  }

  /** The page is in another process, or this one has let it go. */
  isAway(id: string, secret: string): boolean {
    return this.#services.cluster.isElsewhere(secret) || this.#find(id, secret) !== undefined;
  }

  /**
   * Asks the process that the document joined before to let its page go. That process finishes the running
   * event first, so that no event runs twice and their order holds.
   *
   * @param address of the visitor: `addressKey`
   */
  async takeOver(id: string, secret: string, address: string): Promise<Found> {
    let current = secret;
    for (let hop = 0; hop < MAX_HOPS && this.isAway(id, current); hop++) {
      const answer = await this.#ask(id, current, address);
      if (typeof answer !== 'string')
        return isHandover(answer) ? { secret: current, handover: answer } : { secret };
      current = answer;
    }
    return { secret: current };
  }

  /** Notes a move of a page to this process, which asks for the page and then confirms its arrival. */
  expect(id: string, moving: Promise<unknown>): void {
    const all = Promise.allSettled([this.#arrivals.get(id), moving]);
    this.#arrivals.set(id, all);
    void all.then(() => this.#arrivals.get(id) === all && this.#arrivals.delete(id));
  }

  /** Tells the former process that its page is here, under a secret of this process. */
  confirmArrival(page: Page, formerSecret: string): void {
    const { cluster, uploads } = this.#services;
    const hasFiles = uploads.of(page) !== undefined;
    if (hasFiles) this.#formerSecrets.set(page, formerSecret);
    const owner = cluster.ownerOf(formerSecret);
    if (owner === cluster.instance) this.#onArrived(owner, page.id, formerSecret, page.secret, hasFiles);
    else cluster.sendTo(owner, ARRIVED, page.id, formerSecret, page.secret, hasFiles);
  }

  /** Deletes files that did not arrive. Call it before the cluster is left, once no page can leave this process. */
  async close(): Promise<void> {
    const settled = Array.from(this.#departures.values(), (departure) => this.#settle(departure));
    // A page whose handler still runs leaves later than that. Its files are kept, as in all cases of doubt.
    await within(Promise.all(settled), 2 * TIMEOUT);
  }

  async #settle(departure: Departure): Promise<void> {
    clearTimeout(departure.timer);
    await this.#forget(departure);
    // If the page was asked for meanwhile, it may still arrive with its files.
    this.#services.uploadExchange.moves.release(departure.page, departure.asker);
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
    const { resumeWindow } = this.#services.options;
    const forget = () => void this.#forget(departure);
    const timer = setTimeout(forget, Math.max(resumeWindow, MIN_MEMORY)).unref();
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
    event: page.lastAnsweredEvent,
    assigned: page.unconfirmedParams(),
    data: dataOf(page),
    hadFiles: uploads.of(page) !== undefined,
    files: (await uploadExchange.moves.depart(page)) ?? null,
    html: page.shadow.html?.html === undefined ? '' : checksumOf(page.shadow.html.html),
    patches: page.shadow.patchCount,
  };
  pages.close(page, 'moved');
  // Without a handover the browser learns that an action is lost: this process has just aborted it.
  return isOver ? handover : null;
}

function dataOf({ data }: Page): object {
  try {
    return JSON.parse(JSON.stringify(data));
  } catch {
    return {};
  }
}

function isHandover(value: unknown): value is Handover {
  if (typeof value !== 'object' || value === null) return false;
  const { event, assigned, data, hadFiles, files, html, patches } = value as Partial<Handover>;
  return (
    Number.isSafeInteger(event) &&
    isParams(assigned) &&
    typeof data === 'object' &&
    data !== null &&
    typeof hadFiles === 'boolean' &&
    (files === null || isMovedFiles(files)) &&
    typeof html === 'string' &&
    Number.isSafeInteger(patches)
  );
}

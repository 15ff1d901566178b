import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '../page/page.js';
import type { ParamEntries } from '../protocol.js';
import type { Runtime } from '../runtime.js';
import { checksumOf, isSameSecret } from '../signed/token.js';
import { isMovedFiles, type MovedFiles } from '../uploads/cluster/messages.js';
import { isParams } from './messages.js';

/** Page id, secret → `Handover`, the secret of the page at its next process, or `null`. */
const HANDOVER = 'handover';
/** Page id, its old secret, its new one, whether its files came along: the sender has the page. */
const ARRIVED = 'handover-arrived';
/** Page id, its secret at the receiver: the page went on to another process before its browser learned that secret. */
const OVERTAKEN = 'handover-overtaken';
/** Milliseconds that the former process has to finish the running event. */
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

/** A page that this process has let go. */
interface Departure {
  readonly page: Page;
  readonly handover: Promise<Handover | null>;
  /** The process that asked last. */
  asker: string;
  /** The page's secret at its next process. Empty until it has arrived there. */
  nextSecret: string;
}

/**
 * Lets pages go to the process that they joined next. The connection to that process may drop before the browser
 * learns of it. So a page that asks again within `resumeWindow` gets the same answer, or is sent after its page.
 */
export function answerHandovers(runtime: Runtime): void {
  const { cluster, options, pages, uploadExchange } = runtime;
  const departures = new Map<string, Departure>();
  const find = (id: unknown, secret: unknown) => {
    const departure = departures.get(String(id));
    return departure && isSameSecret(String(secret), departure.page.secret) ? departure : undefined;
  };
  const depart = (page: Page, asker: string): Departure => {
    const departure = { page, handover: letGo(runtime, page), asker, nextSecret: '' };
    departures.set(page.id, departure);
    const expire = () => {
      if (departures.get(page.id) === departure) departures.delete(page.id);
      if (departure.nextSecret === '') void uploadExchange.moves.discard(page);
    };
    setTimeout(expire, Math.max(options.resumeWindow, MIN_MEMORY)).unref();
    return departure;
  };

  const findOpen = (id: unknown, secret: unknown) => {
    const page = pages.find(String(id));
    return page && isSameSecret(String(secret), page.secret) ? page : undefined;
  };

  cluster.answer(HANDOVER, ([id, secret], sender) => {
    const departure = find(id, secret);
    if (!departure) {
      const page = findOpen(id, secret);
      return page ? depart(page, sender).handover : null;
    }
    if (departure.nextSecret !== '') return departure.nextSecret;
    departure.asker = sender;
    return departure.handover;
  });
  cluster.on(ARRIVED, (sender, [id, secret, nextSecret, hasFiles]) => {
    const departure = find(id, secret);
    if (!departure) return;
    if (departure.asker !== sender) return cluster.sendTo(sender, OVERTAKEN, id, nextSecret);
    departure.nextSecret = String(nextSecret);
    if (hasFiles === true) uploadExchange.moves.release(departure.page);
    else void uploadExchange.moves.discard(departure.page);
  });
  cluster.on(OVERTAKEN, (_sender, [id, secret]) => {
    const page = findOpen(id, secret);
    if (page) pages.close(page, 'moved');
  });
}

/**
 * Asks the process that the document joined before to let its page go. That process finishes the running
 * event first, so that no event runs twice and their order holds.
 *
 * @param address of the visitor: `addressKey`
 */
export async function takeOver(
  { cluster }: Runtime,
  id: string,
  secret: string,
  address: string,
): Promise<Found> {
  let current = secret;
  for (let hop = 0; hop < MAX_HOPS && cluster.isElsewhere(current); hop++) {
    const answer = await cluster.ask(current, HANDOVER, address, TIMEOUT, id, current);
    if (typeof answer !== 'string')
      return isHandover(answer) ? { secret: current, handover: answer } : { secret };
    current = answer;
  }
  return { secret: current };
}

/** Tells the former process that its page is here, under a secret of this process. */
export function confirmArrival({ cluster, uploads }: Runtime, page: Page, formerSecret: string): void {
  const hasFiles = uploads.of(page) !== undefined;
  cluster.sendTo(cluster.ownerOf(formerSecret), ARRIVED, page.id, formerSecret, page.secret, hasFiles);
}

async function letGo({ pages, uploads, uploadExchange }: Runtime, page: Page): Promise<Handover | null> {
  const ended = page.hasRun?.ended().then(() => true) ?? true;
  const isOver = await Promise.race([ended, sleep(TIMEOUT, false, { ref: false })]);
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

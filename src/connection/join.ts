import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Handover } from '../handover/handover.js';
import type { Found } from '../handover/handovers.js';
import { applySetCookies } from '../http/cookies.js';
import { isSameVisitor } from '../http/same-visitor.js';
import { setPeerCookies } from '../http/virtual-http.js';
import { addressKey } from '../limits/address-key.js';
import { warnFor } from '../mistakes/inspection.js';
import type { ResolvedOptions } from '../options/options.js';
import type { PageConnection } from '../page/output/page-connection.js';
import type { ExpectedHtml } from '../page/output/shadow-html.js';
import { Page } from '../page/page.js';
import type { UnjoinedPage } from '../page/unjoined-pages.js';
import {
  limitEntries,
  limitParams,
  limitUrl,
  Params,
  paramsOfUrl,
  pathOf,
  setParams,
} from '../params/params.js';
import { CloseCode, type Outcome, PROTOCOL_VERSION, type QueueWindow } from '../protocol.js';
import type { Runtime } from '../runtime.js';
import { checksumIn, isSameSecret } from '../signed/token.js';
import type { PageUploads } from '../uploads/page-uploads.js';
import type { UploadOwner } from '../uploads/upload-space.js';
import type { JoinMessage } from './messages.js';

/** A connection that waits for its page. */
export interface Joining extends PageConnection {
  readonly request: FastifyRequest;
  page: Page | null;
  /** The connection has ended. */
  readonly isEnded: boolean;
}

/**
 * Gives a connection its page. A page whose record is in this process continues, if this is the document
 * that joined. Another document with the same token (a duplicated tab, a copy from a cache) becomes a page
 * of its own. A page whose record is in another process is taken over from there, or from what that
 * process left when it closed. A page whose token this process cannot check, as after a restart without `secret`, becomes a page of its own
 * too, and keeps what its visitor typed. A page that was rendered here for the same visitor begins with that HTML. Any other page is
 * rendered from its params.
 *
 * @param hidesQuery the browser does not know the query of its URL
 * @throws ISSR_ERR_TOKEN, ISSR_ERR_PARAMS, ISSR_ERR_PAGES, ISSR_ERR_HELD
 */
export function join(runtime: Runtime, connection: Joining, message: JoinMessage, hidesQuery: boolean): void {
  if (message.version !== PROTOCOL_VERSION) {
    connection.send(['reload']);
    connection.end(CloseCode.protocolError, 'version');
    return;
  }
  if (runtime.pages.isClosing) {
    connection.end(CloseCode.goingAway, 'shutdown');
    return;
  }
  const id = runtime.tokens.identify(message.token);
  const params = readParams(message, runtime.options, hidesQuery);
  if (id !== undefined && runtime.handovers.isAway(id, message.secret ?? '')) {
    const moving = move(runtime, connection, id, message, params);
    runtime.handovers.expect(id, moving);
    moving.catch((error) => connection.refuse(error));
    return;
  }
  const known = id === undefined ? undefined : runtime.pages.find(id);
  if (known && isSameSecret(message.secret ?? '', known.secret))
    return resume(runtime, connection, known, message, params);
  runtime.pages.assertRoom(connection.request.ip);
  begin(runtime, connection, id === undefined || known ? randomUUID() : id, message, params);
}

/** Continues a page of another process, or begins it again if that process does not hand it over. */
async function move(
  runtime: Runtime,
  connection: Joining,
  id: string,
  message: JoinMessage,
  params: Params,
): Promise<void> {
  const { handovers } = runtime;
  const found = await handovers.takeOver(id, message.secret ?? '', addressKey(connection.request.ip));
  try {
    await arrive(runtime, connection, id, message, params, found);
  } finally {
    if (!connection.page) handovers.giveBack(id, found);
  }
}

async function arrive(
  runtime: Runtime,
  connection: Joining,
  id: string,
  given: JoinMessage,
  givenParams: Params,
  found: Found,
): Promise<void> {
  const { pages, handovers } = runtime;
  const { handover, secret } = found;
  const { message, params } = placeOf(given, givenParams, handover);
  if (connection.isEnded || pages.isClosing) return;
  const stale = pages.find(id);
  if (stale && isSameSecret(secret, stale.secret)) return resume(runtime, connection, stale, message, params);
  pages.assertRoom(connection.request.ip);
  if (!handover) return begin(runtime, connection, stale ? randomUUID() : id, message, params);
  const owner = { page: id, address: addressKey(connection.request.ip) };
  const files = await takeFiles(runtime, owner, handover, message.url, connection);
  try {
    if (pages.isClosing) return void files?.abandon();
    const stale = pages.find(id);
    if (stale) pages.close(stale, 'moved');
    begin(runtime, connection, id, message, params, { ...handover, uploads: files });
  } catch (error) {
    void files?.abandon();
    throw error;
  }
  const { page } = connection;
  if (!page) return;
  if (files && handover.files) runtime.uploadExchange.moves.adopt(handover.files);
  handovers.confirmArrival(page, found);
  // The files have moved, so the page stays here. Its next connection follows it.
  if (connection.isEnded) pages.detach(page);
}

/** The place and the params of a page that moves here: those of its last visit, if the browser has not seen that arrive. */
function placeOf(message: JoinMessage, params: Params, handover: Handover | undefined) {
  const { arrived, event = 0 } = handover ?? {};
  if (!arrived || !isUnseen(message, event, arrived.url)) return { message, params };
  return { message: { ...message, url: arrived.url }, params: setParams(new Params(), arrived.params) };
}

/** The browser still shows the page that it left by a visit to `url`: the params of its join are those of that page. */
function isUnseen(message: JoinMessage, visit: number, url: string): boolean {
  return message.event < visit && message.url !== url;
}

/** Takes the files of a page that moves here. Returns undefined if it has none, or not all are within reach. */
async function takeFiles(
  { routes, uploadExchange }: Runtime,
  owner: UploadOwner,
  { files }: Handover,
  url: string,
  { peer }: Joining,
): Promise<PageUploads | undefined> {
  const rules = routes.find(url, peer.headers)?.uploads;
  return files && rules ? uploadExchange.moves.arrive(files, owner, rules) : undefined;
}

/** @throws ISSR_ERR_PARAMS before anything is kept */
function readParams({ url, params }: JoinMessage, options: ResolvedOptions, hidesQuery: boolean): Params {
  limitUrl(url, options);
  limitEntries(params, options);
  const read = setParams(hidesQuery ? paramsOfUrl(url) : new Params(), params);
  limitParams(read, options);
  return read;
}

/** Continues a page whose record is here. Renders it only if it missed something. */
function resume(
  runtime: Runtime,
  connection: Joining,
  page: Page,
  message: JoinMessage,
  params: Params,
): void {
  runtime.pages.hold(page, params.encodedLength + page.queue.queuedChars);
  const isComplete = page.shadow.patchCount === message.patches && page.shadow.html?.hash === message.hash;
  page.shadow.dropPrefetched();
  if (!isComplete) page.shadow.restart(message.patches);
  page.place.prefix = message.prefix ?? '';
  page.connect(connection, { code: CloseCode.replaced, reason: 'joined again' });
  connection.page = page;
  repeatCookies(runtime, page);
  repeatAnswer(page, message.event);
  sendJoined(runtime, connection, page, true);
  const mayHaveMissed = page.takeMissedPush() || !isComplete;
  const isAhead = isUnseen(message, page.lastVisit, page.address);
  page.replaceParams(isAhead ? setParams(new Params(), [...page.params]) : params, mayHaveMissed);
  runtime.pages.resumed(page, connection.request);
  if (mayHaveMissed || page.hasUnsentState)
    void page.queue.requestRender().then(() => page.hasRun?.reportEnds());
}

/** The browser has not fetched the cookies that the page got, so its handshake lacks them. */
function repeatCookies({ tickets }: Runtime, page: Page): void {
  const { peer, path, place, ticket } = page;
  const cookie = peer.headers.cookie as string | undefined;
  const setCookies = tickets.peek(ticket);
  if (!setCookies) return;
  setPeerCookies(peer, applySetCookies(cookie, setCookies, path, place.prefix));
  page.sendTicket(ticket);
}

/**
 * Sends which events go on, and an answer that was lost with a connection. Without it the browser would take the event
 * for one that went well.
 */
function repeatAnswer(page: Page, seen: number): void {
  const answer = page.output.answerAfter(seen);
  if (answer?.[0] === 'outcome') page.running.sendList(answer.slice(1) as Outcome);
  else page.hasRun?.sendList();
  if (answer && answer[0] !== 'outcome') page.send(answer);
}

function begin(
  runtime: Runtime,
  connection: Joining,
  id: string,
  message: JoinMessage,
  params: Params,
  handover?: Handover & { uploads: PageUploads | undefined },
): void {
  const { url, hash, event, patches } = message;
  const page = new Page({ id, url, params, ip: connection.request.ip }, connection, runtime.pages);
  runtime.pages.hold(page, params.encodedLength);
  page.place.prefix = message.prefix ?? '';
  connection.page = page;
  page.continueFrom(handover?.event ?? event, patches);
  if (handover) Object.assign(page.data, handover.data);
  if (handover?.uploads) runtime.uploads.attach(page, handover.uploads);
  // A browser that is not resumed sends its files again.
  const hasFiles = !handover?.hadFiles || handover.uploads !== undefined;
  page.output.keepAnswer(handover?.answer);
  repeatAnswer(page, event);
  sendJoined(runtime, connection, page, handover !== undefined && hasFiles);
  const rendered = takeRendered(runtime, connection, page, message);
  const isComplete = rendered !== undefined && sendBase(runtime, connection, page, hash);
  if (!rendered) page.shadow.startFrom(expectedHtml(message, handover), () => void page.renderPush());
  runtime.pages.enter(page, connection.request);
  if (rendered?.isPage) {
    runtime.pages.admit(page);
    runtime.audience.commit(page, rendered.interests);
    page.memory.flashes = rendered.flashes;
    runtime.shares.enter(page, rendered.share);
  }
  page.late?.attach(() => void page.renderPush());
  if (handover) {
    // The former process has ended the page's running actions.
    page.running.sendList();
    void page.rr(Object.fromEntries(handover.assigned));
  } else if (
    !isComplete ||
    rendered.pushGeneration !== runtime.pages.pushGeneration ||
    page.late?.hasNews === true
  ) {
    void page.queue.requestRender();
  }
}

/** Tells a render that equals the shadow from others: by the checksum of the load, or of the former process. */
function expectedHtml({ token, hash, patches }: JoinMessage, handover?: Handover): ExpectedHtml | undefined {
  const isCurrent = handover ? handover.patches === patches : patches === 0;
  const checksum = handover ? handover.html : checksumIn(token);
  return isCurrent && checksum ? { checksum, hash } : undefined;
}

function sendJoined(runtime: Runtime, connection: Joining, page: Page, isResumed: boolean): void {
  const token = runtime.tokens.sign(page.id);
  const window = windowOf(runtime, page);
  connection.send(['joined', page.lastReceivedEvent, isResumed, page.secret, token, window]);
}

/** Counts the waiting messages only if an event waits, because its answer tells the client that they are done. */
function windowOf({ options }: Runtime, { queue, lastReceivedEvent, lastAnsweredEvent }: Page): QueueWindow {
  const { maxQueuedEvents, maxMessageBytes } = options;
  const isWaiting = lastReceivedEvent > lastAnsweredEvent;
  return [
    maxQueuedEvents,
    maxMessageBytes,
    isWaiting ? queue.queuedCount : 0,
    isWaiting ? queue.queuedChars : 0,
  ];
}

/**
 * Returns the load of a page that joins for the first time, if it is still at that URL. The HTML was made
 * for the visitor who loaded it: no other visitor may get it, or a difference from it.
 */
function takeRendered(
  { pages, store, urls }: Runtime,
  { peer, request }: Joining,
  page: Page,
  message: JoinMessage,
): UnjoinedPage | undefined {
  const rendered = pages.unjoined.take(page.id);
  if (!rendered) return undefined;
  const isAtUrl = urls.read(rendered.url, () => true) === message.url && message.patches === 0;
  if (!isAtUrl || !isSameVisitor(rendered, pathOf(rendered.url), peer, request)) {
    rendered.late?.close();
    return undefined;
  }
  page.late = rendered.late;
  page.shadow.adopt(store.retain(rendered.html));
  return rendered;
}

/** Sends the original HTML if the browser's shadow hash differs. Returns false if that HTML was evicted. */
function sendBase(
  { options, fastify, mistakes }: Runtime,
  connection: Joining,
  { path, shadow: { html } }: Page,
  hash: number,
): boolean {
  if (html?.html === undefined) return false;
  if (html.hash === hash) return true;
  connection.send(['base', html.html]);
  // Without a hash, it is the browser's parser that made other nodes: `ISSR_WARN_NESTING`.
  if (options.showErrors && html.hash !== undefined)
    warnFor(fastify, (mistake) => mistakes.warn(fastify.log, path, mistake))(
      'ISSR_WARN_CHANGED',
      'it was changed before it joined, by a browser extension or a script',
    );
  return true;
}

import type { FastifyRequest } from 'fastify';
import type { HandshakeContext } from '../http/virtual-http.js';
import { Page, type PageConnection, type PageHost } from '../page/page.js';
import { limitEntries } from '../page/params.js';
import type { UnjoinedPage } from '../page/unjoined-pages.js';
import { type ClientMessage, CloseCode, PROTOCOL_VERSION } from '../protocol.js';
import { rerender } from '../rerender.js';
import type { Runtime } from '../runtime.js';

/** A connection before its join, when `page` is null. */
export interface Joining extends PageConnection {
  readonly peer: HandshakeContext;
  readonly request: FastifyRequest;
  page: Page | null;
}

/** A `join` message. */
export type Join = Extract<ClientMessage, ['join', ...unknown[]]>;

/**
 * Attaches a connection to its page. If this process knows the page, it resumes. Otherwise a page begins:
 * from the HTML of its load if this process has it, or by a render from its params.
 *
 * @throws ISSR_ERR_TOKEN, ISSR_ERR_TOKEN_EXPIRED
 */
export function join(runtime: Runtime, connection: Joining, message: Join): void {
  const [, version, token] = message;
  if (version !== PROTOCOL_VERSION) {
    connection.send(['reload']);
    connection.end(CloseCode.protocolError, 'version');
    return;
  }
  if (runtime.pages.isClosing) {
    connection.end(CloseCode.goingAway, 'shutdown');
    return;
  }
  const id = runtime.tokens.verify(token);
  limitEntries(message[4], runtime.options);
  const known = runtime.pages.joined.get(id);
  if (!known) runtime.pages.assertRoom(connection.request.ip);
  if (known) resume(runtime, connection, known, message);
  else begin(runtime, connection, id, message);
}

/** Continues a known page and sends only what it missed. */
function resume(runtime: Runtime, connection: Joining, page: Page, message: Join): void {
  const [, , , , params, hash, , patches] = message;
  const fits = page.patchCount === patches && page.html?.hash === hash;
  if (!fits) runtime.pages.dropHtml(page);
  page.connection?.end(CloseCode.replaced, 'joined again');
  connect(page, connection);
  connection.send(['joined', page.lastReceivedEvent, true]);
  page.takeParams(params, !fits || page.missedPush);
  runtime.pages.attach(page, connection.request);
  if (!fits || page.missedPush) void page.queue.requestRender();
  page.missedPush = false;
}

function begin(runtime: Runtime, connection: Joining, id: string, message: Join): void {
  const [, , , url, params, hash, event, patches] = message;
  const page = new Page(id, url, connection.peer, connection, hostOf(runtime));
  page.lastAnsweredEvent = page.lastReceivedEvent = event;
  page.patchCount = patches;
  connect(page, connection);
  page.takeParams(params, false);
  connection.send(['joined', event, false]);
  const rendered = takeRendered(runtime, page, message);
  const fits = rendered !== undefined && sendBase(connection, page, hash);
  runtime.pages.attach(page, connection.request);
  if (!fits || rendered.pushGeneration !== runtime.pages.pushGeneration) void page.queue.requestRender();
}

function hostOf(runtime: Runtime): PageHost {
  return {
    options: runtime.options,
    renders: runtime.renders,
    render: (page, event) => rerender(runtime, page, event),
    close: (page) => runtime.pages.close(page, 'closed'),
    refuse(page, error) {
      page.connection?.refuse(error);
      runtime.pages.close(page, 'closed');
    },
  };
}

/** Takes the HTML of the page's load, unless the page has moved on to another address. */
function takeRendered({ pages, store }: Runtime, page: Page, message: Join): UnjoinedPage | undefined {
  const [, , , url, , , , patches] = message;
  const rendered = pages.unjoined.take(page.id);
  if (rendered?.url !== url || patches !== 0) return undefined;
  page.html = store.keep(rendered.html);
  return rendered;
}

/** Sends the original HTML if the browser's shadow hash differs. Returns false if that HTML was evicted. */
function sendBase(connection: Joining, { html }: Page, hash: number): boolean {
  if (html?.html === undefined) return false;
  if (html.hash !== hash) connection.send(['base', html.html]);
  return true;
}

function connect(page: Page, connection: Joining): void {
  page.connection = connection;
  page.peer = connection.peer;
  connection.page = page;
}

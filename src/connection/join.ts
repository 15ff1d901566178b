import type { FastifyRequest } from 'fastify';
import type { Peer } from '../http/virtual-http.js';
import { limitEntries } from '../limits/rate-limit.js';
import { Page, type PageKeeper, type PageLink } from '../page/page.js';
import type { RenderedPage } from '../page/unjoined-pages.js';
import { type ClientMessage, CloseCode, PROTOCOL_VERSION } from '../protocol.js';
import { rerender } from '../rerender.js';
import type { Runtime } from '../runtime.js';

/** A connection that has no page yet. */
export interface Joining extends PageLink {
  readonly peer: Peer;
  readonly request: FastifyRequest;
  page: Page | null;
}

/** The message of a join. */
export type Join = Extract<ClientMessage, ['join', ...unknown[]]>;

/**
 * A page's connection says who it is. The page is known here (its connection dropped), or was
 * rendered here and never joined, or neither: then it is rendered from its params.
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
  if (!known) runtime.pages.limit(connection.request.ip);
  if (known) resume(runtime, connection, known, message);
  else begin(runtime, connection, id, message);
}

/** Its record is here: only what it has missed is sent. */
function resume(runtime: Runtime, connection: Joining, page: Page, message: Join): void {
  const [, , , , params, hash, , patches] = message;
  const fits = page.patches === patches && page.html?.hash === hash;
  if (!fits) runtime.pages.dropHtml(page);
  page.link?.end(CloseCode.replaced, 'joined again');
  link(page, connection);
  connection.send(['joined', page.lastQueued, true]);
  page.takeParams(params, !fits || page.missed);
  runtime.pages.attach(page, connection.request);
  if (!fits || page.missed) void page.queue.push();
  page.missed = false;
}

function begin(runtime: Runtime, connection: Joining, id: string, message: Join): void {
  const [, , , url, params, hash, event, patches] = message;
  const page = new Page(id, url, connection.peer, connection, keeperOf(runtime));
  page.event = page.lastQueued = event;
  page.patches = patches;
  link(page, connection);
  page.takeParams(params, false);
  connection.send(['joined', event, false]);
  const rendered = takeRendered(runtime, page, message);
  const fits = rendered !== undefined && sendBase(connection, page, hash);
  runtime.pages.attach(page, connection.request);
  if (!fits || rendered.pushes !== runtime.pages.pushes) void page.queue.push();
}

function keeperOf(runtime: Runtime): PageKeeper {
  return {
    options: runtime.options,
    renders: runtime.renders,
    render: (page, event) => rerender(runtime, page, event),
    close: (page) => runtime.pages.forget(page, 'closed'),
    refuse(page, error) {
      page.link?.refuse(error);
      runtime.pages.forget(page, 'closed');
    },
  };
}

/** A load's HTML goes to the page that joins by it, unless that has moved on to another address. */
function takeRendered({ pages, store }: Runtime, page: Page, message: Join): RenderedPage | undefined {
  const [, , , url, , , , patches] = message;
  const rendered = pages.rendered.take(page.id);
  if (rendered?.url !== url || patches !== 0) return undefined;
  page.html = store.keep(rendered.html);
  return rendered;
}

/** Makes the shadow fit the HTML that was sent. False: it cannot, as the HTML is gone. */
function sendBase(connection: Joining, { html }: Page, hash: number): boolean {
  if (html?.html === undefined) return false;
  if (html.hash !== hash) connection.send(['base', html.html]);
  return true;
}

function link(page: Page, connection: Joining): void {
  page.link = connection;
  page.peer = connection.peer;
  connection.page = page;
}

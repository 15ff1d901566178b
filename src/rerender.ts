import { type OutgoingHttpHeaders, validateHeaderValue } from 'node:http';
import { dispatch } from './dispatch/dispatch.js';
import { RequestState } from './dispatch/request-state.js';
import { errors } from './errors.js';
import { applySetCookies } from './http/cookies.js';
import type { CapturedResult } from './http/virtual-http.js';
import type { Page } from './page/page.js';
import { urlWithParams } from './page/params.js';
import type { PageEvent } from './page/render-queue.js';
import type { PageError } from './protocol.js';
import type { Runtime } from './runtime.js';

/**
 * One re-render of a page, for an event or (`null`) a push: params → dispatch → HTML → diff → send.
 * It never rejects: what cannot be sent, such as a redirect to no address, is an error of its event.
 */
export async function rerender(runtime: Runtime, page: Page, event: PageEvent | null): Promise<void> {
  const actions = event?.actions ?? [];
  if (event?.url !== undefined) runtime.uploads.deleteAll(page);
  if (event && !takeEvent(page, event)) return;
  const state = new RequestState(
    page.id,
    page,
    actions.map(([name, value]) => ({ name, value })),
  );
  const url = urlWithParams(page.path, page.params, actions);
  try {
    const answer = await dispatch(runtime.fastify, page.peer, url, state, runtime.options.handlerTimeout);
    sendAnswer(runtime, page, event, state, answer);
  } catch (error) {
    runtime.fastify.log.error({ err: error, reqId: state.requestId }, 'issr: an answer could not be sent');
    state.error = error as Error;
    runtime.pages.dropHtml(page);
    const failed: CapturedResult = { status: 500, headers: {}, body: '' };
    page.send(['error', page.lastAnsweredEvent, errorOf(runtime, failed, state)]);
  }
}

function sendAnswer(
  runtime: Runtime,
  page: Page,
  event: PageEvent | null,
  state: RequestState,
  answer: CapturedResult,
): void {
  takeCookies(runtime, page, answer.headers);
  const location = redirectOf(answer);
  if (location !== undefined) sendRedirect(page, location);
  else if (state.isPage) {
    const actions = event?.actions ?? [];
    page.assign(actions, state.declaration);
    page.mirror(state.declaration, actions.length > 0);
    sendDiff(runtime, page, answer.body, event === null);
  } else if (event?.url !== undefined) sendLoad(page, event.url);
  else page.send(['error', page.lastAnsweredEvent, errorOf(runtime, answer, state)]);
}

/** False: the page was refused. */
function takeEvent(page: Page, event: PageEvent): boolean {
  page.lastAnsweredEvent = event.number;
  if (event.url !== undefined) page.visit(event.url);
  return page.change(event.change);
}

/** Says what has changed since the page's last HTML, or all of it where that is unknown. Nobody waits for a push that changes nothing. */
function sendDiff({ pages, store }: Runtime, page: Page, html: string, isPush: boolean): void {
  if (page.state === 'closed') return;
  if (page.connection?.isBehind) {
    pages.dropHtml(page);
    page.needsFullRender = true;
    return;
  }
  const before = page.html;
  const { now, patch } = store.step(before, html);
  if (isPush && patch === '') {
    store.release(now);
    return;
  }
  if (patch === null) page.sendWhole(now.html ?? html, now);
  else page.sendPatch(patch, now);
  if (before) store.release(before);
}

/** The next event sends the cookies that this one set; the browser fetches them by a ticket. */
function takeCookies(runtime: Runtime, page: Page, headers: OutgoingHttpHeaders): void {
  const given = headers['set-cookie'];
  if (given === undefined) return;
  const setCookies = [given].flat().map(String);
  // As a response would that is written.
  for (const cookie of setCookies) validateHeaderValue('set-cookie', cookie);
  const cookie = applySetCookies(page.peer.headers.cookie as string | undefined, setCookies, page.path);
  page.peer = { ...page.peer, headers: { ...page.peer.headers, cookie } };
  page.ticket = runtime.tickets.issue(setCookies);
  page.send(['cookies', page.ticket]);
}

function redirectOf({ status, headers }: CapturedResult): string | undefined {
  return status >= 300 && status < 400 && headers.location !== undefined
    ? String(headers.location)
    : undefined;
}

/** A browser runs no script that a `Location` header names, and the client would by its way of going there. */
function sendRedirect(page: Page, location: string): void {
  const host = `http://${page.peer.headers.host ?? 'localhost'}`;
  const base = `${host}${page.path}`;
  const to = URL.canParse(location, base) ? new URL(location, base) : undefined;
  if (!to || to.protocol === 'javascript:') throw new errors.ISSR_ERR_REDIRECT(location);
  const ofThisSite = to.host === new URL(host).host;
  page.send([
    'redirect',
    page.lastAnsweredEvent,
    ofThisSite ? to.pathname + to.search + to.hash : to.href,
    ofThisSite,
  ]);
}

/** A visit to what is no page here is a load: the browser shows whatever it is. */
function sendLoad(page: Page, url: string): void {
  page.send(['redirect', page.lastAnsweredEvent, url, false]);
}

function errorOf({ options }: Runtime, answer: CapturedResult, state: RequestState): PageError {
  const error: PageError = { status: answer.status, requestId: state.requestId };
  if (!options.showErrors) return error;
  return { ...error, message: state.error?.message ?? answer.body.slice(0, 2000), stack: state.error?.stack };
}

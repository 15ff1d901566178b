import { type OutgoingHttpHeaders, validateHeaderValue } from 'node:http';
import { diagnostics, trace } from './diagnostics/diagnostics.js';
import type { DiffTrace, DispatchTrace } from './diagnostics/payloads.js';
import { RenderTimes } from './diagnostics/render-times.js';
import { dispatch, type VirtualGet } from './dispatch/dispatch.js';
import { explainAnswer, pageErrorOf } from './dispatch/page-error.js';
import { type IssrAction, RequestState } from './dispatch/request-state.js';
import { isDownload } from './downloads/downloads.js';
import { errors } from './errors.js';
import type { Transition } from './html/store/html-store.js';
import { SharedTransitions } from './html/store/shared-transitions.js';
import type { StoredHtml } from './html/store/stored-html.js';
import { noncesFor } from './http/content-policy.js';
import { applySetCookies, withDefaultPath } from './http/cookies.js';
import { type CapturedResult, type HandshakeContext, setPeerCookies } from './http/virtual-http.js';
import { warnFor } from './mistakes/inspection.js';
import { inspectMoves } from './mistakes/moved-rows.js';
import { inspectScripts } from './mistakes/scripts.js';
import type { Warn } from './mistakes/warnings.js';
import type { Page } from './page/page.js';
import type { PageEvent } from './page/render-queue.js';
import type { SharedRender } from './page/shared-pushes.js';
import { pathOf } from './params/params.js';
import { type ActionEntries, Endpoint, EndpointQuery, type PageError } from './protocol.js';
import type { Runtime } from './runtime.js';

/**
 * Renders a page again for an event or, with `null`, for a push: params → dispatch → HTML → diff → send.
 * Returns undefined if nothing on the way was asynchronous. Never rejects: a response that cannot be sent is an
 * error of its event.
 */
export function rerender(runtime: Runtime, page: Page, event: PageEvent | null): Promise<void> | undefined {
  const state = createState(runtime, page, event);
  const peer = event?.peer ?? page.peer;
  page.share = undefined;
  let url: string | undefined;
  try {
    url = begin(runtime, page, state, event);
  } catch (error) {
    sendFailure(runtime, page, state, error as Error);
  }
  if (url === undefined) {
    page.stay();
    return undefined;
  }
  const path = pathOf(url);
  const { times } = state;
  const patchCount = times && page.shadow.patchCount;
  const endDispatch = times?.begin('dispatch');
  return traceDispatch(runtime, page, event, { peer, url, state }, (answer) => {
    endDispatch?.();
    try {
      const hasNewCookies = takeCookies(runtime, page, peer, path, answer.headers);
      if (hasNewCookies || peer !== page.peer) state.share = undefined;
      sendAnswer(runtime, page, event, state, answer);
      if (times && (event || page.shadow.patchCount !== patchCount)) sendTimes(page, times);
      if (times) runtime.mistakes.sendTo(page);
    } catch (error) {
      sendFailure(runtime, page, state, error as Error);
    }
    // A handler that is reached after its timeout moves the page nowhere.
    state.onHandler = undefined;
    page.stay();
  });
}

function sendTimes(page: Page, times: RenderTimes): void {
  page.send(['times', page.lastAnsweredEvent, ...times.list()]);
}

function traceDispatch(
  runtime: Runtime,
  page: Page,
  event: PageEvent | null,
  get: VirtualGet,
  onAnswer: (answer: CapturedResult) => void,
): Promise<void> | undefined {
  if (!diagnostics.dispatch.hasSubscribers) return dispatch(runtime, get, onAnswer);
  const kind = event?.url === undefined ? (event ? 'event' : 'push') : 'visit';
  const context: DispatchTrace = { page, kind, event: event?.number ?? 0, url: get.url };
  return trace(diagnostics.dispatch, context, () =>
    dispatch(runtime, get, (answer) => {
      context.status = answer.status;
      onAnswer(answer);
    }),
  );
}

const NO_ACTIONS: readonly IssrAction[] = [];
const NO_ENTRIES: ActionEntries = [];

function createState(runtime: Runtime, page: Page, event: PageEvent | null): RequestState {
  const actions = event?.actions.length
    ? event.actions.map(([name, value]) => ({ name, value }))
    : NO_ACTIONS;
  const state = new RequestState(page.id, page, actions);
  state.queue = page.queue;
  state.isPush = event === null;
  if (page.isDebugged) state.times = new RenderTimes();
  state.watchGeneration = runtime.audience.generation;
  state.onHandler = (request) => {
    const isVisit = page.arrive();
    runtime.pages.admit(page, request);
    if (isVisit) runtime.pages.visited(page, request);
  };
  state.connection = (event?.peer ?? page.peer).requestId;
  if (event?.url === undefined) {
    state.memory = page.memory;
    state.lateParts = page.late;
  } else state.cookies = event.peer.headers.cookie as string | undefined;
  return state;
}

/** Applies the event to the page. Returns the URL to render, or undefined if there is nothing to render. */
function begin(
  runtime: Runtime,
  page: Page,
  state: RequestState,
  event: PageEvent | null,
): string | undefined {
  const { uploads, routes } = runtime;
  if (event) page.shadow.showPrefetched(event.prefetched);
  if (event?.url !== undefined) uploads.deleteAll(page);
  if (event && !page.begin(event)) return undefined;
  const target = event?.url ?? (page.place.isAtRoute ? undefined : page.address);
  if (target !== undefined && !routes.hasPage(target, (event?.peer ?? page.peer).headers)) {
    // An error page that joins another process would load itself for ever.
    if (event?.actions.length) refuseActions(runtime, page, state, target);
    else if (event) sendLoad(page, target);
    return undefined;
  }
  page.place.isAtRoute = true;
  return page.urlWith(event?.actions ?? NO_ENTRIES);
}

function sendAnswer(
  runtime: Runtime,
  page: Page,
  event: PageEvent | null,
  state: RequestState,
  answer: CapturedResult,
): void {
  const location = redirectOf(answer);
  if (location !== undefined) sendRedirect(runtime, page, location);
  else if (state.isPage) {
    const isVisit = event?.url !== undefined;
    const actions = event?.actions ?? NO_ENTRIES;
    const assigned = state.invalid.size > 0 ? actions.filter(([name]) => !state.invalid.has(name)) : actions;
    if (isVisit) page.memory.flashes = state.lastingFlashes;
    if (!page.assign(assigned, state.declaration)) return;
    if (!isVisit) page.sendState();
    page.mirror(state.declaration, actions.length > 0);
    // The fields of a page that a visit brings change no address, as at a load.
    if (isVisit) page.place.setMirror();
    if (event) sendOutcome(page, state, answer.status);
    sendDiff(runtime, page, answer, event, state);
    // The browser has the params of a visit once its page arrives.
    if (isVisit) page.sendState();
    if (page.state === 'closed') return;
    runtime.audience.commit(page, state.interests);
    if (state.late || page.late) page.replaceLate(state.late?.commit());
    if (state.share) offerRender(runtime, page, event, state, answer);
  } else if (event?.url !== undefined) sendLoad(page, event.url);
  else if (event && answer.status < 300 && isDownload(answer.headers)) sendDownload(runtime, page, answer);
  else page.output.sendAnswer(['error', page.lastAnsweredEvent, errorOf(runtime, answer, state)]);
}

/** Sends the outcome of an event to `rr`. A plain one needs no message. */
function sendOutcome(page: Page, state: RequestState, status: number): void {
  const { response, invalid, refused } = state;
  const errors = invalid.size > 0 ? Object.entries(state.errors) : [];
  if (status === 200 && !refused && response === undefined && errors.length === 0) return;
  const event = page.lastAnsweredEvent;
  const shown = refused && status < 400 ? 422 : status;
  page.output.sendAnswer(
    response === undefined ? ['outcome', event, shown, errors] : ['outcome', event, shown, errors, response],
  );
}

/** Sends the difference from the last HTML, or the whole page if that HTML was evicted. */
function sendDiff(
  runtime: Runtime,
  page: Page,
  answer: CapturedResult,
  event: PageEvent | null,
  state: RequestState,
): void {
  if (page.state === 'closed') return;
  if (page.isBehind) return page.shadow.skip();
  const { body: html } = answer;
  const isIncomplete = event === null && state.late?.isPending === true;
  if (event?.url === undefined && page.shadow.recognize(html, isIncomplete)) return;
  // A prefetched page is on show already.
  const before = page.shadow.baseFor(html, event?.url !== undefined && event.prefetched === undefined);
  // A push keeps to a time limit of its own. A trace or time of the diff belongs to that of the event.
  if (!event || state.times || diagnostics.diff.hasSubscribers)
    sendChange(runtime, page, before, answer, event, state.times);
  else
    page.output.sendAtTurnEnd(() => {
      try {
        sendChange(runtime, page, before, answer, event);
      } catch (error) {
        sendFailure(runtime, page, state, error as Error);
      }
    });
}

/** A push that changes nothing sends nothing. */
function sendChange(
  runtime: Runtime,
  page: Page,
  before: StoredHtml | undefined,
  { headers, body: html, pieces }: CapturedResult,
  event: PageEvent | null,
  times?: RenderTimes,
): void {
  const { store, options } = runtime;
  const shown = options.showErrors ? before?.html : undefined;
  const transition = traceDiff(page, times, () => store.transition(before, pieces ?? html));
  if (shown !== undefined && transition.patch && event?.url === undefined) {
    const warn = warnOf(runtime, page);
    inspectMoves(warn, transition.patch, shown, html);
    inspectScripts(warn, transition.patch, shown, html);
  }
  if (event === null && transition.patch === '') store.release(transition.after);
  else {
    sendNonces(page, headers, transition.patch ?? html);
    page.output.sendTransition(transition, html);
  }
}

function warnOf({ fastify, mistakes }: Runtime, { path }: Page): Warn {
  return warnFor(fastify, (mistake) => mistakes.warn(fastify.log, path, mistake));
}

function traceDiff(page: Page, times: RenderTimes | undefined, compare: () => Transition): Transition {
  const run = times ? () => times.measure('diff', compare) : compare;
  if (!diagnostics.diff.hasSubscribers) return run();
  const context: DiffTrace = { page };
  return trace(diagnostics.diff, context, run, ({ patch }) => {
    context.length = patch === null ? null : patch.length;
  });
}

/** Lets other pages have this render. That of an event may show what only its own visitor did. */
function offerRender(
  { shares, store }: Runtime,
  page: Page,
  event: PageEvent | null,
  { shareable: render, interests }: RequestState,
  { headers, body, pieces }: CapturedResult,
): void {
  if (!render) return;
  shares.enter(page, render);
  if (event) return;
  shares.offer(page, render, () => ({
    transitions: new SharedTransitions(store, body, pieces),
    headers,
    interests,
    number: render.number,
  }));
}

/** Sends the HTML of another page's render. Returns false if the page must be rendered by itself. */
export function sendShared(runtime: Runtime, page: Page, shared: SharedRender): boolean {
  if (page.state !== 'connected' || !runtime.audience.hasSamePresence(page, shared.interests)) return false;
  try {
    if (page.isBehind) page.shadow.skip();
    else sendSharedChange(runtime, page, shared);
  } catch (error) {
    runtime.fastify.log.error({ err: error, page: page.id }, 'issr: a shared push could not be sent');
    page.shadow.drop();
    return false;
  }
  runtime.audience.commitKeys(page, shared.interests);
  return true;
}

function sendSharedChange({ store }: Runtime, page: Page, { transitions, headers }: SharedRender): void {
  const times = page.isDebugged ? new RenderTimes() : undefined;
  const transition = traceDiff(page, times, () => transitions.from(page.shadow.html));
  if (transition.patch === '') {
    store.release(transition.after);
    return;
  }
  sendNonces(page, headers, transition.patch ?? transitions.html);
  page.output.sendTransition(transition, transitions.html, true);
  if (times) sendTimes(page, times);
}

/** Lets the scripts and styles of a change run by the nonces of their own answer, if it may have any. */
function sendNonces(page: Page, headers: OutgoingHttpHeaders, change: string): void {
  const policy = noncesFor(headers, change);
  if (policy) page.send(['nonces', policy.scripts, policy.styles, policy.isStrict]);
}

/**
 * The next event sends the cookies that this response set. The browser fetches them with a ticket.
 *
 * @returns whether a cookie changed its value
 */
function takeCookies(
  runtime: Runtime,
  page: Page,
  peer: HandshakeContext,
  path: string,
  headers: OutgoingHttpHeaders,
): boolean {
  const given = headers['set-cookie'];
  if (given === undefined) return false;
  const setCookies = [given].flat().map(String);
  // Throws as Node would for a response that is written.
  for (const cookie of setCookies) validateHeaderValue('set-cookie', cookie);
  let hasChanged = false;
  for (const one of new Set([peer, page.peer])) {
    const before = one.headers.cookie as string | undefined;
    const after = applySetCookies(before, setCookies, path, page.place.prefix);
    hasChanged ||= after !== before;
    setPeerCookies(one, after);
  }
  page.sendTicket(runtime.tickets.issue(withDefaultPath(setCookies, page.place.prefix + path), page));
  return hasChanged;
}

function redirectOf({ status, headers }: CapturedResult): string | undefined {
  return status >= 300 && status < 400 && headers.location !== undefined
    ? String(headers.location)
    : undefined;
}

/** Browsers ignore `javascript:` in `Location`; `location.assign` would run it. */
function sendRedirect({ routes }: Runtime, page: Page, location: string): void {
  const { origin = 'http://localhost' } = page.peer;
  const base = origin + page.path;
  const to = URL.canParse(location, base) ? new URL(location, base) : undefined;
  if (!to || to.protocol === 'javascript:') throw new errors.ISSR_ERR_REDIRECT(location);
  const isSameSite = to.host === new URL(origin).host;
  const { prefix } = page.place;
  // A load needs the path before a proxy took its prefix off. The browser adds the prefix to an event's.
  if (
    prefix &&
    isSameSite &&
    to.pathname.startsWith(`${prefix}/`) &&
    !routes.hasPage(to.pathname, page.peer.headers)
  )
    to.pathname = to.pathname.slice(prefix.length);
  // `/.//x` is a path of this site; without the dot it would be another host.
  const isDoubled = to.pathname.startsWith('//');
  const url = isSameSite ? (isDoubled ? '/.' : '') + to.pathname + to.search + to.hash : to.href;
  const isInPlace = isSameSite && !isDoubled && routes.hasPage(to.pathname, page.peer.headers);
  page.output.sendAnswer(['redirect', page.lastAnsweredEvent, url, isInPlace]);
}

/**
 * The URL is not an ISSR page, so the browser loads it. A render here would run the route's side effects once
 * more than the load does.
 */
function sendLoad(page: Page, url: string): void {
  page.output.sendAnswer(['redirect', page.lastAnsweredEvent, url, false]);
}

/** A deploy has removed the page's route. A load would drop the command silently, and what was typed. */
function refuseActions({ options }: Runtime, page: Page, state: RequestState, url: string): void {
  const { actions, connection: requestId = '' } = state;
  const error = new errors.ISSR_ERR_ACTION(actions[0]?.name, `: ${pathOf(url)} is not a page`);
  const shown = { status: 400, requestId };
  page.output.sendAnswer(['error', page.lastAnsweredEvent, pageErrorOf(options, shown, error)]);
}

/** The browser loads the answer of an action that is a file: it saves the file, and the page stays. */
function sendDownload({ fastify, options, downloads }: Runtime, page: Page, answer: CapturedResult): void {
  const { status, headers, bytes } = answer;
  const body = bytes ?? Buffer.from(answer.body);
  if (body.length > downloads.maxBytes) throw new errors.ISSR_ERR_DOWNLOAD(page.path, downloads.maxBytes);
  const ticket = downloads.add({ status, headers, body }, page.ipKey);
  const query = `${EndpointQuery.ticket}=${encodeURIComponent(ticket)}`;
  page.output.sendAnswer([
    'redirect',
    page.lastAnsweredEvent,
    `${fastify.prefix}${options.prefix}/${Endpoint.download}?${query}`,
    false,
  ]);
}

/** The browser may have received a part of the change, so the next render sends the whole page. */
function sendFailure(runtime: Runtime, page: Page, state: RequestState, error: Error): void {
  runtime.fastify.log.error({ err: error, reqId: state.requestId }, 'issr: a response could not be sent');
  state.error = error;
  page.shadow.drop();
  const failed: CapturedResult = { status: 500, headers: {}, body: '' };
  page.output.sendAnswer(['error', page.lastAnsweredEvent, errorOf(runtime, failed, state)]);
}

function errorOf({ options }: Runtime, answer: CapturedResult, state: RequestState): PageError {
  const { status, body } = answer;
  const message = status < 400 ? explainAnswer(answer) : body;
  return pageErrorOf(options, { status, requestId: state.requestId }, state.error, message);
}

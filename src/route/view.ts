import { inspect } from 'node:util';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isValidElement } from 'preact';
import { diagnostics, trace } from '../diagnostics/diagnostics.js';
import type { RenderTrace } from '../diagnostics/payloads.js';
import { type RequestState, stateOf } from '../dispatch/request-state.js';
import { errors } from '../errors.js';
import type { HtmlPieces } from '../html/pieces/html-pieces.js';
import type { LateHost } from '../late/late-host.js';
import { LateRender } from '../late/late-render.js';
import { addressKey } from '../limits/address-key.js';
import { hasAssignments } from '../mistakes/assignments.js';
import { inspectElements, warnFor, warnIfDue } from '../mistakes/inspection.js';
import { inspectMarkup, type MarkupRules } from '../mistakes/markup.js';
import type { Warn } from '../mistakes/warnings.js';
import { pathOf } from '../params/params.js';
import {
  completeDocument,
  completePieces,
  HeadInserter,
  insertIntoHead,
  PushedDocuments,
  wholePageTag,
} from '../render/document.js';
import { explainElement, explainError } from '../render/explain.js';
import { renderView, type View } from '../render/render.js';
import { RouteTemplates } from '../render/route-templates.js';
import { ScriptTags } from '../render/script-tag.js';
import type { Runtime } from '../runtime.js';
import { checksumOf } from '../signed/token.js';
import { errorPage } from './error-page.js';
import { loadedPage } from './loaded-page.js';

/** JSX goes through Fastify's serialization, where `renderPayload` renders it. A string is HTML already. */
export function sendView(
  view: View,
  state: RequestState,
  request: FastifyRequest,
  reply: FastifyReply,
): View {
  if (!isValidElement(view) && typeof view !== 'string') {
    throw new errors.ISSR_ERR_VIEW(request.routeOptions.url, describe(view));
  }
  asHtml(reply, state);
  if (typeof view !== 'string') return view;
  state.view = 'rendered';
  return completeDocument(view, pathOf(request.url));
}

/** Keeps a content type that the author set. Fastify has marked a sent VNode as JSON by now. */
function asHtml(reply: FastifyReply, state: RequestState): void {
  state.view = 'sent';
  dropConditions(reply.request);
  const type = String(reply.getHeader('content-type') ?? '');
  if (type === '' || type.startsWith('application/json')) reply.type('text/html; charset=utf-8');
  reply.serializer(serializeView);
}

const CONDITIONS = ['if-none-match', 'if-modified-since'];
const VALIDATORS = ['etag', 'last-modified'];

/** Pages are sent without validators. A plugin that computes one would answer 304 for a page of another load. */
function dropConditions({ raw: { headers } }: FastifyRequest): void {
  // Most requests have none: a look is cheaper than `delete`.
  for (const name of CONDITIONS) if (name in headers) delete headers[name];
}

/** The payload is HTML by now, unless an author's hook replaced it. */
function serializeView(payload: unknown): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}

export type Done = (error?: Error | null, payload?: unknown) => void;

/** Last `preSerialization` hook: renders a VNode to HTML, also one that an error handler sends. */
export function renderPayload(runtime: Runtime) {
  const { late, options } = runtime;
  const templates = new RouteTemplates();
  const documents = new PushedDocuments();
  return (request: FastifyRequest, reply: FastifyReply, payload: unknown, done: Done): void => {
    if (!isValidElement(payload)) {
      done(null, payload);
      return;
    }
    const state = stateOf(request);
    if (state.view === 'none') asHtml(reply, state);
    const warn = options.showErrors ? inspectionFor(runtime, state, request) : undefined;
    const finish = (rendered: string | HtmlPieces) => {
      state.view = 'rendered';
      const html = completed(rendered, state, request, documents);
      if (warn) inspectMarkup(warn, html, markupRules(options, state, request), state);
      done(null, html);
    };
    let html: Rendered;
    try {
      const createLate = () => (state.late ??= createLateRender(late, state, request));
      // A push renders many pages that are much alike.
      const known = state.isPush ? templates.of(request.routeOptions.config) : undefined;
      const render = () => traceRender(request, state, () => renderView(payload, createLate, known));
      html = warn ? inspectElements(warn, render) : render();
    } catch (error) {
      done(error as Error);
      return;
    }
    if (html instanceof Promise) html.then(finish, done);
    else finish(html);
  };
}

type Rendered = ReturnType<typeof renderView>;

/** Completes the HTML to a document, and keeps it for the answer to a re-render. */
function completed(
  rendered: string | HtmlPieces,
  state: RequestState,
  { url }: FastifyRequest,
  documents: PushedDocuments,
): string {
  const path = pathOf(url);
  const page =
    typeof rendered === 'object'
      ? completePieces(rendered, path)
      : state.isPush
        ? documents.complete(rendered, path)
        : completeDocument(rendered, path);
  const isText = typeof page === 'string';
  const html = isText ? page : page.html;
  state.body = state.page ? { html, pieces: isText ? undefined : page, isTaken: false } : undefined;
  state.hasTag = false;
  return html;
}

function traceRender(
  request: FastifyRequest,
  { page, times }: RequestState,
  render: () => Rendered,
): Rendered {
  const run = times ? () => times.measure('render', render) : render;
  if (!diagnostics.render.hasSubscribers) return run();
  const context: RenderTrace = { page, request };
  return trace(diagnostics.render, context, run, ({ length }) => {
    context.length = length;
  });
}

function inspectionFor(
  { mistakes }: Runtime,
  state: RequestState,
  request: FastifyRequest,
): Warn | undefined {
  const isDue = state.firstTime || hasAssignments(state);
  return warnIfDue(request.routeOptions.config, isDue, mistakes.of(request));
}

/** The declaration is undefined in a route that is not a page, such as one that sends an error page. */
function markupRules(
  { maxParams }: Runtime['options'],
  { declaration }: RequestState,
  { query }: FastifyRequest,
): MarkupRules {
  return {
    actions: declaration?.actions ?? new Set(),
    isDeclared: (name) => declaration?.state.has(name) === true,
    isInUrl: (name) => Object.hasOwn(Object(query), name),
    maxParams,
  };
}

/**
 * Forms without script and error pages get whole answers: no part could come later. So does a load with flashes, which
 * a browser without script would lose by its second load.
 */
function createLateRender(host: LateHost, state: RequestState, request: FastifyRequest): LateRender {
  const isForm = state.firstTime && state.renderUrl !== undefined;
  const hasFlashes = state.firstTime && state.lastingFlashes.length > 0;
  const isWhole = state.isWhole || isForm || state.isPlain || hasFlashes;
  return new LateRender({
    host,
    log: request.log,
    key: addressKey(request.ip),
    parts: state.lateParts,
    whole: isWhole ? request.signal : undefined,
  });
}

/** Restores Fastify's serializer (`null`) for the error handler's payload. */
export function noteError(
  request: FastifyRequest,
  reply: FastifyReply,
  error: Error,
  done: () => void,
): void {
  const state = stateOf(request);
  explainError(error);
  state.error = error;
  state.request = request;
  if (state.view !== 'none') reply.serializer(null as unknown as () => string);
  state.view = 'none';
  state.body = undefined;
  state.hasTag = false;
  done();
}

/**
 * Last `onSend` hook: keeps the HTML of a load for its join and inserts the script tag, also into an error page. After
 * `reply.callNotFound` of a page both that of the scope and that of the route run.
 *
 * @param isLast returns whether no hook of a plugin comes after it, which would see an empty answer to a re-render
 */
export function injectScriptTag(runtime: Runtime, isLast: () => boolean) {
  const { pages } = runtime;
  const tags = new ScriptTags(runtime.script);
  const head = new HeadInserter();
  const route = Symbol('route');
  return (request: FastifyRequest, reply: FastifyReply, payload: unknown, done: Done): void => {
    const state = stateOf(request);
    state.requestId = request.id;
    if (state.body) {
      const isUnchanged = payload === state.body.html;
      if (!isUnchanged) state.body = undefined;
      else if (isLast()) {
        // Fastify would read the whole text to count its bytes. The answer takes it from the state instead.
        state.body.isTaken = true;
        return done(null, '');
      }
      return done(null, payload);
    }
    if (state.hasTag) return done(null, payload);
    const html = Buffer.isBuffer(payload) ? payload.toString() : payload;
    if (state.view !== 'rendered' || !state.firstTime || typeof html !== 'string') {
      if (runtime.options.showErrors) warnOfReply(runtime, state, request, reply);
      done(null, errorPage(runtime, state, request, reply, payload) ?? payload);
      return;
    }
    const url = request.originalUrl;
    const page = isLate(state) ? insertIntoHead(html, wholePageTag(url)) : html;
    const token = tokenOf(state, runtime, page);
    // A HEAD has the length of the same page.
    if (request.method === 'GET') {
      const late = isLate(state) ? state.late?.commit() : undefined;
      pages.unjoined.add(state.id, loadedPage(page, state, request, reply, late), route);
    }
    setCaching(request, reply);
    state.hasTag = true;
    done(null, head.insert(page, tags.create(token, url, reply)));
  };
}

/** HTML that a handler sends itself gets no script tag, because it may be a file. */
function warnOfReply(
  { mistakes }: Runtime,
  { declaration, view }: RequestState,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const isHtml = String(reply.getHeader('content-type')).startsWith('text/html');
  const isFile = reply.hasHeader('content-disposition');
  if (!declaration || view !== 'none' || !isHtml || isFile || reply.statusCode >= 300) return;
  const warn = warnFor(request.routeOptions.config, mistakes.of(request));
  warn('ISSR_WARN_REPLY', 'the handler sent HTML by reply, so the page has no script. Return the HTML');
}

/** Several processes recognize the page by its checksum, which only its own token can have. */
function tokenOf(state: RequestState, { cluster, signedIds, tokens }: Runtime, page: string): string {
  if (cluster.isShared) return tokens.sign(state.id, Date.now(), checksumOf(page));
  return state.takeToken(signedIds) ?? tokens.sign(state.id);
}

/** The page is sent without the content of its late parts. */
function isLate({ late }: RequestState): boolean {
  return late !== undefined && !late.isWhole;
}

const warnedOf = new WeakSet<object>();

/**
 * A page has an id and a token of its own, so a copy serves one document only. Validators would match for
 * pages that differ just in these: with a 304 the browser would show a page of another time.
 */
function setCaching({ routeOptions, log }: FastifyRequest, reply: FastifyReply): void {
  for (const name of VALIDATORS) if (reply.hasHeader(name)) reply.removeHeader(name);
  const caching = reply.getHeader('cache-control');
  if (caching === undefined) reply.header('cache-control', 'no-store');
  else if (!/no-store|private/i.test(String(caching)) && !warnedOf.has(routeOptions.config)) {
    warnedOf.add(routeOptions.config);
    log.warn(
      `issr: the page '${routeOptions.url}' is sent with Cache-Control '${caching}'. ` +
        "A cache may show one visitor's page to another. Use 'no-store' or 'private, no-cache'.",
    );
  }
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array (wrap it in a fragment: <>…</>)';
  const element = explainElement(value);
  if (element !== undefined) return element;
  return inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY }).slice(0, 80);
}

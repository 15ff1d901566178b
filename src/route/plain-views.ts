import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isValidElement } from 'preact';
import { kPageRoute } from '../dispatch/page-routes.js';
import { kState, type RawRequest, type RequestState, stateOf } from '../dispatch/request-state.js';
import type { Runtime } from '../runtime.js';
import { type Done, injectScriptTag, noteError, renderPayload } from './view.js';

/**
 * Renders JSX that is not the view of a page: from `setNotFoundHandler`, `setErrorHandler` and routes
 * declared with `get`. It gets the script, so that its links visit pages in place. It is never rendered again.
 */
export function renderPlainViews(runtime: Runtime, scope: FastifyInstance): void {
  const render = renderPayload(runtime);
  const inject = injectScriptTag(runtime, () => false);
  scope.addHook('preSerialization', (request, reply, payload, done) => {
    // A page renders its view after the hooks of its route.
    if (!isValidElement(payload) || isPageRoute(request)) return done(null, payload);
    stateOf(request).isPlain = true;
    render(request, reply, payload, done);
  });
  scope.addHook('onError', (request, reply, error, done) => {
    if (knownState(request)?.isPlain) noteError(request, reply, error, done);
    else done();
  });
  scope.addHook('onSend', (request, reply, payload, done) => {
    // Fastify serializes no object whose content type the author set.
    if (typeof payload !== 'object' || !isValidElement(payload)) return finish(request, reply, payload, done);
    if (!isPageRoute(request)) stateOf(request).isPlain = true;
    render(request, reply, payload, (error, html) =>
      error ? done(error) : finish(request, reply, html, done),
    );
  });

  function finish(request: FastifyRequest, reply: FastifyReply, payload: unknown, done: Done): void {
    const state = knownState(request);
    if (state) carryFlashes(state, request, reply);
    if (state?.isPlain) inject(request, reply, payload, done);
    else done(null, payload);
  }
}

function carryFlashes(state: RequestState, { protocol }: FastifyRequest, reply: FastifyReply): void {
  const { statusCode } = reply;
  const isRedirect = statusCode >= 300 && statusCode < 400 && reply.hasHeader('location');
  const cookie =
    isRedirect || state.isPage || state.isPlain
      ? state.flashCookie(isRedirect, protocol === 'https')
      : undefined;
  if (cookie !== undefined) reply.header('set-cookie', cookie);
}

function isPageRoute({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.config !== undefined && kPageRoute in routeOptions.config;
}

/** Creates no state: most requests of an app have nothing to do with pages. */
function knownState({ raw }: FastifyRequest): RequestState | undefined {
  return (raw as RawRequest)[kState];
}

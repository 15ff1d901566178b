import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { dispatch, headersForPage } from './dispatch.js';
import { type Answer, PeerSocket } from './exchange.js';
import { checkOrigin } from './origin.js';
import { paramsOfUrl, pathOf, type RouteNames, urlWithParams } from './params.js';
import type { ActionEntries, ParamValue } from './protocol.js';
import { RequestState } from './request.js';
import type { Runtime } from './runtime.js';
import { createPageId } from './token.js';

/**
 * The way without script: `<form method="post" action="?add">`. The declared actions that the URL's
 * query or a field names run, by the same route and hooks as an event's; all else are params. Done, the
 * browser is sent on by a GET, so that loading again does not do it again; an action that returns
 * something (what was wrong with a field) is answered by the page that shows it.
 */
export function addFormPost(
  runtime: Runtime,
  scope: FastifyInstance,
  path: string,
  names: RouteNames,
  { bodyLimit, constraints, prefixTrailingSlash }: RouteShorthandOptions,
): void {
  scope.post(
    path,
    { bodyLimit, constraints, prefixTrailingSlash, preValidation: checkOrigin(runtime.options) },
    async (request, reply) => {
      const { url, actions } = readForm(request, names);
      const state = new RequestState(
        createPageId(),
        null,
        actions.map(([name, value]) => ({ name, value })),
      );
      const peer = { headers: headersForPage(request.headers), socket: new PeerSocket(request.raw.socket) };
      const { handlerTimeout } = runtime.options;
      const answer = await dispatch(runtime.fastify, peer, url, state, handlerTimeout);
      const isDone = state.isPage && state.result === undefined;
      writeAnswer(reply, isDone ? sendOn(request, names, answer) : answer);
      return reply;
    },
  );
}

/** The form's fields as the URL of a load, and the commands among them. */
function readForm(request: FastifyRequest, names: RouteNames): { url: string; actions: ActionEntries } {
  const params = paramsOfUrl(request.originalUrl);
  for (const [name, value] of Object.entries((request.body ?? {}) as Record<string, ParamValue>)) {
    params.set(name, value);
  }
  const actions: ActionEntries = [];
  for (const name of names.actions) {
    const value = params.get(name);
    if (value === undefined) continue;
    actions.push([name, [value].flat()[0] ?? '']);
    params.delete(name);
  }
  return { url: urlWithParams(pathOf(request.originalUrl), params, actions), actions };
}

/** Cookies that the action set go with it. */
function sendOn(request: FastifyRequest, names: RouteNames, { headers }: Answer): Answer {
  const params = paramsOfUrl(request.originalUrl);
  for (const name of names.actions) params.delete(name);
  const location = urlWithParams(pathOf(request.originalUrl), params, []);
  const cookies = headers['set-cookie'] ? { 'set-cookie': headers['set-cookie'] } : undefined;
  return { status: 303, headers: { location, 'content-length': 0, ...cookies }, body: '' };
}

/**
 * Past the `onSend` hooks of the POST itself, as those of the route have run: a session that the action
 * ended would be saved once more, from what it was before.
 */
function writeAnswer(reply: FastifyReply, { status, headers, body }: Answer): void {
  reply.hijack();
  reply.raw.writeHead(status, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...headers }).end(body);
}

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
      return isDone ? sendOn(reply, request, names, answer) : sendAnswer(reply, answer);
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
function sendOn(
  reply: FastifyReply,
  request: FastifyRequest,
  names: RouteNames,
  { headers }: Answer,
): FastifyReply {
  const params = paramsOfUrl(request.originalUrl);
  for (const name of names.actions) params.delete(name);
  if (headers['set-cookie']) reply.header('set-cookie', headers['set-cookie']);
  return reply.redirect(urlWithParams(pathOf(request.originalUrl), params, []), 303);
}

function sendAnswer(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

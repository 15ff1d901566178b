import type { FastifyInstance } from 'fastify';
import { type Answer, CapturedResponse, createRequest, type Peer } from './exchange.js';
import { kState, type RawRequest, type RequestState } from './request.js';

/**
 * Runs a page's route again by Fastify's own router: all hooks, validation, error handlers and
 * plugins, without a connection. The answer is what would have been written.
 */
export function dispatch(
  fastify: FastifyInstance,
  peer: Peer,
  url: string,
  state: RequestState,
): Promise<Answer> {
  return new Promise((resolve) => {
    const request: RawRequest = createRequest(peer, url);
    request[kState] = state;
    fastify.routing(request, new CapturedResponse(request, resolve));
  });
}

/**
 * Headers of the handshake that speak of that connection or of how to encode a response. Without
 * `accept-encoding` no plugin compresses what is never written.
 */
const ofTheConnection =
  /^(connection|upgrade|accept|accept-encoding|content-length|content-type|transfer-encoding|cache-control|pragma|origin|sec-websocket-.*|sec-fetch-.*|keep-alive|te|expect)$/;

/** The headers of a handshake that go on with the page's re-renders. */
export function headersForPage(headers: NodeJS.Dict<string | string[]>): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = { accept: 'text/html' };
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !ofTheConnection.test(name)) kept[name] = value;
  }
  return kept;
}

import type { FastifyInstance } from 'fastify';
import { errors } from '../errors.js';
import {
  CapturedResponse,
  type CapturedResult,
  createRequest,
  type HandshakeContext,
} from '../http/virtual-http.js';
import { pathOf } from '../page/params.js';
import { kState, type RawRequest, type RequestState } from './request-state.js';

/**
 * Runs a page's route again by Fastify's own router: all hooks, validation, error handlers and
 * plugins, without a connection. The answer is what would have been written. One that takes longer
 * than `timeout` is an error, and what comes later is dropped.
 */
export function dispatch(
  fastify: FastifyInstance,
  peer: HandshakeContext,
  url: string,
  state: RequestState,
  timeout: number,
): Promise<CapturedResult> {
  return new Promise((resolve) => {
    const request: RawRequest = createRequest(peer, url);
    request[kState] = state;
    const timer = setTimeout(() => {
      state.error = new errors.ISSR_ERR_HANDLER_TIMEOUT(timeout);
      fastify.log.error({ err: state.error, reqId: state.requestId, path: pathOf(url) }, state.error.message);
      // What Fastify aborts `request.signal` by.
      request.emit('close');
      resolve({ status: 503, headers: {}, body: '' });
    }, timeout);
    const onAnswer = (answer: CapturedResult) => {
      clearTimeout(timer);
      resolve(answer);
    };
    // To an open page a body that is no page says nothing; a form's POST gets it whole.
    const keepsStream = () => state.page === null || state.isPage;
    fastify.routing(request, new CapturedResponse(request, onAnswer, keepsStream));
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

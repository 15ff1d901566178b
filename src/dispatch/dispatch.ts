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
 * Runs a page's route again through Fastify's own router: all hooks, validation, error handlers and
 * plugins, without a connection. Resolves to the captured response. After `timeout` milliseconds the
 * answer is a 503, and a later response is dropped.
 */
export function dispatch(
  fastify: FastifyInstance,
  peer: HandshakeContext,
  url: string,
  state: RequestState,
  timeout: number,
): Promise<CapturedResult> {
  return new Promise((resolve, reject) => {
    const request: RawRequest = createRequest(peer, url);
    request[kState] = state;
    const timer = setTimeout(() => {
      state.isAborted = true;
      state.error = new errors.ISSR_ERR_HANDLER_TIMEOUT(timeout);
      fastify.log.error({ err: state.error, reqId: state.requestId, path: pathOf(url) }, state.error.message);
      // Makes Fastify abort `request.signal`.
      request.emit('close');
      resolve({ status: 503, headers: {}, body: '' });
    }, timeout);
    const onAnswer = (answer: CapturedResult) => {
      clearTimeout(timer);
      resolve(answer);
    };
    // An open page ignores every body but a page. The POST of a form needs any body whole.
    const shouldBufferBody = () => state.page === null || state.isPage;
    try {
      fastify.routing(request, new CapturedResponse(request, onAnswer, shouldBufferBody));
    } catch (error) {
      clearTimeout(timer);
      reject(error);
    }
  });
}

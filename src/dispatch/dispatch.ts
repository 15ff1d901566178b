import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { isDownload } from '../downloads/downloads.js';
import { errors } from '../errors.js';
import {
  CapturedResponse,
  type CapturedResult,
  createRequest,
  type HandshakeContext,
} from '../http/virtual-http.js';
import type { Deadlines } from '../limits/deadlines.js';
import { pathOf } from '../params/params.js';
import { kState, type RawRequest, type RequestState } from './request-state.js';

/** The services that a dispatch uses. */
export interface DispatchServices {
  fastify: FastifyInstance;
  /** Time limits of `handlerTimeout`. */
  deadlines: Deadlines;
  options: { maxDownloadBytes: number };
}

/** A GET request that no connection sent. */
export interface VirtualGet {
  peer: HandshakeContext;
  url: string;
  state: RequestState;
}

/**
 * Runs a page's route again through Fastify's own router: all hooks, validation, error handlers and
 * plugins, without a connection. Calls `onAnswer` once. After `handlerTimeout` the answer is a 503, and a later
 * response is dropped.
 *
 * @returns undefined if nothing on the way was asynchronous, else a promise that resolves after `onAnswer`
 */
export function dispatch(
  { fastify, deadlines, options: { maxDownloadBytes } }: DispatchServices,
  { peer, url, state }: VirtualGet,
  onAnswer: (answer: CapturedResult) => void,
): Promise<void> | undefined {
  let isAnswered = false;
  let resolve: (() => void) | undefined;
  const answer = (result: CapturedResult) => {
    try {
      onAnswer(result);
    } finally {
      isAnswered = true;
      resolve?.();
    }
  };
  const request: RawRequest = createRequest(peer, url);
  request[kState] = state;
  state.renderUrl = url;
  const onTimeout = () => {
    state.isAborted = true;
    // The app's code may go on. Its outcome must not replace that of a later event.
    state.memory = state.memory?.copy() ?? null;
    state.error = new errors.ISSR_ERR_HANDLER_TIMEOUT(deadlines.timeout);
    fastify.log.error({ err: state.error, reqId: state.requestId, path: pathOf(url) }, state.error.message);
    // Makes Fastify abort `request.signal`.
    request.emit('close');
    answer({ status: 503, headers: {}, body: '' });
  };
  let deadline = deadlines.add(onTimeout);
  if (state.page === null) {
    let hasLeft = false;
    state.leave = () => {
      hasLeft = true;
      request.emit('close');
    };
    state.renewDeadline = () => {
      if (!deadlines.remove(deadline)) return false;
      deadline = deadlines.add(onTimeout);
      return !hasLeft;
    };
  }
  const onResponse = (result: CapturedResult) => {
    if (!deadlines.remove(deadline)) return;
    const { body } = state;
    if (body && (body.isTaken || body.html === result.body)) {
      result.body = body.html;
      result.pieces = body.pieces;
    }
    answer(result);
  };
  // An open page ignores every body but a page and a file to save. The POST of a form needs any body whole.
  const maxBody = (head: OutgoingHttpHeaders) => {
    if (state.page === null || state.isPage) return Number.POSITIVE_INFINITY;
    // A body that is too long has this byte more.
    return isDownload(head) ? maxDownloadBytes + 1 : 0;
  };
  try {
    fastify.routing(request, new CapturedResponse(request, onResponse, maxBody));
  } catch (error) {
    state.error = error as Error;
    fastify.log.error({ err: error, reqId: state.requestId, path: pathOf(url) }, 'issr: the router failed');
    onResponse({ status: 500, headers: {}, body: '' });
  }
  if (isAnswered) return undefined;
  return new Promise((done) => {
    resolve = done;
  });
}

/** Resolves to the answer. */
export function dispatchAsync(services: DispatchServices, get: VirtualGet): Promise<CapturedResult> {
  return new Promise((resolve) => void dispatch(services, get, resolve));
}

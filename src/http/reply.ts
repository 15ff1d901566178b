import { type OutgoingHttpHeaders, validateHeaderValue } from 'node:http';
import type { FastifyReply } from 'fastify';

/**
 * Answers a request to one of the plugin's own routes, past the `onSend` hooks of the app. A session plugin
 * saves in such a hook what it loaded before the request's events ran: it would bring back a session that
 * an event ended, and overwrite the cookie of one that an event began.
 *
 * @param headers win over those that earlier hooks set, whose cookies are left out
 */
export function sendPlainly(
  reply: FastifyReply,
  status: number,
  headers: OutgoingHttpHeaders = {},
  body?: string | Buffer,
): FastifyReply {
  const { 'set-cookie': _ofHooks, ...given } = reply.getHeaders() as OutgoingHttpHeaders;
  // Node refuses some headers, and Fastify answers errors before `hijack` only.
  reply.raw.writeHead(status, { ...given, 'cache-control': 'no-store', ...headers });
  reply.hijack();
  reply.raw.end(body);
  return reply;
}

/** @throws ERR_INVALID_CHAR as Node would while it writes them. Fastify sends no answer for an error after `hijack` */
export function assertHeaders(headers: OutgoingHttpHeaders): void {
  try {
    for (const [name, value] of Object.entries(headers))
      for (const one of [value].flat()) validateHeaderValue(name, String(one));
  } catch (error) {
    const { message } = error as Error;
    if (message.includes('content-disposition')) (error as Error).message = `${message}. ${NAME_HINT}`;
    throw error;
  }
}

const NAME_HINT =
  "Headers have Latin letters only: encode a file's name by encodeURIComponent and write it behind filename*=UTF-8''";

/** Knows whether the author's code has answered a request. */
export interface ReplyWatch {
  /** Returns true from the call of `reply.send` on, which `redirect` and plugins call too, and after `hijack`. */
  hasAnswered(): boolean;
  /** Resolves at the call of `reply.send`. */
  readonly answered: Promise<void>;
}

/**
 * Watches a reply. `reply.sent` is false until the response has ended, behind the app's asynchronous `onSend` hooks. What an answer
 * is to prevent would have happened by then.
 */
export function watchReply(reply: FastifyReply): ReplyWatch {
  let isAnswered = false;
  let resolve = () => {};
  const answered = new Promise<void>((done) => {
    resolve = done;
  });
  const { send } = reply;
  reply.send = function (this: FastifyReply, ...payload: [unknown?]) {
    isAnswered = true;
    resolve();
    return send.apply(this, payload as []);
  } as typeof send;
  return { hasAnswered: () => isAnswered || reply.sent, answered };
}

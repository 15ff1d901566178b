import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { errors } from '../errors.js';
import type { ClientLimit } from '../limits/client-limit.js';
import type { RefusalLog } from '../limits/refusal-log.js';
import { sendPlainly } from './reply.js';

/** The schema of routes that `@fastify/swagger` does not list. */
export const HIDDEN_SCHEMA = { hide: true } as FastifySchema;

/** Options of the plugin's own routes. */
export const OWN_ROUTE = { schema: HIDDEN_SCHEMA, errorHandler: sendErrorPlainly };

/** Limits that anyone can reach at any rate: counted by the `RefusalLog`, and no errors of the server. */
const LIMITS = new Set(['ISSR_ERR_CLIENTS', 'ISSR_ERR_CONNECTIONS', 'ISSR_ERR_UPLOADS']);

/**
 * Answers as Fastify's own error handler does, past the `onSend` hooks of the app: see `sendPlainly`.
 *
 * @param isKnown the error's text may be sent. Any other failure may name files, hosts and users of the server
 */
export function sendErrorPlainly(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
  isKnown = Object.hasOwn(errors, error.code),
): void {
  const given = error.statusCode ?? reply.statusCode;
  const statusCode = given >= 400 ? given : 500;
  const level = statusCode < 500 || LIMITS.has(error.code) ? 'info' : 'error';
  request.log[level]({ req: request, res: reply, err: error }, error.message);
  const isShown = isKnown || statusCode < 500;
  const { code, message } = isShown ? error : { code: undefined, message: STATUS_CODES[statusCode] };
  const body = JSON.stringify({ statusCode, code, error: STATUS_CODES[statusCode], message });
  sendPlainly(reply, statusCode, { 'content-type': 'application/json; charset=utf-8' }, body);
}

/**
 * Returns whether a limit has room for one more client. Answers if it has not, and counts the refusal: the app's error
 * handler would log each one as an error of the server.
 */
export function hasRoom(
  count: ClientLimit,
  refusals: RefusalLog,
  request: FastifyRequest,
  reply: FastifyReply,
): boolean {
  try {
    refusals.watch(() => count.assertRoom(request.ip));
    return true;
  } catch (error) {
    sendErrorPlainly(error as FastifyError, request, reply);
    return false;
  }
}

/**
 * Reads a value of an own route's query. The app's `querystringParser` may change names and values: Fastify's
 * documents show one that makes them lower case.
 */
export function queryValue({ url }: FastifyRequest, name: string): string | undefined {
  return new URLSearchParams(url.split('?')[1]).get(name) ?? undefined;
}

/**
 * Returns a body that a page sent as text. Only a stranger sends JSON, which Fastify parses to another value.
 *
 * @throws ISSR_ERR_MESSAGE
 */
export function bodyText({ body }: FastifyRequest): string {
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) throw new errors.ISSR_ERR_MESSAGE('not text');
  return String(body);
}

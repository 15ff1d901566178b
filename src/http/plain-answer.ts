import type { OutgoingHttpHeaders } from 'node:http';
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
  reply.hijack();
  reply.raw.writeHead(status, { ...given, 'cache-control': 'no-store', ...headers }).end(body);
  return reply;
}

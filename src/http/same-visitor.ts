import type { FastifyRequest } from 'fastify';
import { applySetCookies, splitCookieHeader } from './cookies.js';
import type { HandshakeContext } from './virtual-http.js';

/** The request of a load, as far as it tells its visitor from others. */
export interface LoadContext {
  headers: NodeJS.Dict<string | string[]>;
  /** Cookies that the response set. */
  setCookies: readonly string[];
  path: string;
  ip: string;
}

/**
 * Headers that differ between two requests of one visitor, or grant nothing: of one request, of a browser's
 * way to ask, of tracing, and of proxies that name addresses (the IP address is compared by itself).
 */
const perRequest =
  /^(:.*|host|cookie|user-agent|accept(-.*)?|referer|upgrade-insecure-requests|priority|purpose|dnt|save-data|last-event-id|if-.*|range|sec-.*|connection|upgrade|content-.*|transfer-encoding|cache-control|pragma|origin|keep-alive|te|expect|via|forwarded|x-forwarded-(for|port|proto|host|prefix|server)|x-real-ip|traceparent|tracestate|baggage|b3|x-b3-.*|.*-(request|correlation|trace)-id|x-request-start|cf-ray|cdn-loop)$/;

/**
 * Returns true if the visitor who joins is the one who loaded the page: same address, same cookies after
 * those that the load set, and the same of all headers that may identify (`authorization`, those of proxies
 * that sign in). Further cookies may have been set since.
 */
export function isSameVisitor(
  load: LoadContext,
  peer: HandshakeContext,
  { ip, server }: FastifyRequest,
): boolean {
  if (load.ip !== ip) return false;
  const { requestIdHeader } = server.initialConfig;
  const names = new Set([...Object.keys(load.headers), ...Object.keys(peer.headers)]);
  for (const name of names) {
    if (name === requestIdHeader || perRequest.test(name)) continue;
    if (String(load.headers[name]) !== String(peer.headers[name])) return false;
  }
  const cookies = new Map(splitCookieHeader(String(peer.headers.cookie ?? '')));
  const loaded = applySetCookies(String(load.headers.cookie ?? ''), load.setCookies, load.path);
  return splitCookieHeader(loaded).every(([name, value]) => cookies.get(name) === value);
}

import type { FastifyRequest } from 'fastify';
import { applySetCookies, splitCookieHeader } from './cookies.js';
import type { HandshakeContext } from './virtual-http.js';

/** The request of a load, as far as it tells its visitor from others. */
export interface LoadContext {
  /** Its headers that may identify a visitor, without its cookies. */
  headers: readonly Header[];
  cookie: string | undefined;
  /** Cookies that the response set. */
  setCookies: readonly string[];
  ip: string;
}

type Header = readonly [name: string, value: string | string[]];

/**
 * Headers that differ between two requests of one visitor, or grant nothing: of one request, of a browser's
 * way to ask, of tracing, and of proxies that name addresses (the IP address is compared by itself).
 */
const perRequest =
  /^(:.*|host|cookie|user-agent|accept(-.*)?|referer|upgrade-insecure-requests|priority|purpose|dnt|save-data|last-event-id|if-.*|range|sec-.*|connection|upgrade|content-.*|transfer-encoding|cache-control|pragma|origin|keep-alive|te|expect|via|forwarded|x-forwarded-(for|port|proto|host|prefix|server)|x-real-ip|traceparent|tracestate|baggage|b3|x-b3-.*|.*-(request|correlation|trace)-id|x-request-start|cf-ray|cdn-loop)$/;

const NO_HEADERS: readonly Header[] = [];

/** Headers of most loads: a look is cheaper than the pattern. */
const common = new Set(
  [
    'host connection cookie user-agent accept accept-encoding accept-language referer cache-control pragma',
    'upgrade-insecure-requests priority sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest sec-fetch-mode',
    'sec-fetch-site sec-fetch-user x-forwarded-for x-forwarded-proto x-forwarded-host x-real-ip',
  ]
    .join(' ')
    .split(' ')
    .filter((name) => perRequest.test(name)),
);

/** Returns the headers that may identify a visitor, without cookies. Most requests have none. */
export function identifyingHeaders(headers: NodeJS.Dict<string | string[]>): readonly Header[] {
  let found: Header[] | undefined;
  for (const name in headers) {
    if (common.has(name) || perRequest.test(name)) continue;
    found ??= [];
    found.push([name, headers[name] ?? '']);
  }
  return found ?? NO_HEADERS;
}

/**
 * Returns true if the visitor who joins is the one who loaded the page: same address, same cookies after
 * those that the load set, and the same of all headers that may identify (`authorization`, those of proxies
 * that sign in). Further cookies may have been set since.
 */
export function isSameVisitor(
  load: LoadContext,
  path: string,
  peer: HandshakeContext,
  { ip, server }: FastifyRequest,
): boolean {
  if (load.ip !== ip) return false;
  const { requestIdHeader } = server.initialConfig;
  const ofLoad = new Map(load.headers);
  const ofPeer = new Map(identifyingHeaders(peer.headers));
  for (const headers of [ofLoad, ofPeer]) headers.delete(String(requestIdHeader));
  if (ofLoad.size !== ofPeer.size) return false;
  for (const [name, value] of ofLoad) if (String(ofPeer.get(name)) !== String(value)) return false;
  const cookies = new Map(splitCookieHeader(String(peer.headers.cookie ?? '')));
  const loaded = applySetCookies(load.cookie, load.setCookies, path);
  return splitCookieHeader(loaded).every(([name, value]) => cookies.get(name) === value);
}

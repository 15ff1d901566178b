import type { FastifyRequest } from 'fastify';
import type { RequestState, RouteDeclaration } from '../dispatch/request-state.js';
import type { CapturedResult } from '../http/virtual-http.js';
import { paramsOfUrl, pathOf, urlWithParams } from '../params/params.js';

/** Returns the URL of a form's page: the URL of the POST without the commands in it. */
export function pageUrlOf({ originalUrl }: FastifyRequest, { actions }: RouteDeclaration): string {
  const params = paramsOfUrl(originalUrl);
  for (const name of actions) params.delete(name);
  return urlWithParams(pathOf(originalUrl), params, []);
}

/** Redirects to the page, with the cookies that the action set. */
export function redirectToPage(
  request: FastifyRequest,
  names: RouteDeclaration,
  { headers }: CapturedResult,
  state: RequestState,
): CapturedResult {
  const url = pageUrlOf(request, names);
  const location = outerUrlOf(url, request) ?? relativeTo(url);
  const flashes = state.flashCookie(true, request.protocol === 'https') ?? [];
  const setCookies = [headers['set-cookie'] ?? [], flashes].flat().map(String);
  const cookies = setCookies.length > 0 ? { 'set-cookie': setCookies } : undefined;
  return { status: 303, headers: { location, 'content-length': 0, ...cookies }, body: '' };
}

/**
 * Returns the page's URL as the browser knows it, if a proxy strips a prefix and `Referer` has that prefix. Some
 * such proxies leave a relative `Location` as it is, others put their prefix in front of it (`@fastify/http-proxy`),
 * and only a whole URL is right behind both.
 */
function outerUrlOf(url: string, { headers: { referer }, host }: FastifyRequest): string | undefined {
  if (referer === undefined || !URL.canParse(referer)) return undefined;
  const { protocol, pathname, host: outerHost, origin } = new URL(referer);
  const ownUrl = `${protocol}//${host}`;
  if (!URL.canParse(ownUrl) || new URL(ownUrl).host !== outerHost) return undefined;
  const path = pathOf(url);
  const hasPrefix = pathname.length > path.length && pathname.endsWith(path);
  return hasPrefix ? origin + pathname + url.slice(path.length) : undefined;
}

/**
 * `/a/b?x=1` → `./b?x=1`: relative to the form's own URL, so that a proxy may have stripped a prefix, and
 * `//evil.example` (which a router that ignores duplicate slashes takes for a path) is not another host.
 */
function relativeTo(url: string): string {
  const path = pathOf(url);
  return `./${path.slice(path.lastIndexOf('/') + 1)}${url.slice(path.length)}`.replaceAll('\\', '%5C');
}

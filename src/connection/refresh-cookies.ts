import type { Runtime } from '../runtime.js';

/**
 * Replaces a page's cookies, which date from its handshake, by those of a later HTTP request, and renders
 * the page again. Another tab may have changed them. While a ticket waits to be fetched, the page's own
 * cookies are the newer ones and stay.
 *
 * @param token the page's token
 * @param cookie the `Cookie` header of the request
 * @throws ISSR_ERR_TOKEN, ISSR_ERR_TOKEN_EXPIRED
 */
export function renewCookies(
  { tokens, pages, tickets }: Runtime,
  token: string,
  cookie: string | undefined,
): void {
  const page = pages.joined.get(tokens.verify(token));
  if (!page || page.peer.headers.cookie === cookie || tickets.has(page.ticket)) return;
  const { cookie: _before, ...headers } = page.peer.headers;
  page.peer = { ...page.peer, headers: cookie === undefined ? headers : { ...headers, cookie } };
  void page.rr();
}

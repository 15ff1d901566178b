import type { Runtime } from '../runtime.js';

/**
 * A page keeps the cookies of its connection's handshake, and another tab may have changed them since. The
 * browser's own, which came with a request by HTTP, take their place, and the page is rendered again. While
 * a ticket waits to be fetched, it is the browser that lacks what the page has already.
 *
 * @param token the page's
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

import type { Runtime } from '../runtime.js';

/**
 * Gives an open page the browser's current cookies, which another tab may have changed since the handshake,
 * and renders it again. Does nothing while a cookie ticket of the page is unused: then the page has cookies
 * that the browser still lacks.
 *
 * @param token of the page
 * @throws ISSR_ERR_TOKEN, ISSR_ERR_TOKEN_EXPIRED
 */
export function refreshCookies(
  { tokens, pages, tickets }: Runtime,
  token: string,
  cookie: string | undefined,
): void {
  const page = pages.joined.get(tokens.verify(token));
  if (!page || page.peer.headers.cookie === cookie || tickets.has(page.ticket)) return;
  page.setCookies(cookie);
  void page.rr();
}

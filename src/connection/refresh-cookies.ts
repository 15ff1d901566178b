import { setPeerCookies } from '../http/virtual-http.js';
import type { Runtime } from '../runtime.js';

/**
 * Gives an open page the browser's current cookies, which another tab may have changed since the handshake,
 * and renders it again. Does nothing while a cookie ticket of the page is unused: then the page has cookies
 * that the browser still lacks.
 *
 * @param credentials the page's token and secret: another visitor who has the token must not give the page
 *   other cookies
 * @throws ISSR_ERR_TOKEN, ISSR_ERR_TOKEN_EXPIRED
 */
export function refreshCookies(
  { tokens, pages, tickets }: Runtime,
  [token = '', secret = '']: string[],
  cookie: string | undefined,
): void {
  const page = pages.findOwned(tokens.verify(token), secret);
  if (!page || page.peer.headers.cookie === cookie || tickets.has(page.ticket)) return;
  setPeerCookies(page.peer, cookie);
  page.share = undefined;
  void page.rr();
}

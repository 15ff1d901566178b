import { LRUCache } from 'lru-cache';
import { type Cookie, parseSetCookie } from 'set-cookie-parser';

/**
 * The `Cookie` header that a browser at `path` would send after a response. Cookies of another path are
 * left to the browser, which gets them by a ticket.
 *
 * @param path of the page, which also gives the default path of a cookie without one
 * @see RFC 6265, sections 5.3 and 5.4
 */
export function applySetCookies(header: string | undefined, setCookies: string[], path: string): string {
  const cookies = new Map(splitCookieHeader(header ?? ''));
  for (const cookie of parseSetCookie(setCookies, { decodeValues: false })) {
    if (!pathMatches(path, hasPath(cookie) ? cookie.path : defaultPathOf(path))) continue;
    if (isExpired(cookie.maxAge, cookie.expires)) cookies.delete(cookie.name);
    else cookies.set(cookie.name, cookie.value);
  }
  return Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; ');
}

/** The name and value of each cookie of a `Cookie` header. */
export function splitCookieHeader(header: string): [name: string, value: string][] {
  return header
    .split(';')
    .filter((pair) => pair.includes('='))
    .map((pair) => {
      const equals = pair.indexOf('=');
      return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
    });
}

function isExpired(maxAge: number | undefined, expires: Date | undefined): boolean {
  if (maxAge !== undefined) return maxAge <= 0;
  return expires !== undefined && expires.getTime() <= Date.now();
}

/**
 * Writes the page's default path into cookies without a path. A browser would take that of the request
 * which redeems the ticket.
 */
export function withDefaultPath(setCookies: string[], path: string): string[] {
  return setCookies.map((text) => {
    const [cookie] = parseSetCookie(text, { decodeValues: false });
    return cookie && !hasPath(cookie) ? `${text}; Path=${defaultPathOf(path)}` : text;
  });
}

/** RFC 6265, section 5.2.4: a path that does not begin with a slash counts as left out. */
function hasPath(cookie: Cookie): cookie is Cookie & { path: string } {
  return cookie.path?.startsWith('/') === true;
}

/** RFC 6265, section 5.1.4: the path up to its last slash. */
function defaultPathOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}

/** RFC 6265, section 5.1.4. */
function pathMatches(path: string, cookiePath: string): boolean {
  if (!path.startsWith(cookiePath)) return false;
  return path.length === cookiePath.length || cookiePath.endsWith('/') || path[cookiePath.length] === '/';
}

/** Tickets that may wait to be fetched. Each belongs to a page that was just told to fetch it. */
const MAX_TICKETS = 10_000;

/**
 * Keeps the cookies that re-renders set until their pages fetch them by HTTP, because only an HTTP response
 * can set an `HttpOnly` cookie. A ticket can be redeemed once, and by its own page only: in the browser of
 * anyone else it would be a sign-in that its visitor did not ask for.
 */
export class CookieTickets {
  readonly #tickets: LRUCache<string, { pageId: string; setCookies: string[] }>;

  readonly #createKey: () => string;

  /** @param createKey returns a new key that cannot be guessed */
  constructor(lifetime: number, createKey: () => string) {
    this.#createKey = createKey;
    this.#tickets = new LRUCache({ max: MAX_TICKETS, ttl: lifetime });
  }

  issue(setCookies: string[], pageId: string): string {
    const ticket = this.#createKey();
    this.#tickets.set(ticket, { pageId, setCookies });
    return ticket;
  }

  /** Whether the ticket waits to be fetched. */
  has(ticket: string): boolean {
    return this.#tickets.has(ticket);
  }

  /** Returns undefined, and keeps the ticket, if it was issued to another page. */
  redeem(ticket: string, pageId: string): string[] | undefined {
    const issued = this.#tickets.get(ticket);
    if (issued?.pageId !== pageId) return undefined;
    this.#tickets.delete(ticket);
    return issued.setCookies;
  }
}

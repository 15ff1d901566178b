import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { parseSetCookie } from 'set-cookie-parser';

/**
 * The `Cookie` header that a browser at `path` would send after a response. Cookies of another path are
 * left to the browser, which gets them by a ticket.
 *
 * @see RFC 6265, sections 5.3 and 5.4
 */
export function applySetCookies(header: string | undefined, setCookies: string[], path: string): string {
  const cookies = new Map(splitCookieHeader(header ?? ''));
  for (const cookie of parseSetCookie(setCookies, { decodeValues: false })) {
    if (!pathMatches(path, cookie.path ?? '/')) continue;
    if (isExpired(cookie.maxAge, cookie.expires)) cookies.delete(cookie.name);
    else cookies.set(cookie.name, cookie.value);
  }
  return Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; ');
}

function splitCookieHeader(header: string): [name: string, value: string][] {
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

/** RFC 6265, section 5.1.4. */
function pathMatches(path: string, cookiePath: string): boolean {
  if (!path.startsWith(cookiePath)) return false;
  return path.length === cookiePath.length || cookiePath.endsWith('/') || path[cookiePath.length] === '/';
}

/** Tickets that may wait to be fetched. Each belongs to a page that was just told to fetch it. */
const MAX_TICKETS = 10_000;

/**
 * Keeps the cookies that re-renders set until their pages fetch them by HTTP, because only an HTTP response
 * can set an `HttpOnly` cookie. A ticket can be redeemed once.
 */
export class CookieTickets {
  readonly #tickets: LRUCache<string, string[]>;

  constructor(lifetime: number) {
    this.#tickets = new LRUCache({ max: MAX_TICKETS, ttl: lifetime });
  }

  issue(setCookies: string[]): string {
    const ticket = randomUUID();
    this.#tickets.set(ticket, setCookies);
    return ticket;
  }

  /** Whether the ticket waits to be fetched. */
  has(ticket: string): boolean {
    return this.#tickets.has(ticket);
  }

  redeem(ticket: string): string[] | undefined {
    const setCookies = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    return setCookies;
  }
}

import { type Cookie, parseSetCookie } from 'set-cookie-parser';

/**
 * The `Cookie` header that a browser at `path` would send after a response. Cookies of another path are
 * left to the browser, which gets them by a ticket.
 *
 * @param path of the page. A cookie without a path gets its default path, which matches it.
 * @param prefix the path that a proxy strips. A cookie may have the outer path, or the inner one if the proxy
 *   writes the prefix into it.
 * @see RFC 6265, sections 5.3 and 5.4
 */
export function applySetCookies(
  header: string | undefined,
  setCookies: readonly string[],
  path: string,
  prefix = '',
): string {
  const cookies = new Map(splitCookieHeader(header ?? ''));
  for (const cookie of parseSetCookie(setCookies, { decodeValues: false })) {
    if (hasPath(cookie) && !pathMatches(path, cookie.path) && !pathMatches(prefix + path, cookie.path))
      continue;
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

import { performance } from 'node:perf_hooks';
import type { FastifyRequest } from 'fastify';
import { errors } from '../errors.js';
import type { ResolvedOptions } from '../options/options.js';

type Allowed = ResolvedOptions['allowedOrigins'];

/** Milliseconds between two warnings: anyone can send any Origin. */
const WARN_INTERVAL = 60_000;

/** Times of the last warnings. All routes with the same options share one. */
const warnings = new WeakMap<object, number>();

/**
 * A `preValidation` hook that refuses foreign origins. By default only pages of the same host are allowed,
 * because a browser sends cookies with any site's handshake.
 *
 * @throws ISSR_ERR_ORIGIN
 */
export function checkOrigin(options: { allowedOrigins: Allowed }) {
  const { allowedOrigins } = options;
  return async (request: FastifyRequest): Promise<void> => {
    const { origin } = request.headers;
    // A promise of an author's function would allow every origin.
    if (await isAllowed(allowedOrigins, origin, request)) return;
    const warned = warnings.get(options) ?? Number.NEGATIVE_INFINITY;
    if (origin !== undefined && performance.now() - warned > WARN_INTERVAL) {
      warnings.set(options, performance.now());
      request.log.warn(
        { origin, host: request.host },
        `issr: refused a request whose Origin is '${origin}' and whose own address is '${originOf(request)}'. ` +
          'If both are your site, let the proxy pass Host and X-Forwarded-Proto on, or set trustProxy or allowedOrigins.',
      );
    }
    throw new errors.ISSR_ERR_ORIGIN(origin ?? '');
  };
}

/** The same for a GET: browsers omit Origin on same-origin GETs. They send `Sec-Fetch-Site` with all others. */
export function checkForeignOrigin(options: { allowedOrigins: Allowed }) {
  const check = checkOrigin(options);
  return async (request: FastifyRequest): Promise<void> => {
    const site = request.headers['sec-fetch-site'] ?? 'same-origin';
    if (request.headers.origin !== undefined || !/^(same-origin|none)$/.test(String(site)))
      await check(request);
  };
}

function isAllowed(allowed: Allowed, given: string | undefined, request: FastifyRequest): boolean {
  if (typeof allowed === 'function') return allowed(given, request);
  const origin = given === 'null' ? nullOriginOf(request) : given;
  if (origin === undefined) return false;
  return allowed === 'same-host' ? isSameHost(origin, request) : allowed.includes(origin);
}

/**
 * The site's own origin, if a page of this site posts a form under `Referrer-Policy: no-referrer`: its
 * browser sends `Origin: null`. No script can set or change `Sec-Fetch-Site`.
 *
 * @see https://fetch.spec.whatwg.org/#append-a-request-origin-header
 */
function nullOriginOf(request: FastifyRequest): string | undefined {
  return request.headers['sec-fetch-site'] === 'same-origin' ? originOf(request) : undefined;
}

/** Returns the origin of the site. A request of `injectWS` lacks a socket and with it the protocol. */
function originOf({ protocol = 'http', host }: FastifyRequest): string {
  return `${protocol}://${host}`;
}

/**
 * Compares hosts as URLs, so that case and the scheme's default port do not count. A plain HTTP request may
 * have an `https:` origin, behind a proxy that ends TLS. The reverse is another site.
 */
function isSameHost(origin: string, request: FastifyRequest): boolean {
  const { host } = request;
  if (!URL.canParse(origin) || !/^[^/?#@\\\s]+$/.test(host)) return false;
  const url = new URL(origin);
  if (url.protocol !== 'https:' && !originOf(request).startsWith(url.protocol)) return false;
  const own = `${url.protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === url.host;
}

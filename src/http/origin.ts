import type { FastifyRequest } from 'fastify';
import { errors } from '../errors.js';
import type { ResolvedOptions } from '../options/options.js';

/**
 * A `preValidation` hook that refuses foreign origins. By default only pages of the same host are allowed,
 * because a browser sends cookies with any site's handshake.
 *
 * @throws ISSR_ERR_ORIGIN
 */
export function checkOrigin({ allowedOrigins }: Pick<ResolvedOptions, 'allowedOrigins'>) {
  return async (request: FastifyRequest): Promise<void> => {
    const { origin } = request.headers;
    if (!isAllowed(allowedOrigins, origin, request)) throw new errors.ISSR_ERR_ORIGIN(origin ?? '');
  };
}

/** The same for a GET: browsers omit Origin on same-origin GETs. */
export function checkForeignOrigin(options: Pick<ResolvedOptions, 'allowedOrigins'>) {
  const check = checkOrigin(options);
  return async (request: FastifyRequest): Promise<void> => {
    if (request.headers.origin !== undefined) await check(request);
  };
}

function isAllowed(
  allowed: ResolvedOptions['allowedOrigins'],
  origin: string | undefined,
  request: FastifyRequest,
): boolean {
  if (typeof allowed === 'function') return allowed(origin, request);
  if (origin === undefined) return false;
  if (allowed !== 'same-host') return allowed.includes(origin);
  return URL.canParse(origin) && new URL(origin).host === request.host;
}

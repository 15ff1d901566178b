import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import { pathOf } from '../params/params.js';
import { kState, type RawRequest } from './request-state.js';

type FastifyChildLoggerFactory = FastifyInstance['childLoggerFactory'];

/**
 * Logs re-renders at their own level, with the page's id, with the request id of the connection's handshake, and
 * without the query: the query holds all of the page's params, typed passwords included.
 */
export function childLoggerFactory(
  scope: FastifyInstance,
  level: string,
  given: FastifyChildLoggerFactory | undefined,
): FastifyChildLoggerFactory | undefined {
  // Fastify without a logger creates child loggers only if there is a factory.
  if (scope.log.level === undefined) return given;
  const create = given ?? scope.childLoggerFactory;
  return function (logger, bindings, options, raw) {
    const { page, connection } = (raw as RawRequest)[kState] ?? {};
    if (!page) return create.call(this, logger, bindings, options, raw);
    return create.call(
      this,
      logger,
      { ...bindings, page: page.id, connection },
      {
        ...options,
        level: options.level ?? level,
        serializers: { ...options.serializers, req: withoutQuery },
      },
      raw,
    ) as FastifyBaseLogger;
  };
}

function withoutQuery(request: FastifyRequest): object {
  return { method: request.method, url: pathOf(request.url), host: request.host, remoteAddress: request.ip };
}

import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import { pathOf } from '../page/params.js';
import { kState, type RawRequest } from './request-state.js';

type FastifyChildLoggerFactory = FastifyInstance['childLoggerFactory'];

/**
 * A re-render's request log: at its own level, marked with the page's id, and without the query, as
 * that is all the page holds, typed passwords included.
 */
export function childLoggerFactory(
  scope: FastifyInstance,
  level: string,
  given: FastifyChildLoggerFactory | undefined,
): FastifyChildLoggerFactory | undefined {
  // Without a logger Fastify makes no children at all, unless there is a factory.
  if (scope.log.level === undefined) return given;
  const create = given ?? scope.childLoggerFactory;
  return function (logger, bindings, options, raw) {
    const page = (raw as RawRequest)[kState]?.page;
    if (!page) return create.call(this, logger, bindings, options, raw);
    return create.call(
      this,
      logger,
      { ...bindings, page: page.id },
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

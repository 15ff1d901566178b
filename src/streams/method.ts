import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifySchema,
  FastifyTypeProvider,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerBase,
  RouteGenericInterface,
  RouteShorthandOptions,
} from 'fastify';
import type { ParamsOf, PathParams } from '../types/route-params.js';
import type { IssrStreamHandler } from './issr-stream.js';
import type { IssrStreamOptions } from './options.js';

/** `fastify.issrStream`: server-sent events. It is a GET with all hooks, the schema and the options of a Fastify route. */
export interface IssrStreamMethod<
  RawServer extends RawServerBase,
  RawRequest extends RawRequestDefaultExpression<RawServer>,
  RawReply extends RawReplyDefaultExpression<RawServer>,
  Logger extends FastifyBaseLogger,
  TypeProvider extends FastifyTypeProvider,
> {
  <Path extends string, Generic extends RouteGenericInterface = { Params: PathParams<Path> }>(
    path: Path,
    handler: IssrStreamHandler<
      FastifyRequest<Generic, RawServer, RawRequest, FastifySchema, TypeProvider, unknown, Logger>,
      FastifyReply<Generic, RawServer, RawRequest, RawReply, unknown, FastifySchema, TypeProvider>
    >,
  ): FastifyInstance<RawServer, RawRequest, RawReply, Logger, TypeProvider>;
  <
    Path extends string,
    const Schema extends FastifySchema = FastifySchema,
    Generic extends RouteGenericInterface = ParamsOf<Path, Schema>,
  >(
    path: Path,
    options: IssrStreamOptions &
      RouteShorthandOptions<RawServer, RawRequest, RawReply, Generic, unknown, Schema, TypeProvider, Logger>,
    handler: IssrStreamHandler<
      FastifyRequest<Generic, RawServer, RawRequest, NoInfer<Schema>, TypeProvider, unknown, Logger>,
      FastifyReply<Generic, RawServer, RawRequest, RawReply, unknown, NoInfer<Schema>, TypeProvider>
    >,
  ): FastifyInstance<RawServer, RawRequest, RawReply, Logger, TypeProvider>;
}

import type {
  FastifyBaseLogger,
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
import type { IssrSocket, IssrSocketHandlers, IssrSocketRoute } from './issr-socket.js';
import type { IssrSocketOptions } from './options.js';

/**
 * `fastify.issrSocket` declares a WebSocket endpoint that is not a page: a game, a feed, a client program. Its
 * handshake is a GET with all hooks, the schema and the options of a Fastify route.
 */
export interface IssrSocketMethod<
  RawServer extends RawServerBase,
  RawRequest extends RawRequestDefaultExpression<RawServer>,
  RawReply extends RawReplyDefaultExpression<RawServer>,
  Logger extends FastifyBaseLogger,
  TypeProvider extends FastifyTypeProvider,
> {
  <
    Path extends string,
    Data = Record<string, unknown>,
    Generic extends RouteGenericInterface = { Params: PathParams<Path> },
  >(
    path: Path,
    handlers: IssrSocketHandlers<
      Data,
      FastifyRequest<Generic, RawServer, RawRequest, FastifySchema, TypeProvider, unknown, Logger>,
      FastifyReply<Generic, RawServer, RawRequest, RawReply, unknown, FastifySchema, TypeProvider>
    >,
  ): Route<
    Data,
    FastifyRequest<Generic, RawServer, RawRequest, FastifySchema, TypeProvider, unknown, Logger>
  >;
  <
    Path extends string,
    const Schema extends FastifySchema = FastifySchema,
    Data = Record<string, unknown>,
    Generic extends RouteGenericInterface = ParamsOf<Path, Schema>,
  >(
    path: Path,
    options: IssrSocketOptions &
      RouteShorthandOptions<RawServer, RawRequest, RawReply, Generic, unknown, Schema, TypeProvider, Logger>,
    handlers: IssrSocketHandlers<
      Data,
      FastifyRequest<Generic, RawServer, RawRequest, NoInfer<Schema>, TypeProvider, unknown, Logger>,
      FastifyReply<Generic, RawServer, RawRequest, RawReply, unknown, NoInfer<Schema>, TypeProvider>
    >,
  ): Route<Data, FastifyRequest<Generic, RawServer, RawRequest, Schema, TypeProvider, unknown, Logger>>;
}

type Route<Data, Request extends { params: unknown }> = IssrSocketRoute<
  IssrSocket<Data, Request>,
  Request['params']
>;

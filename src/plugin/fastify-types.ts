import type {
  ContextConfigDefault,
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifySchema,
  FastifyTypeProvider,
  FastifyTypeProviderDefault,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerBase,
  RawServerDefault,
  RouteGenericInterface,
  RouteShorthandOptions,
} from 'fastify';
import type { IssrRequest } from '../dispatch/request-state.js';
import type { View } from '../render/render.js';
import type { ActionRequest, DefinedAction, ResultOf } from '../route/define-actions.js';
import type { ErrorMessage } from '../route/error-messages.js';
import type { IssrSocketMethod } from '../sockets/method.js';
import type { IssrStreamMethod } from '../streams/method.js';
import type { UploadRule } from '../uploads/rule.js';
import type { Issr } from './issr.js';

/** Return value of a handler: a view, or nothing if it answered by `reply`. */
type HandlerResult = View | FastifyReply | undefined;

/**
 * `fastify.issrRoute`: a GET route whose handler returns a page. All of Fastify's route options, and
 * the instance's type provider, work as in `fastify.get`.
 */
export interface IssrRouteMethod<
  RawServer extends RawServerBase,
  RawRequest extends RawRequestDefaultExpression<RawServer>,
  RawReply extends RawReplyDefaultExpression<RawServer>,
  Logger extends FastifyBaseLogger,
  TypeProvider extends FastifyTypeProvider,
> {
  <
    Generic extends RouteGenericInterface = RouteGenericInterface,
    Config = ContextConfigDefault,
    const Schema extends FastifySchema = FastifySchema,
    Results = Record<string, unknown>,
  >(
    path: string,
    handler:
      | Handler<RawServer, RawRequest, RawReply, Generic, Config, FastifySchema, TypeProvider, Logger>
      | (Options<RawServer, RawRequest, RawReply, Generic, Config, Schema, TypeProvider, Logger, Results> & {
          handler: Handler<
            RawServer,
            RawRequest,
            RawReply,
            Generic,
            Config,
            NoInfer<Schema>,
            TypeProvider,
            Logger,
            NoInfer<Results>
          >;
        }),
  ): FastifyInstance<RawServer, RawRequest, RawReply, Logger, TypeProvider>;
  <
    Generic extends RouteGenericInterface = RouteGenericInterface,
    Config = ContextConfigDefault,
    const Schema extends FastifySchema = FastifySchema,
    Results = Record<string, unknown>,
  >(
    path: string,
    options: Options<RawServer, RawRequest, RawReply, Generic, Config, Schema, TypeProvider, Logger, Results>,
    handler: Handler<RawServer, RawRequest, RawReply, Generic, Config, Schema, TypeProvider, Logger, Results>,
  ): FastifyInstance<RawServer, RawRequest, RawReply, Logger, TypeProvider>;
}

type Handler<
  RawServer extends RawServerBase,
  RawRequest extends RawRequestDefaultExpression<RawServer>,
  RawReply extends RawReplyDefaultExpression<RawServer>,
  Generic extends RouteGenericInterface,
  Config,
  Schema extends FastifySchema,
  TypeProvider extends FastifyTypeProvider,
  Logger extends FastifyBaseLogger,
  Results = Record<string, unknown>,
> = (
  this: FastifyInstance<RawServer, RawRequest, RawReply, Logger, TypeProvider>,
  request: FastifyRequest<Generic, RawServer, RawRequest, Schema, TypeProvider, Config, Logger> & {
    readonly issr: { readonly result: ResultOf<Results> };
  },
  reply: FastifyReply<Generic, RawServer, RawRequest, RawReply, Config, Schema, TypeProvider>,
) => HandlerResult | Promise<HandlerResult> | Promise<void> | void;

type Options<
  RawServer extends RawServerBase,
  RawRequest extends RawRequestDefaultExpression<RawServer>,
  RawReply extends RawReplyDefaultExpression<RawServer>,
  Generic extends RouteGenericInterface,
  Config,
  Schema extends FastifySchema,
  TypeProvider extends FastifyTypeProvider,
  Logger extends FastifyBaseLogger,
  Results,
> = RouteShorthandOptions<RawServer, RawRequest, RawReply, Generic, Config, Schema, TypeProvider, Logger> & {
  /** Names of params that the address bar mirrors. Back and Forward restore them. */
  url?: string[] | undefined;
  /**
   * Pages of this process for which it returns the same string are rendered once for each push, and get the same HTML.
   * A page for which it returns undefined is rendered by itself. Called in each render before the handler, and at each push with the
   * request of the page's last render. The hooks of the route run for one of the pages (see `maxShareAge`).
   */
  share?:
    | ShareMethod<
        FastifyRequest<Generic, RawServer, RawRequest, NoInfer<Schema>, TypeProvider, Config, Logger>
      >['share']
    | undefined;
  /** File fields of this page, by name, with their limits. Files of other fields are refused. */
  uploads?: { [field: string]: UploadRule } | undefined;
  /**
   * Commands of this page, by name. A command runs before the handler, for an event of a joined page or a form's POST,
   * never for a GET. Its return value is `request.issr.result`.
   */
  actions?:
    | Actions<
        Results,
        FastifyInstance<RawServer, RawRequest, RawReply, Logger, TypeProvider>,
        FastifyRequest<Generic, RawServer, RawRequest, NoInfer<Schema>, TypeProvider, Config, Logger>,
        FastifyReply<Generic, RawServer, RawRequest, RawReply, Config, NoInfer<Schema>, TypeProvider>
      >
    | undefined;
  /** Replaces the validator's messages in `request.issr.errors`. Undefined keeps the validator's. */
  errorMessage?: ErrorMessage | undefined;
};

/** A method, so that a function with narrower parameters fits. */
interface ShareMethod<Request> {
  share(request: Request): string | undefined;
}

/** Declared actions by name: functions, objects, or what `defineActions` returned. */
type Actions<Results, Instance, Request, Reply> = {
  [Name in keyof Results]:
    | DefinedAction<Results[Name], ParamsFor<Request>>
    | (((this: Instance, request: ActionRequest<Request>, reply: Reply) => Results[Name]) & NotDefined)
    | {
        /** Params that the action needs. Only these must be valid for it to run. */
        schema?: unknown;
        /** Schema of the value that the button sends. */
        value?: unknown;
        /** Runs after the route's hooks and before the handler, and may answer by `reply`. */
        preHandler?:
          | ActionHook<Instance, Request, Reply>
          | ActionHook<Instance, Request, Reply>[]
          | undefined;
        lock?: boolean | undefined;
        /** Schema of the part of the result that `rr()` resolves to in the browser. */
        response?: unknown;
        // biome-ignore lint/suspicious/noExplicitAny: `defineActions` types the value
        handler(this: Instance, request: ActionRequest<Request>, value: any, reply: Reply): Results[Name];
      };
};

/** Excludes what `defineActions` returned, which are functions too. */
interface NotDefined {
  form?: never;
}

/** Never, which fits whatever an action needs, if no type provider types the params of the route. */
type ParamsFor<Request> = Request extends { params: infer Params }
  ? unknown extends Params
    ? never
    : Params
  : never;

type ActionHook<Instance, Request, Reply> = (
  this: Instance,
  request: ActionRequest<Request>,
  reply: Reply,
  done: (error?: Error) => void,
) => unknown;

declare module 'fastify' {
  interface FastifyInstance<
    RawServer extends RawServerBase = RawServerDefault,
    RawRequest extends RawRequestDefaultExpression<RawServer> = RawRequestDefaultExpression<RawServer>,
    RawReply extends RawReplyDefaultExpression<RawServer> = RawReplyDefaultExpression<RawServer>,
    Logger extends FastifyBaseLogger = FastifyBaseLogger,
    TypeProvider extends FastifyTypeProvider = FastifyTypeProviderDefault,
  > {
    /** The pages of this registration, and re-renders of them. */
    issr: Issr;
    /** Declares a page. */
    issrRoute: IssrRouteMethod<RawServer, RawRequest, RawReply, Logger, TypeProvider>;
    /** Declares a websocket resource. */
    issrSocket: IssrSocketMethod<RawServer, RawRequest, RawReply, Logger, TypeProvider>;
    /** Declares a stream of server-sent events. */
    issrStream: IssrStreamMethod<RawServer, RawRequest, RawReply, Logger, TypeProvider>;
  }

  interface FastifyRequest {
    /** The page, action and files of this request. */
    readonly issr: IssrRequest;
  }
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IssrAction, IssrRequest } from '../dispatch/request-state.js';
import type { InferSchema } from '../types/infer-schema.js';
import type { IssrTypes } from '../types/issr-page.js';

/** `request` of a declared action: `issr.action` is never null. */
export type ActionRequest<Request = FastifyRequest> = Request & {
  readonly issr: IssrRequest & { readonly action: IssrAction };
};

/** The parts of a route's schema that type the requests of its actions. */
export interface ActionsRouteSchema {
  params?: unknown;
  querystring?: unknown;
}

/** An action's request: its query is typed by the action's schema, and else by that of the route. */
type RequestOf<Schema, Route> = ActionRequest<
  FastifyRequest<{ Querystring: QueryOf<Schema, PartOf<Route, 'querystring'>>; Params: ParamsOf<Route> }>
>;

type ParamsOf<Route> = PartOf<Route, 'params'>;

type PartOf<Route, Part extends string> = Route extends { readonly [Name in Part]: infer Schema }
  ? InferSchema<Schema>
  : unknown;

type QueryOf<Schema, RouteQuery> = unknown extends Schema
  ? RouteQuery
  : unknown extends RouteQuery
    ? InferSchema<Schema>
    : Omit<RouteQuery, keyof InferSchema<Schema>> & InferSchema<Schema>;

type PlainAction<Result, Route> = (request: RequestOf<unknown, Route>, reply: FastifyReply) => Result;

/** A member of all functions: lets an action be one, and leaves the types of its parameters to `PlainAction`. */
interface MaybeFunction {
  [Symbol.hasInstance]?: unknown;
}

type Definitions<Schemas, Values, Results, Route = unknown> = {
  [Name in keyof Schemas]: MaybeFunction & { schema?: Schemas[Name] };
} & {
  [Name in keyof Values]: MaybeFunction & { value?: Values[Name] };
} & {
  [Name in keyof Results]:
    | PlainAction<Results[Name], Route>
    | {
        schema?: unknown;
        value?: unknown;
        /** Runs after the route's hooks and before the handler, and may answer by `reply`. */
        preHandler?: ActionHook<Route> | ActionHook<Route>[] | undefined;
        /** The element sends no second event while one is unanswered. @default false */
        lock?: boolean | undefined;
        /**
         * Schema of the part of the result that `rr()` resolves to in the browser. Without it the browser gets nothing of
         * the result.
         */
        response?: unknown;
        handler(
          request: RequestOf<Name extends keyof Schemas ? Schemas[Name] : unknown, Route>,
          value: ValueOf<Name extends keyof Values ? Values[Name] : unknown>,
          reply: FastifyReply,
        ): Results[Name];
      };
};

type ActionHook<Route> = (
  request: RequestOf<unknown, Route>,
  reply: FastifyReply,
  done: (error?: Error) => void,
) => unknown;

/** The value that the button sends: text, if no schema says more. */
type ValueOf<Schema> = unknown extends Schema ? string : InferSchema<Schema>;

/** Props of a button that runs an action: with script, under a strict policy, and as a form's submit. */
export interface ActionProps {
  'data-rr': 'click';
  action: string;
  value?: string;
  formaction: string;
  formmethod: 'post';
  lock?: true;
}

/** Props of a form whose submit runs an action. */
export interface ActionFormProps {
  'data-rr': 'submit';
  /** The command that a submit button without one of its own sends. */
  'data-rr-action': string;
  method: 'post';
  action: string;
  lock?: true;
}

/** Creates the props of one action. `value` is what the schema `value` of the action accepts. */
export interface ActionPropsMethod<Value extends unknown[]> {
  (...value: Value): ActionProps;
  form(...value: Value): ActionFormProps;
}

/** Arguments of `todo.remove(…)`: the type of the action's `value` schema, or none. */
type ValueArgs<Schema> = unknown extends Schema ? [] : [value: ButtonValue<InferSchema<Schema>>];

/** A button sends one text, so no list and no object. */
type ButtonValue<Value> = Value extends Date ? Value : Value extends object ? never : Value;

/** An action of `defineActions`, with the types of its result and of the `request.params` that it needs. */
export interface DefinedAction<Result, Params = unknown> {
  readonly result?: Result;
  readonly needs?: (params: Params) => void;
  form(...value: never[]): ActionFormProps;
}

/** The actions of a route, and the props of the elements that run them. */
export type DefinedActions<Values, Results, Params = unknown> = {
  [Name in keyof Results]: ActionPropsMethod<ValueArgs<Name extends keyof Values ? Values[Name] : unknown>> &
    DefinedAction<Results[Name], Params>;
};

/** Type of `request.issr.result` on a route: what one of its actions returned, if it did not answer. */
export type ResultOf<Results> = string extends keyof Results
  ? AppResult
  : ResultValue<AwaitedResult<Results[keyof Results]>> | undefined;

/** A reply has a `then` of its own, and `Awaited` makes `unknown` of that. */
type AwaitedResult<Result> = Result extends FastifyReply ? never : Awaited<Result>;

/** Inference also finds the props of a defined action, and `void` is the same as no result. */
type ResultValue<Result> = Result extends ActionProps
  ? never
  : Result extends AsyncGenerator<infer Yielded, infer Returned>
    ? Yielded | Exclude<Returned, void>
    : Exclude<Result, void>;

type AppResult = IssrTypes extends { result: infer Result } ? Result : unknown;

/** Declarations by the props functions that `defineActions` returns. */
const declarations = new WeakMap<object, object>();

/**
 * Declares the actions of a route, and returns typed props for the elements that run them:
 * `<button {...todo.remove(17)}>`, `<form {...todo.add.form()}>`. To be given as `actions` to the route.
 *
 * @param definitions by name: a function `(request, reply)`, or `{ schema?, value?, preHandler?, lock?, response?, handler }`
 *   with a handler `(request, value, reply)`
 */
export function defineActions<Schemas, Values, Results>(
  definitions: Definitions<Schemas, Values, Results>,
): DefinedActions<Values, Results>;
/**
 * Declares the actions of routes with this schema, which types their `request.params` and `request.query`. The routes
 * check both.
 */
export function defineActions<const Route extends ActionsRouteSchema, Schemas, Values, Results>(
  schema: Route,
  definitions: Definitions<Schemas, Values, Results, Route>,
): DefinedActions<Values, Results, ParamsOf<Route>>;
export function defineActions(...args: object[]): object {
  const entries = Object.entries<object>(args.at(-1) as Record<string, object>);
  return Object.fromEntries(entries.map(([name, definition]) => [name, createProps(name, definition)]));
}

/** Returns the declaration of an action: the given one, or the one that `defineActions` got. */
export function declarationOf(action: unknown): unknown {
  return declarations.get(Object(action)) ?? action;
}

function createProps(name: string, definition: object): ActionPropsMethod<[value?: unknown]> {
  const lock = 'lock' in definition && definition.lock ? { lock: true as const } : undefined;
  const props = (value?: unknown): ActionProps => ({
    'data-rr': 'click',
    action: name,
    ...(value !== undefined && { value: queryText(value) }),
    formaction: queryOf(name, value),
    formmethod: 'post',
    ...lock,
  });
  const form = (value?: unknown): ActionFormProps => ({
    'data-rr': 'submit',
    'data-rr-action': queryOf(name, value).slice(1),
    method: 'post',
    action: queryOf(name, value),
    ...lock,
  });
  const method = Object.assign(props, { form });
  declarations.set(method, definition);
  return method;
}

/** `?remove=17` */
function queryOf(name: string, value: unknown): string {
  const query = `?${encodeURIComponent(name)}`;
  return value === undefined ? query : `${query}=${encodeURIComponent(queryText(value))}`;
}

/** The empty text stands for `null`, as in Ajv. A text that was cut within a character is sent as browsers do. */
function queryText(value: unknown): string {
  return String((value instanceof Date ? value.toJSON() : value) ?? '').toWellFormed();
}

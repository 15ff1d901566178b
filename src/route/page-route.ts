import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RouteOptions,
  RouteShorthandOptions,
} from 'fastify';
import { kPageRoute } from '../dispatch/page-routes.js';
import { childLoggerFactory } from '../dispatch/request-log.js';
import { type RequestState, type RouteDeclaration, stateOf } from '../dispatch/request-state.js';
import { errors } from '../errors.js';
import { watchReply } from '../http/reply.js';
import { inspectHandler } from '../mistakes/inspection.js';
import { RouteShare, type ShareableRender, type ShareKey } from '../page/shares.js';
import { pathOf } from '../params/params.js';
import type { View } from '../render/render.js';
import type { Runtime } from '../runtime.js';
import { resolveRules, type UploadRule } from '../uploads/rule.js';
import { type Actions, type AnyHandler, recheckRefused, resolveActions, runAction } from './actions.js';
import { createMessages, type ErrorMessage, type MessageOf, withoutMessages } from './error-messages.js';
import { addFormPost } from './form-post.js';
import { recoverParams } from './recover-params.js';
import { schemaProperties } from './schema-properties.js';
import { injectScriptTag, noteError, renderPayload, sendView } from './view.js';

/** Route options without the generics of `fastify-types.ts`. */
export interface IssrRouteOptions extends RouteShorthandOptions {
  actions?: Actions;
  url?: string[];
  share?: ShareKey;
  uploads?: Record<string, UploadRule>;
  errorMessage?: ErrorMessage;
  handler?: AnyHandler;
}

/** Parts of a declared page that its requests need. */
interface PageRoute {
  runtime: Runtime;
  declaration: RouteDeclaration;
  actions: ReturnType<typeof resolveActions>;
  messageOf: MessageOf;
  share: RouteShare | undefined;
  handler: AnyHandler;
}

/** Declares a page: a GET route of `scope` whose view becomes an open page. */
export function addRoute(
  runtime: Runtime,
  scope: FastifyInstance,
  path: string,
  options: IssrRouteOptions = {},
  handler: AnyHandler | undefined = options.handler,
): void {
  if (typeof handler !== 'function') {
    throw new errors.ISSR_ERR_ROUTE(path, `the handler must be a function, not ${typeof handler}`);
  }
  const {
    actions: givenActions = {},
    url = [],
    uploads = {},
    share,
    errorMessage,
    ...routeOptions
  } = options;
  if (share !== undefined && typeof share !== 'function')
    throw new errors.ISSR_ERR_ROUTE(path, `share must be a function, not ${typeof share}`);
  if (!Array.isArray(url))
    throw new errors.ISSR_ERR_ROUTE(path, `url must be a list of names, not ${typeof url}`);
  const actions = resolveActions(path, givenActions);
  const { querystring } = options.schema ?? {};
  const declaration: RouteDeclaration = {
    state: stateNames(scope, querystring),
    actions: new Set(actions.keys()),
    url,
    uploads: resolveRules(uploads, (problem) => {
      throw new errors.ISSR_ERR_ROUTE(path, problem);
    }),
  };
  if (declaration.uploads.size > 0) runtime.uploads.isUsed = true;
  const messageOf = createMessages(scope, errorMessage);
  const route: RouteOptions = {
    ...routeOptions,
    method: 'GET',
    url: path,
    ...(querystring !== undefined && {
      schema: { ...options.schema, querystring: withoutMessages(querystring) },
    }),
    config: { ...routeOptions.config, [kPageRoute]: declaration } as RouteOptions['config'],
    childLoggerFactory: childLoggerFactory(
      scope,
      runtime.options.requestLogLevel,
      options.childLoggerFactory,
    ),
    handler: pageHandler({
      runtime,
      declaration,
      actions,
      messageOf,
      share: share && new RouteShare(path, share),
      handler,
    }),
  };
  route.preValidation = [route.preValidation ?? [], recoverParams(runtime, querystring, messageOf)].flat();
  route.preSerialization = [route.preSerialization ?? [], renderPayload(runtime)].flat();
  route.onError = [route.onError ?? [], noteError].flat();
  const inject = injectScriptTag(runtime, () => runtime.routes.isLastOnSend(declaration, inject));
  route.onSend = [route.onSend ?? [], inject].flat();
  scope.route(route);
  if (actions.size > 0) addFormPost(runtime, scope, path, declaration, options);
}

/**
 * Runs the declared actions of an event, then the author's handler. Its view is the payload. Nothing here is
 * asynchronous unless the author's code is.
 */
function pageHandler(route: PageRoute): AnyHandler {
  const { runtime, declaration } = route;
  return function (request, reply) {
    const state = stateOf(request);
    state.requestId = request.id;
    state.declaration = declaration;
    state.request = request;
    if (state.hooksOnly || runsCommand(declaration, state)) return void reply.code(204).send();
    if (state.firstTime && isPrerender(request))
      return void reply.code(503).header('cache-control', 'no-store').send();
    state.pushGeneration = runtime.pages.pushGeneration;
    if (state.firstTime) state.watchGeneration = runtime.audience.generation;
    state.onHandler?.(request);
    state.files = state.formFiles ?? runtime.uploads.files(state.memory && state.page, declaration.uploads);
    state.result = state.memory?.result;
    if (state.actions.length > 0) {
      const ran = runActions.call(this, route, state, request, reply);
      if (ran) return ran.then(() => runPageHandler.call(this, route, state, request, reply) ?? reply);
    } else if (state.memory?.refusedAction)
      recheckRefused(route.actions, { state, request, messageOf: route.messageOf });
    return runPageHandler.call(this, route, state, request, reply);
  };
}

/**
 * Browsers run the scripts of a page ahead of a visit that may never come: it would connect, be in presence lists, and send
 * the commands of `data-rr="load"`. After an error they load the page at the visit. Chromium would take a 204 for the visit's answer.
 * https://wicg.github.io/nav-speculation/prerendering.html
 */
function isPrerender({ headers }: FastifyRequest): boolean {
  return String(headers['sec-purpose']).includes('prerender');
}

/** Returns undefined if the view was sent, or if the handler answers by `reply.send`. */
function runPageHandler(
  this: FastifyInstance,
  { runtime, share, handler }: PageRoute,
  state: RequestState,
  request: FastifyRequest,
  reply: FastifyReply,
): unknown {
  state.keepErrors();
  if (state.result === reply || reply.sent || state.isAborted) return undefined;
  state.queue?.servePushes();
  if (share) state.share = shareRender(share, runtime, state, request);
  const run = () => handler.call(this, request, reply);
  const view = runtime.options.showErrors
    ? inspectHandler(request.routeOptions.config, runtime.mistakes.of(request), run, () => reply.sent)
    : run();
  if (view === undefined || view === reply) return undefined;
  if (typeof (view as PromiseLike<unknown> | null)?.then !== 'function') {
    return sendNow(sendView(view as View, state, request, reply), reply);
  }
  return (view as PromiseLike<unknown>).then((given) =>
    given === reply || (given === undefined && isAnswering(reply))
      ? reply
      : sendView(given as View, state, request, reply),
  );
}

/** Returns false if an async handler ended without an answer. Hooks of `send` may still run, so `reply.sent` is not enough. */
const isAnswering = (reply: FastifyReply): boolean =>
  reply.sent || reply.statusCode !== 200 || reply.hasHeader('content-type');

/** Returns undefined if the page shows something of its own: the outcome of an action, errors of fields, files. */
function shareRender(
  share: RouteShare,
  { shares }: Runtime,
  { result, invalid, files }: RequestState,
  request: FastifyRequest,
): ShareableRender | undefined {
  if (result !== undefined || invalid.size > 0 || Object.values(files).some(({ length }) => length > 0))
    return undefined;
  const key = share.keyOf(request);
  if (key === undefined) return undefined;
  return {
    share,
    key,
    group: `${pathOf(request.originalUrl)} ${key}`,
    request,
    number: shares.createNumber(),
  };
}

/** Fastify catches what a hook of `send` throws only if the handler returned a promise. */
function sendNow(view: View, reply: FastifyReply): void {
  try {
    reply.send(view);
  } catch (error) {
    reply.send(error);
  }
}

/** Returns undefined if no declared action is among the event's actions. */
function runActions(
  this: FastifyInstance,
  route: PageRoute,
  state: RequestState,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> | undefined {
  const { runtime, declaration, actions } = route;
  state.result = undefined;
  if (state.actions.some(({ name }) => actions.has(name)))
    return runDeclared.call(this, route, state, request, reply);
  for (const { name } of state.actions) assertState(runtime, declaration, state, name);
  finishActions(state, reply);
  return undefined;
}

async function runDeclared(
  this: FastifyInstance,
  { runtime, declaration, actions, messageOf }: PageRoute,
  state: RequestState,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const watch = watchReply(reply);
  for (const command of state.actions) {
    if (state.isAborted) break;
    const action = actions.get(command.name);
    if (action) {
      assertConnected(runtime);
      await runAction({ server: this, runtime, action, command, state, request, reply, watch, messageOf });
    } else assertState(runtime, declaration, state, command.name);
    if (watch.hasAnswered()) state.result = reply;
    if (state.refused || state.result === reply) break;
  }
  finishActions(state, reply);
}

function finishActions(state: RequestState, reply: FastifyReply): void {
  // An action that returns nothing does not hide what another one is yielding.
  state.result ??= state.page?.hasRun?.result;
  if (state.memory && state.result !== reply) state.memory.result = state.result;
  state.keepFlashes();
}

/** @throws ISSR_ERR_CUT */
function assertConnected({ options, cluster }: Runtime): void {
  if (options.whenCut === 'refuse' && cluster.isShared && !cluster.isUp) throw new errors.ISSR_ERR_CUT();
}

/**
 * An action that is not declared must assign state. A route without `actions` may read its commands in
 * the handler.
 *
 * @throws ISSR_ERR_ACTION
 */
function assertState(
  { options }: Runtime,
  { actions, state: names }: RouteDeclaration,
  { page }: RequestState,
  name: string,
): void {
  if (actions.size === 0 || names.has(name) || page?.params.has(name)) return;
  const known = `. Declared: ${[...actions, ...names].join(', ')}`;
  throw new errors.ISSR_ERR_ACTION(name, options.showErrors ? known : '');
}

/** A prefetch for an event whose action is more than an assignment of state. */
function runsCommand({ actions, state: names }: RouteDeclaration, { assigned, page }: RequestState): boolean {
  return assigned.some((name) => actions.has(name) || !(names.has(name) || page?.params.has(name)));
}

/** Names that a schema declares as state. Read at the first request: schemas may be added after the route. */
function stateNames(scope: FastifyInstance, schema: unknown): ReadonlySet<string> {
  let names: ReadonlySet<string> | undefined;
  const read = () => (names ??= new Set(schemaProperties(scope, schema).keys()));
  return { has: (name) => read().has(name), [Symbol.iterator]: () => read().values() } as ReadonlySet<string>;
}

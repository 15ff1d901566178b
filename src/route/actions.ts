import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { diagnostics, trace } from '../diagnostics/diagnostics.js';
import type { ActionTrace } from '../diagnostics/payloads.js';
import type { IssrAction, RequestState } from '../dispatch/request-state.js';
import { errors } from '../errors.js';
import type { ReplyWatch } from '../http/reply.js';
import { noteAssignments } from '../mistakes/assignments.js';
import { warnFor } from '../mistakes/inspection.js';
import { warnOfLists } from '../mistakes/lists.js';
import type { ParamValue } from '../protocol.js';
import type { ActionGenerator } from '../running/running-action.js';
import type { Runtime } from '../runtime.js';
import { declarationOf } from './define-actions.js';
import { type MessageOf, withoutMessages } from './error-messages.js';
import { type ParamError, type Validated, validateAll } from './param-errors.js';
import { runGenerator } from './run-generator.js';
import { schemaProperties } from './schema-properties.js';

export type AnyHandler = (this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) => unknown;
type ValueHandler = (
  this: FastifyInstance,
  request: FastifyRequest,
  value: unknown,
  reply: FastifyReply,
) => unknown;
type PreHandler = (
  this: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error?: Error) => void,
) => unknown;

/** The object form of a declared action. */
export interface ActionObject {
  /** Params that the action needs. Only these must be valid for it to run. */
  schema?: object;
  /** Schema of the value that the button sends. */
  value?: object;
  /** Runs after the route's hooks, and may answer. */
  preHandler?: PreHandler | PreHandler[];
  /** The client sends no other event of the element while one is unanswered. */
  lock?: boolean;
  /** Schema of the part of the result that the browser gets. */
  response?: object;
  handler: ValueHandler;
}

export type Actions = Record<string, AnyHandler | ActionObject>;

const AsyncGeneratorFunction = async function* () {}.constructor;
const OBJECT_FIELDS = ['schema', 'value', 'preHandler', 'lock', 'response', 'handler'];

/**
 * Checks the `actions` of a route.
 *
 * @throws ISSR_ERR_ROUTE
 */
export function resolveActions(
  path: string,
  actions: Actions,
): ReadonlyMap<string, AnyHandler | ActionObject> {
  const resolved = Object.entries(actions).map(([name, given]) => [name, declarationOf(given)] as const);
  for (const [name, action] of resolved) {
    if (typeof action === 'function') continue;
    const problem = problemOf(action);
    if (problem) throw new errors.ISSR_ERR_ROUTE(path, `the action '${name}' ${problem}`);
  }
  return new Map(resolved as [string, AnyHandler | ActionObject][]);
}

function problemOf(action: unknown): string | undefined {
  if (typeof action !== 'object' || action === null) {
    return `must be a function or { schema?, value?, preHandler?, lock?, response?, handler }, not ${typeof action}`;
  }
  const unknown = Object.keys(action).find((key) => !OBJECT_FIELDS.includes(key));
  if (unknown) return `has the unknown field '${unknown}' (known: ${OBJECT_FIELDS.join(', ')})`;
  const { handler } = action as Partial<ActionObject>;
  return typeof handler === 'function'
    ? undefined
    : `needs a handler that is a function, not ${typeof handler}`;
}

/** A running action: its declaration, command and request. */
export interface ActionRun {
  server: FastifyInstance;
  runtime: Runtime;
  action: AnyHandler | ActionObject;
  command: IssrAction;
  state: RequestState;
  request: FastifyRequest;
  reply: FastifyReply;
  watch: ReplyWatch;
  messageOf: MessageOf;
}

/**
 * Runs a declared action, or refuses it if its input is not valid. Its result goes to the state. A
 * `preHandler` that answers ends the request.
 */
export function runAction(run: ActionRun): Promise<void> {
  if (!diagnostics.action.hasSubscribers) return perform(run);
  const { state, request, command } = run;
  const context: ActionTrace = { page: state.page, request, name: command.name };
  const describe = () => {
    context.isRefused = state.refused;
  };
  return trace(diagnostics.action, context, () => perform(run), describe);
}

async function perform(run: ActionRun): Promise<void> {
  const { server, action, command, state, request, reply } = run;
  const schema = typeof action === 'function' ? undefined : action.schema;
  state.action = command;
  state.result = undefined;
  const query = request.query;
  const input = readInput(run);
  if (input.refusedFor.length > 0) {
    const { memory } = state;
    state.refused = true;
    for (const name of input.refusedFor) memory?.touch(name);
    if (memory) memory.refusedAction = schema && command.name;
    return;
  }
  request.query = input.query;
  const before = run.runtime.options.showErrors ? { ...(input.query as object) } : undefined;
  if (typeof action === 'function') {
    state.result = await runActionHandler(run, input.query, (own) => action.call(server, own, reply));
  } else if (await passPreHandlers(run, action.preHandler)) {
    const { response } = action;
    const handle = (own: FastifyRequest) => action.handler.call(server, own, input.value, reply);
    const respond = (result: unknown) => response && toResponse(response, result, reply);
    state.result = await runActionHandler(run, input.query, handle, respond);
    state.response = respond(state.result);
  } else state.result = reply;
  if (before) noteAssignments(state, before, input.query);
  request.query = query;
  const { memory } = state;
  if (memory?.refusedAction === command.name) memory.refusedAction = undefined;
  memory?.settle(schema && schemaProperties(server, schema).keys());
}

/** An action that yields goes on while the page has other requests, so its request is its own. */
async function runActionHandler(
  { runtime, action, command: { name }, state, request }: ActionRun,
  query: unknown,
  handle: (own: FastifyRequest) => unknown,
  respond: (result: unknown) => unknown = () => undefined,
): Promise<unknown> {
  const handler = typeof action === 'function' ? action : action.handler;
  const controller = new AbortController();
  const start = (generator: ActionGenerator) =>
    runGenerator(runtime, { name, generator, controller, state, request, respond });
  if (handler instanceof AsyncGeneratorFunction) {
    const { signal } = state.page ? controller : request;
    const own = Object.create(request, { query: { value: query }, signal: { value: signal } });
    return start(handle(own) as ActionGenerator);
  }
  const restoreSignal = state.page ? abortWith(controller, request) : () => {};
  const result = await handle(request);
  if (isGenerator(result)) return state.isAborted ? undefined : start(result);
  restoreSignal();
  return result;
}

/** A function may return the generator of another one. Its body runs later, with the same request. */
function isGenerator(result: unknown): result is ActionGenerator {
  const { next, return: end } = Object(result);
  return typeof next === 'function' && typeof end === 'function' && Symbol.asyncIterator in Object(result);
}

/** Makes `request.signal` abort with a controller too. Returns what takes this back. */
function abortWith(controller: AbortController, request: FastifyRequest): () => void {
  let signal: AbortSignal | undefined;
  Object.defineProperty(request, 'signal', {
    configurable: true,
    get() {
      const ofRequest = Reflect.get(Object.getPrototypeOf(request), 'signal', request) as AbortSignal;
      signal ??= AbortSignal.any([ofRequest, controller.signal]);
      return signal;
    },
  });
  return () => Reflect.deleteProperty(request, 'signal');
}

/** Serializes a result as Fastify does a response: what the schema does not declare stays on the server. */
function toResponse(schema: object, result: unknown, reply: FastifyReply): unknown {
  if (result === reply || result === undefined) return undefined;
  return JSON.parse(
    String(reply.serializeInput(result as Record<string, unknown>, schema as Record<string, unknown>)),
  );
}

interface ActionInput {
  query: unknown;
  value: unknown;
  /** Names of the invalid params for which the action is refused. */
  refusedFor: string[];
}

function readInput({ runtime, action, command, state, request, messageOf }: ActionRun): ActionInput {
  const { schema, value } = typeof action === 'function' ? {} : action;
  const input: ActionInput = { query: request.query, value: command.value, refusedFor: [] };
  const refuse = (name: string, error: ParamError, by: object) => {
    state.addError(name, () => messageOf({ ...error, name }, by, request));
    input.refusedFor.push(name);
  };
  if (schema) {
    const checked = validate(request, command.name, schema, withoutActions(state));
    for (const error of checked.errors) refuse(error.name, error, schema);
    if (runtime.options.showErrors) {
      const warn = warnFor(request.routeOptions.config, runtime.mistakes.of(request));
      warnOfLists(warn, state.raw, checked.errors);
    }
    input.query = { ...(request.query as object), ...(checked.value as object) };
  } else input.refusedFor.push(...state.invalid.keys());
  if (value) {
    const checked = validate(request, command.name, value, command.value);
    for (const error of checked.errors) refuse(command.name, error, value);
    input.value = checked.value;
  }
  return input;
}

/** Adds the errors of an action that was refused earlier, so that they stay until its input is valid. */
export function recheckRefused(
  actions: ReadonlyMap<string, AnyHandler | ActionObject>,
  { state, request, messageOf }: Pick<ActionRun, 'state' | 'request' | 'messageOf'>,
): void {
  const name = state.memory?.refusedAction ?? '';
  const action = actions.get(name);
  if (typeof action !== 'object' || !action.schema) return;
  const { schema } = action;
  for (const error of validate(request, name, schema, withoutActions(state)).errors) {
    if (!state.invalid.has(error.name)) state.addError(error.name, () => messageOf(error, schema, request));
  }
}

/** @throws ISSR_ERR_ROUTE if the schema is wrong: Fastify's own error does not name the action */
function validate(request: FastifyRequest, name: string, schema: object, data: unknown): Validated {
  const compile = (part: object) => {
    try {
      return request.compileValidationSchema(part as never, 'querystring');
    } catch (error) {
      const path = request.routeOptions.url;
      throw new errors.ISSR_ERR_ROUTE(path, `the action '${name}': ${(error as Error).message}`);
    }
  };
  return validateAll(compile, withoutMessages(schema), data);
}

/** The params as typed, without the commands of this event: a strict schema does not declare them. */
function withoutActions({ raw, actions }: RequestState): Record<string, ParamValue | undefined> {
  const params = { ...raw };
  for (const { name } of actions) delete params[name];
  return params;
}

/** Returns false if a hook answered, or took too long. */
async function passPreHandlers(
  { server, state, request, reply, watch }: ActionRun,
  preHandler: PreHandler | PreHandler[] = [],
): Promise<boolean> {
  for (const hook of [preHandler].flat()) {
    if (hook.length < 3) await hook.call(server, request, reply, () => {});
    else {
      // An async function may take `done` too. It passes by `done` only, and may reject.
      const passed = new Promise<void>((resolve, reject) => {
        const returned = hook.call(server, request, reply, (error) => (error ? reject(error) : resolve()));
        if (returned instanceof Promise) returned.catch(reject);
      });
      await Promise.race([passed, watch.answered]);
    }
    if (watch.hasAnswered() || state.isAborted) return false;
  }
  return true;
}

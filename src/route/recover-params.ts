import type { FastifyRequest } from 'fastify';
import { type RequestState, stateOf } from '../dispatch/request-state.js';
import { warnFor } from '../mistakes/inspection.js';
import { warnOfLists } from '../mistakes/lists.js';
import { NO_NAMES, type PageMemory } from '../page/page-memory.js';
import { type Params, paramsOfUrl } from '../params/params.js';
import type { ParamValue } from '../protocol.js';
import { WHOLE } from '../render/document.js';
import type { Runtime } from '../runtime.js';
import type { MessageOf } from './error-messages.js';
import { type ParamError, runValidator } from './param-errors.js';

type Query = Record<string, ParamValue>;
type Done = (error?: Error) => void;

/** Most validations of one request. Each finds at least one more invalid param. */
const MAX_ROUNDS = 100;

/**
 * Last `preValidation` hook: lets a re-render go on with invalid params. Each of them gets its last valid
 * value, or else the schema's default, or else is absent. Params that no value can mend stay as they
 * are, and Fastify answers with its own error. A load is left to Fastify altogether.
 *
 * Fastify ends a request that its validation refuses, so the params are checked before, on a copy. Valid
 * ones reach Fastify as they came, exactly as in a load.
 */
export function recoverParams({ options, mistakes }: Runtime, schema: unknown, messageOf: MessageOf) {
  return (request: FastifyRequest, _reply: unknown, done: Done): void => {
    const state = stateOf(request);
    const { memory } = state;
    if (WHOLE in (request.query as object)) takeWhole(request.query as Query, state);
    const validate = memory && request.getValidationFunction('querystring');
    if (!validate) return done();
    const raw = request.query as Query;
    const check = (data: Query) => runValidator(validate, data).errors;
    memory.invalid = NO_NAMES;
    // A validator may change what it checks. Valid params reach Fastify as they came.
    const first = check(copy(raw));
    if (first.length === 0) return done();
    const { query, errors } = recover(raw, new Fallbacks(memory, state.url), first, check);
    request.query = query;
    state.invalid = new Map(errors.map((error) => [error.name, () => messageOf(error, schema, request)]));
    memory.invalid = new Set(state.invalid.keys());
    if (options.showErrors)
      warnOfLists(warnFor(request.routeOptions.config, mistakes.of(request)), raw, errors);
    if (request.routeOptions.attachValidation) request.validationError = validationErrorOf(errors);
    done();
  };
}

/** A strict schema does not declare the plugin's own name. */
function takeWhole(query: Query, state: RequestState): void {
  delete query[WHOLE];
  state.isWhole = state.firstTime;
}

/** Creates the error that Fastify would attach. Fastify itself finds nothing to attach after the recovery. */
function validationErrorOf(errors: ParamError[]): NonNullable<FastifyRequest['validationError']> {
  const [{ name, message }] = errors as [ParamError];
  const error = new Error(`querystring/${name} ${message}`);
  return Object.assign(error, {
    code: 'FST_ERR_VALIDATION',
    statusCode: 400,
    validation: errors.map(({ source }) => source) as never,
    validationContext: 'querystring' as const,
  });
}

function recover(
  raw: Query,
  fallbacks: Fallbacks,
  firstErrors: ParamError[],
  validate: (query: Query) => ParamError[],
): { query: Query; errors: ParamError[] } {
  const found = new Map<string, ParamError>();
  const replaced: Query = { ...raw };
  let errors = firstErrors;
  for (let round = 1; round < MAX_ROUNDS; round++) {
    let isMended = false;
    // A union, and a validator that lists all errors, report several errors of one param.
    const names = new Set<string>();
    for (const error of errors) {
      if (names.has(error.name)) continue;
      names.add(error.name);
      isMended = mend(error.name, raw, replaced, fallbacks, found) || isMended;
      if (!found.has(error.name)) found.set(error.name, error);
    }
    if (!isMended) break;
    const query = copy(replaced);
    errors = validate(query);
    if (errors.length === 0) return { query, errors: [...found.values()] };
  }
  return { query: copy(raw), errors: [...found.values()] };
}

/** Replaces an invalid param, at first by its last valid value. Returns false if there is nothing left to try. */
function mend(
  name: string,
  raw: Query,
  replaced: Query,
  fallbacks: Fallbacks,
  found: ReadonlyMap<string, ParamError>,
): boolean {
  // An error of several params: all changes since the last valid render may have caused it.
  if (name === '') return !found.has(name) && fallbacks.changed.map(restore).includes(true);
  if (!found.has(name) && restore(name)) return true;
  if (!Object.hasOwn(replaced, name)) return false;
  delete replaced[name];
  return true;

  function restore(changed: string): boolean {
    const value = fallbacks.get(changed);
    if (value === undefined || value === raw[changed]) return false;
    Object.defineProperty(replaced, changed, { value, writable: true, enumerable: true, configurable: true });
    return true;
  }
}

/** Earlier values of params: from before their changes, or else from the page's address. */
class Fallbacks {
  readonly #memory: PageMemory;
  readonly #url: string;
  #ofUrl: Params | undefined;

  constructor(memory: PageMemory, url: string) {
    this.#memory = memory;
    this.#url = url;
  }

  /** Names that have changed since they were valid. */
  get changed(): string[] {
    return [...this.#memory.former.keys()];
  }

  get(name: string): ParamValue | undefined {
    this.#ofUrl ??= paramsOfUrl(this.#url);
    return this.#memory.former.get(name) ?? this.#ofUrl.get(name);
  }
}

/** Constructs objects without inherited names. V8 reads them faster than those of `Object.create(null)`. */
class PlainQuery {}
Object.setPrototypeOf(PlainQuery.prototype, null);
Reflect.deleteProperty(PlainQuery.prototype, 'constructor');

function copy(query: Query): Query {
  const copied = Object.assign(new PlainQuery() as unknown as Query, query);
  for (const name in copied) {
    const value = copied[name];
    if (Array.isArray(value)) copied[name] = [...value];
  }
  return copied;
}

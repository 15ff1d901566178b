import type { OutgoingHttpHeaders } from 'node:http';
import formbody from '@fastify/formbody';
import {
  errorCodes,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RouteShorthandOptions,
} from 'fastify';
import { dispatchAsync } from '../dispatch/dispatch.js';
import { RequestState, type RouteDeclaration } from '../dispatch/request-state.js';
import { errors } from '../errors.js';
import { checkOrigin } from '../http/origin.js';
import { HIDDEN_SCHEMA, sendErrorPlainly } from '../http/own-route.js';
import { assertHeaders } from '../http/reply.js';
import { type CapturedResult, peerOf } from '../http/virtual-http.js';
import { addressKey } from '../limits/address-key.js';
import { PageMemory } from '../page/page-memory.js';
import {
  limitEntries,
  limitParams,
  paramsOfUrl,
  pathOf,
  setParams,
  urlWithParams,
} from '../params/params.js';
import { type ActionEntries, NO_VALUE, type ParamValue } from '../protocol.js';
import type { Runtime } from '../runtime.js';
import { readMultipart } from '../uploads/http/form.js';
import { ignoreIfAborted, useMultipart } from '../uploads/http/multipart.js';
import type { UploadedFiles } from '../uploads/page-uploads.js';
import { pageUrlOf, redirectToPage } from './form-redirect.js';

const FORM_TYPE = 'application/x-www-form-urlencoded';
const MULTIPART_TYPE = 'multipart/form-data';

/**
 * Runs actions without script: `<form method="post" action="?add">`. Declared actions that the URL's query
 * or a field names run by the same route and hooks as an event's. All other fields are params. The answer
 * redirects to a GET, so that a reload does not repeat the action. If the action returned something (such
 * as what was wrong with a field), the answer is the page that shows it.
 */
export function addFormPost(
  runtime: Runtime,
  scope: FastifyInstance,
  path: string,
  names: RouteDeclaration,
  { bodyLimit, constraints, prefixTrailingSlash }: RouteShorthandOptions,
): void {
  const preValidation = checkOrigin(runtime.options);
  const add = (owner: FastifyInstance) =>
    owner.post(
      path,
      {
        schema: HIDDEN_SCHEMA,
        bodyLimit,
        constraints,
        prefixTrailingSlash,
        onRequest: requireForm(names),
        preValidation,
      },
      async (request, reply) => {
        const post = names.uploads.size > 0 && request.isMultipart() ? postFiles : postFields;
        await post(runtime, names, request, reply);
        return reply;
      },
    );
  // A scope of its own: a parser in the app's scope would open its other routes to forms of other sites.
  void scope.register(async (child) => {
    if (!child.hasContentTypeParser(FORM_TYPE)) await child.register(formbody);
    if (names.uploads.size > 0) await useMultipart(child);
    add(child);
  });
}

/**
 * Returns a hook that refuses a body before it is parsed: one that no form sends, such as JSON, and one that nothing parses.
 *
 * @throws FST_ERR_CTP_INVALID_MEDIA_TYPE, ISSR_ERR_FORM_TYPE
 */
function requireForm({ uploads }: RouteDeclaration): (request: FastifyRequest) => Promise<void> {
  return async ({ headers, server, originalUrl }) => {
    const type = headers['content-type'];
    if (
      type !== undefined &&
      !/^(application\/x-www-form-urlencoded|multipart\/form-data)\s*(;|$)/i.test(type)
    )
      throw new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(type);
    if (isMultipart(type) && uploads.size === 0 && !server.hasContentTypeParser(MULTIPART_TYPE))
      throw new errors.ISSR_ERR_FORM_TYPE(pathOf(originalUrl));
  };
}

const isMultipart = (type = ''): boolean => type.toLowerCase().startsWith(MULTIPART_TYPE);

async function postFields(
  runtime: Runtime,
  names: RouteDeclaration,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  // The app's own `@fastify/multipart` leaves the parts to the handler, unless it attaches them.
  if (request.body === undefined && isMultipart(request.headers['content-type']))
    throw new errors.ISSR_ERR_FORM_TYPE(pathOf(request.originalUrl));
  const fields = Object.entries(request.body ?? {});
  for (const [name, value] of fields) {
    if (![value].flat().every((item) => typeof item === 'string')) throw new errors.ISSR_ERR_FORM(name);
  }
  await runForm(runtime, names, request, reply, fields);
}

/** Runs the route's hooks before reading the files: a visitor who cannot load the page cannot upload to it. */
async function postFiles(
  runtime: Runtime,
  names: RouteDeclaration,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { options, uploads } = runtime;
  const state = new RequestState(undefined, null, [], true);
  const owner = { page: state.id, address: addressKey(request.ip) };
  const leave = uploads.enter(owner, request.raw, true);
  try {
    const refusal = await dispatchForm(runtime, request, reply, request.originalUrl, state);
    if (!state.reachedHandler && !isValidation(state.error)) {
      return writeAnswer(request, reply, {
        ...refusal,
        headers: { ...refusal.headers, connection: 'close' },
      });
    }
    const services = { options, space: uploads.space(owner), routeRequest: state.request ?? request };
    const form = await readMultipart(services, names.uploads, request).catch((error) => {
      ignoreIfAborted(request, reply, error);
    });
    if (form) await runForm(runtime, names, request, reply, form.fields, form.files).finally(form.remove);
  } finally {
    leave();
    // Do not wait for the rest of an unwanted body.
    if (!request.raw.complete) reply.header('connection', 'close');
  }
}

/** The schema's required params may be among the form's fields. */
function isValidation(error: Error | undefined): boolean {
  return (error as { code?: string } | undefined)?.code === 'FST_ERR_VALIDATION';
}

async function runForm(
  runtime: Runtime,
  names: RouteDeclaration,
  request: FastifyRequest,
  reply: FastifyReply,
  fields: Iterable<[name: string, value: ParamValue]>,
  files?: UploadedFiles,
): Promise<void> {
  const { url, actions } = readForm(runtime, request, names, fields);
  const state = new RequestState(
    undefined,
    null,
    actions.map(([name, value]) => ({ name, value })),
  );
  state.formFiles = files;
  state.requestUrl = pageUrlOf(request, names);
  state.memory = new PageMemory(runtime.options);
  state.cookies = request.headers.cookie;
  const answer = await dispatchForm(runtime, request, reply, url, state);
  if (state.refused && answer.status < 300) answer.status = 422;
  const isDone = state.isPage && state.result === undefined && !state.refused;
  writeAnswer(request, reply, isDone ? redirectToPage(request, names, answer, state) : answer);
}

function dispatchForm(
  runtime: Runtime,
  request: FastifyRequest,
  { raw }: FastifyReply,
  url: string,
  state: RequestState,
): Promise<CapturedResult> {
  const answer = dispatchAsync(runtime, { peer: peerOf(request), url, state });
  const leave = () => state.leave?.();
  if (raw.destroyed) leave();
  else raw.once('close', leave);
  return answer.finally(() => raw.off('close', leave));
}

/**
 * The URL of a load with the form's fields as params, and the commands among those fields.
 *
 * @throws ISSR_ERR_PARAMS
 */
function readForm(
  { options }: Runtime,
  request: FastifyRequest,
  names: RouteDeclaration,
  fields: Iterable<[name: string, value: ParamValue]>,
): { url: string; actions: ActionEntries } {
  const entries = Array.from(fields, ([name, value]): [string, ParamValue] => [name, withLineFeeds(value)]);
  limitEntries(entries, options);
  const params = paramsOfUrl(request.originalUrl);
  setParams(params, entries);
  limitParams(params, options);
  const sent = new Set(entries.map(([name]) => name));
  const bare = namesWithoutValue(request.originalUrl);
  const actions: ActionEntries = [];
  for (const name of names.actions) {
    const value = params.get(name);
    if (value === undefined) continue;
    const isBare = bare.has(name) && !sent.has(name);
    actions.push([name, isBare ? NO_VALUE : ([value].flat()[0] ?? '')]);
    params.delete(name);
  }
  return { url: urlWithParams(pathOf(request.originalUrl), params, actions), actions };
}

/** `?add&remove=`: an action without a value has that of an event, and an empty value stays empty. */
function namesWithoutValue(url: string): Set<string> {
  const parts = url.slice(pathOf(url).length + 1).split('&');
  return new Set(
    parts.filter((part) => !part.includes('=')).flatMap((part) => [...paramsOfUrl(`?${part}`).keys()]),
  );
}

/** Browsers send each line break of a form as CRLF. An event sends LF, as `maxlength` and scripts count it. */
function withLineFeeds(value: ParamValue): ParamValue {
  if (Array.isArray(value)) return value.map((item) => item.replaceAll('\r\n', '\n'));
  return value.replaceAll('\r\n', '\n');
}

/**
 * Skips the `onSend` hooks of the POST itself, because those of the route have run: they would save a
 * session that the action ended once more.
 */
function writeAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, headers, body, bytes }: CapturedResult,
): void {
  const all = { ...(reply.getHeaders() as OutgoingHttpHeaders), ...headers };
  try {
    assertHeaders(all);
  } catch (error) {
    sendErrorPlainly(error as FastifyError, request, reply, true);
    return;
  }
  reply.hijack();
  reply.raw.writeHead(status, all).end(bytes ?? body);
}

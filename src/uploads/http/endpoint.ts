import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { dispatchAsync } from '../../dispatch/dispatch.js';
import { RequestState } from '../../dispatch/request-state.js';
import { errors } from '../../errors.js';
import { checkForeignOrigin, checkOrigin } from '../../http/origin.js';
import { bodyText, OWN_ROUTE, queryValue } from '../../http/own-route.js';
import { sendPlainly } from '../../http/reply.js';
import { peerOf } from '../../http/virtual-http.js';
import { addressKey } from '../../limits/address-key.js';
import type { Page } from '../../page/page.js';
import { Endpoint, EndpointQuery, type FileState, TOKEN_HEADER, type UploadStates } from '../../protocol.js';
import type { Runtime } from '../../runtime.js';
import type { PageFiles } from '../cluster/page-files.js';
import { refusalMessage, type UploadRules } from '../rule.js';
import type { FileProgress } from '../upload.js';
import { cutSlowBody, ignoreIfAborted, readFile, toClientError, useMultipart } from './multipart.js';
import { parsePlan } from './plan.js';

/** The page of a request that its route's hooks have let through. */
interface UploadTarget {
  files: PageFiles;
  rules: UploadRules;
  /** Gives a refusal its text. */
  toState(field: string, progress: FileProgress): FileState;
}

/**
 * Adds the upload routes. A page announces the files of its fields (POST) and receives a refusal or an id for
 * each. It sends each file by multipart (POST `/file`), and after a cut it asks for the number of stored bytes
 * (GET `/file`) and resumes. Its next event names the ids.
 */
export function addUploads(runtime: Runtime, scope: FastifyInstance): void {
  const { options, uploads } = runtime;
  const path = `${options.prefix}/${Endpoint.uploads}`;
  const filePath = `${options.prefix}/${Endpoint.file}`;
  const { requestLogLevel: logLevel, maxMessageBytes: bodyLimit } = options;
  const preValidation = checkOrigin(options);
  scope.addHook('onReady', () => uploads.open());
  scope.addHook('preClose', async () => uploads.abortAll());
  scope.addHook('onClose', () => uploads.close());
  // Queued, because waiting events of the page may still use its files.
  scope.issr.onDisconnect((page) => (page as Page).queue.add(() => uploads.deleteAll(page), 0));

  scope.post(path, { ...OWN_ROUTE, preValidation, logLevel, bodyLimit }, (request, reply) =>
    serve(runtime, request, reply, (target) => announce(target, request)),
  );
  scope.get(
    filePath,
    { ...OWN_ROUTE, preValidation: checkForeignOrigin(options), logLevel },
    (request, reply) => serve(runtime, request, reply, (target) => stop(target, fileOf(request))),
  );
  void scope.register(async (child) => {
    await useMultipart(child);
    child.post(filePath, { ...OWN_ROUTE, preValidation, logLevel }, (request, reply) =>
      serve(runtime, request, reply, (target) => receive(runtime, target, request), { sendsFiles: true }),
    );
  });
}

async function announce(
  { files, rules, toState }: UploadTarget,
  request: FastifyRequest,
): Promise<UploadStates> {
  const plan = parsePlan(bodyText(request));
  const progress = await files.announce(rules, plan);
  return plan.map(([field], i) => progress[i]?.map((file) => toState(field, file)) ?? null);
}

async function stop({ files, toState }: UploadTarget, id: string): Promise<FileState[]> {
  const field = files.fieldOf(id) ?? '';
  return [toState(field, await files.stop(id))];
}

async function receive(
  { options }: Runtime,
  { files, rules, toState }: UploadTarget,
  request: FastifyRequest,
): Promise<FileState[]> {
  const offset = Number(queryValue(request, EndpointQuery.offset) ?? 0);
  const open = () => {
    cutSlowBody(request, options);
    return readFile(request);
  };
  const id = fileOf(request);
  const field = files.fieldOf(id) ?? '';
  const received = await files.receive(rules, id, offset, open).catch((error) => {
    throw toClientError(error);
  });
  return [toState(field, received)];
}

/** The id of the file that a request is about. */
function fileOf(request: FastifyRequest): string {
  return queryValue(request, EndpointQuery.file) ?? '';
}

/** Runs `work` for a page whose route's hooks accept this request, and limits concurrent requests. */
async function serve(
  runtime: Runtime,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (target: UploadTarget) => Promise<unknown>,
  { sendsFiles = false } = {},
): Promise<unknown> {
  const [token = '', secret = ''] = String(request.headers[TOKEN_HEADER]).split(' ');
  const id = runtime.tokens.verify(token);
  const owner = { page: id, address: addressKey(request.ip) };
  const leave = runtime.refusals.watch(() => runtime.uploads.enter(owner, request.raw, sendsFiles));
  try {
    const files = await runtime.uploadExchange.find({ id, secret, address: owner.address }, fileOf(request));
    if (!files) throw new errors.ISSR_ERR_UPLOAD_PAGE();
    const { rules, routeRequest } = await authorize(runtime, id, files, request);
    const toState = (field: string, progress: FileProgress): FileState =>
      progress === null || Array.isArray(progress)
        ? progress
        : refusalMessage(rules.get(field), progress, routeRequest);
    const answer = JSON.stringify(await work({ files, rules, toState }));
    const headers = { 'content-type': 'application/json; charset=utf-8', ...closeIfUnread(request) };
    return sendPlainly(reply, 200, headers, answer);
  } catch (error) {
    return ignoreIfAborted(request, reply, error);
  } finally {
    leave();
    if (!reply.sent) reply.headers(closeIfUnread(request));
  }
}

/** Closes the connection instead of waiting for the rest of an unwanted body. */
function closeIfUnread({ raw }: FastifyRequest): { connection?: 'close' } {
  return raw.complete ? {} : { connection: 'close' };
}

/**
 * Runs the hooks of the page's route with the cookies of this request. A visitor who cannot load the page cannot
 * upload to it. The hooks see a load without the page's params, which the schema may refuse until the files are
 * there.
 *
 * @returns the upload rules of the route, and its own request
 */
async function authorize(
  runtime: Runtime,
  id: string,
  { page, address }: PageFiles,
  request: FastifyRequest,
): Promise<{ rules: UploadRules; routeRequest: FastifyRequest }> {
  const { pages, routes } = runtime;
  const peer = peerOf(request);
  if (!routes.hasPage(address, peer.headers)) throw refusalOf(404);
  const state = new RequestState(id, page, [], true);
  state.requestUrl = address;
  const { status } = await dispatchAsync(runtime, { peer, url: address, state });
  const { declaration, request: routeRequest } = state;
  if (!declaration || !routeRequest) throw refusalOf(status);
  if (page && pages.joined.get(id) !== page) throw new errors.ISSR_ERR_UPLOAD_PAGE();
  return { rules: declaration.uploads, routeRequest };
}

/** 429 and 5xx are temporary. The client retries after a 503. */
function refusalOf(status: number): Error {
  const isForNow = status === 429 || status >= 500;
  return Object.assign(new errors.ISSR_ERR_UPLOAD_HOOKS(status), isForNow && { statusCode: 503 });
}

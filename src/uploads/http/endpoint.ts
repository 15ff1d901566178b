import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { dispatchAsync } from '../../dispatch/dispatch.js';
import { RequestState } from '../../dispatch/request-state.js';
import { errors } from '../../errors.js';
import { checkForeignOrigin, checkOrigin } from '../../http/origin.js';
import { bodyText, OWN_ROUTE } from '../../http/own-route.js';
import { sendPlainly } from '../../http/reply.js';
import { peerOf } from '../../http/virtual-http.js';
import { addressKey } from '../../limits/address-key.js';
import type { Page } from '../../page/page.js';
import { Endpoint, EndpointQuery, type FileState, TOKEN_HEADER } from '../../protocol.js';
import type { Runtime } from '../../runtime.js';
import type { PageFiles } from '../cluster/page-files.js';
import type { UploadRules } from '../rule.js';
import { cutSlowBody, ignoreIfAborted, readFile, toClientError, useMultipart } from './multipart.js';
import { parsePlan } from './plan.js';

interface FileQuery {
  Querystring: { [EndpointQuery.file]?: string; [EndpointQuery.offset]?: string };
}

/**
 * Adds the upload routes. A page announces the files of its fields (POST) and receives a refusal or an id for
 * each. It sends each file by multipart (POST `/file`), and after a cut it asks for the number of stored bytes
 * (GET `/file`) and resumes. Its next event names the ids.
 */
export function addUploads(runtime: Runtime, scope: FastifyInstance): void {
  const { options, uploads, uploadExchange } = runtime;
  const path = `${options.prefix}/${Endpoint.uploads}`;
  const filePath = `${options.prefix}/${Endpoint.file}`;
  const { requestLogLevel: logLevel, maxMessageBytes: bodyLimit } = options;
  const preValidation = checkOrigin(options);
  scope.addHook('onReady', () => uploads.open());
  scope.addHook('preClose', async () => uploads.abortAll());
  scope.addHook('onClose', async () => {
    await uploadExchange.moves.close();
    await uploads.close();
  });
  // Queued, because waiting events of the page may still use its files.
  scope.issr.onDisconnect((page) => (page as Page).queue.add(() => uploads.deleteAll(page), 0));

  scope.post(path, { ...OWN_ROUTE, preValidation, logLevel, bodyLimit }, (request, reply) =>
    serve(runtime, request, reply, (files, rules) => files.announce(rules, parsePlan(bodyText(request)))),
  );
  scope.get<FileQuery>(
    filePath,
    { ...OWN_ROUTE, preValidation: checkForeignOrigin(options), logLevel },
    (request, reply) => serve(runtime, request, reply, async (files) => [await files.stop(fileOf(request))]),
  );
  void scope.register(async (child) => {
    await useMultipart(child);
    child.post<FileQuery>(filePath, { ...OWN_ROUTE, preValidation, logLevel }, (request, reply) =>
      serve(runtime, request, reply, (files, rules) => receive(runtime, files, rules, request), {
        sendsFiles: true,
      }),
    );
  });
}

async function receive(
  { options }: Runtime,
  files: PageFiles,
  rules: UploadRules,
  request: FastifyRequest<FileQuery>,
): Promise<FileState[]> {
  const offset = Number(request.query[EndpointQuery.offset] ?? 0);
  const open = () => {
    cutSlowBody(request, options);
    return readFile(request);
  };
  const received = files.receive(rules, fileOf(request), offset, open);
  return [
    await received.catch((error) => {
      throw toClientError(error);
    }),
  ];
}

/** The id of the file that a request is about. */
function fileOf(request: FastifyRequest): string {
  return (request.query as FileQuery['Querystring'])[EndpointQuery.file] ?? '';
}

/** Runs `work` for a page whose route's hooks accept this request, and limits concurrent requests. */
async function serve(
  runtime: Runtime,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (files: PageFiles, rules: UploadRules) => Promise<unknown>,
  { sendsFiles = false } = {},
): Promise<unknown> {
  const [token = '', secret = ''] = String(request.headers[TOKEN_HEADER]).split(' ');
  const id = runtime.tokens.verify(token);
  const owner = { page: id, address: addressKey(request.ip) };
  const leave = runtime.uploads.enter(owner, request.raw, sendsFiles);
  try {
    const files = await runtime.uploadExchange.find({ id, secret, address: owner.address }, fileOf(request));
    if (!files) throw new errors.ISSR_ERR_UPLOAD_PAGE();
    const rules = await authorize(runtime, id, files, request);
    const answer = JSON.stringify(await work(files, rules));
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
 * @returns the upload rules of the route
 */
async function authorize(
  runtime: Runtime,
  id: string,
  { page, address }: PageFiles,
  request: FastifyRequest,
): Promise<UploadRules> {
  const { pages, routes } = runtime;
  const peer = peerOf(request);
  if (!routes.hasPage(address, peer.headers)) throw refusalOf(404);
  const state = new RequestState(id, page, [], true);
  state.requestUrl = address;
  const { status } = await dispatchAsync(runtime, { peer, url: address, state });
  if (!state.declaration) throw refusalOf(status);
  if (page && pages.joined.get(id) !== page) throw new errors.ISSR_ERR_UPLOAD_PAGE();
  return state.declaration.uploads;
}

/** 429 and 5xx are temporary. The client retries after a 503. */
function refusalOf(status: number): Error {
  const isForNow = status === 429 || status >= 500;
  return Object.assign(new errors.ISSR_ERR_UPLOAD_HOOKS(status), isForNow && { statusCode: 503 });
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { dispatch } from '../../dispatch/dispatch.js';
import { RequestState } from '../../dispatch/request-state.js';
import { errors } from '../../errors.js';
import { checkForeignOrigin, checkOrigin } from '../../http/origin.js';
import { peerOf } from '../../http/virtual-http.js';
import type { Page } from '../../page/page.js';
import type { FileState, UploadStates } from '../../protocol.js';
import type { Runtime } from '../../runtime.js';
import type { IssrPage } from '../../types/issr-page.js';
import type { PageUploads } from '../page-uploads.js';
import { parsePlan } from '../plan.js';
import type { UploadRules } from '../rule.js';
import type { Upload } from '../upload.js';
import { bodyError, endCut, limitStall, readFile, useMultipart } from './multipart.js';

/** The header by which a page says who it is. */
const TOKEN_HEADER = 'issr-token';

interface FileQuery {
  Querystring: { id?: string; offset?: string };
}

/**
 * The way of a file: a page says what its fields hold (POST), is told what is refused and an id for each
 * other file, sends each by multipart (POST `/file`), asks after a cut how much of it is here (GET
 * `/file`) and goes on. The next event of its link says the ids.
 */
export function addUploads(runtime: Runtime, scope: FastifyInstance, path: string): void {
  const { options, uploads } = runtime;
  const { requestLogLevel: logLevel, maxMessageBytes: bodyLimit } = options;
  const preValidation = checkOrigin(options);
  scope.addHook('onReady', () => uploads.open());
  scope.addHook('preClose', async () => uploads.cut());
  scope.addHook('onClose', () => uploads.close());
  // In its turn: what waits in the page's queue may be about its files.
  scope.issr.onDisconnect((page) => (page as Page).queue.add(() => uploads.forget(page), 0));

  scope.post(path, { preValidation, logLevel, bodyLimit }, (request, reply) =>
    serve(runtime, request, reply, async (page, rules) =>
      choose(uploads.begin(page), rules, String(request.body)),
    ),
  );
  scope.get<FileQuery>(
    `${path}/file`,
    { preValidation: checkForeignOrigin(options), logLevel },
    (request, reply) =>
      serve(runtime, request, reply, async (page) => {
        const upload = findUpload(uploads.of(page), request.query);
        await upload.stop();
        return [stateOf(upload)];
      }),
  );
  void scope.register(async (child) => {
    await useMultipart(child);
    child.post<FileQuery>(`${path}/file`, { preValidation, logLevel }, (request, reply) =>
      serve(runtime, request, reply, (page) => receive(runtime, page, request)),
    );
  });
}

function choose(page: PageUploads, rules: UploadRules, plan: string): UploadStates {
  return parsePlan(plan).map(([field, files]) => {
    const rule = rules.get(field);
    return rule ? page.choose(field, files, rule) : null;
  });
}

async function receive(
  { uploads, options }: Runtime,
  page: IssrPage,
  request: FastifyRequest<FileQuery>,
): Promise<FileState[]> {
  const upload = findUpload(uploads.of(page), request.query);
  limitStall(request, options.uploadTimeout);
  const file = await readFile(request);
  try {
    await upload.receive(file, Number(request.query.offset ?? 0));
  } catch (error) {
    // It is told as the upload's state.
    if ((error as { code?: string }).code !== 'ISSR_ERR_UPLOAD_REFUSED') throw bodyError(error as Error);
  }
  return [stateOf(upload)];
}

function findUpload(page: PageUploads | undefined, { id = '' }: FileQuery['Querystring']): Upload {
  const upload = page?.find(id);
  if (!upload) throw new errors.ISSR_ERR_UPLOAD_UNKNOWN();
  return upload;
}

function stateOf({ id, received, refusal }: Upload): FileState {
  return refusal === '' ? [id, received] : refusal;
}

/** Does `work` for a page whose visitor the route's hooks let through, one of a few requests at a time. */
async function serve(
  runtime: Runtime,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (page: IssrPage, rules: UploadRules) => Promise<unknown>,
): Promise<unknown> {
  const id = runtime.tokens.verify(String(request.headers[TOKEN_HEADER]));
  const leave = runtime.uploads.enter(id, request.raw);
  try {
    const page = runtime.pages.joined.get(id);
    if (!page) throw new errors.ISSR_ERR_UPLOAD_PAGE();
    const rules = await passHooks(runtime, page, request);
    reply.header('cache-control', 'no-store');
    return await work(page, rules);
  } catch (error) {
    return endCut(request, reply, error);
  } finally {
    leave();
    // The rest of a body that nobody wants is not waited for.
    if (!request.raw.complete) reply.header('connection', 'close');
  }
}

/**
 * Runs the hooks of the page's route, as they would for a load by its address, with the cookies of this
 * request. A load, because what the page holds may be just what its schema refuses until the files are there.
 *
 * @returns what the route takes
 */
async function passHooks(
  { fastify, pages, options }: Runtime,
  page: Page,
  request: FastifyRequest,
): Promise<UploadRules> {
  const state = new RequestState(page.id, page, [], true);
  const { status } = await dispatch(fastify, peerOf(request), page.address, state, options.handlerTimeout);
  if (!state.declaration) throw refusalOf(status);
  if (pages.joined.get(page.id) !== page) throw new errors.ISSR_ERR_UPLOAD_PAGE();
  return state.declaration.uploads;
}

/** What the hooks answer for a while only is tried again by the page. */
function refusalOf(status: number): Error {
  const isForNow = status === 429 || status >= 500;
  return Object.assign(new errors.ISSR_ERR_UPLOAD_HOOKS(status), isForNow && { statusCode: 503 });
}

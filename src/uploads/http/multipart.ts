import type { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errors } from '../../errors.js';

/** Makes sure that `scope`, which is the plugin's own, reads multipart bodies: by the app's `@fastify/multipart`, if it has one. */
export async function useMultipart(scope: FastifyInstance): Promise<void> {
  if (!scope.hasContentTypeParser('multipart/form-data')) await scope.register(multipart);
}

/**
 * The one file of a body, as it comes.
 *
 * @throws ISSR_ERR_MESSAGE, ISSR_ERR_UPLOAD_BODY
 */
export async function readFile(request: FastifyRequest): Promise<Readable> {
  if (!request.isMultipart()) throw new errors.ISSR_ERR_MESSAGE('no multipart body');
  assertUnread(request);
  const limits = { fileSize: Number.POSITIVE_INFINITY, files: 1, fields: 0 };
  const part = await request.file({ limits }).catch((error) => {
    throw bodyError(error);
  });
  if (!part) throw new errors.ISSR_ERR_MESSAGE('no file');
  return part.file;
}

/** Cuts a body of which nothing comes for `timeout`. What is done with it when all is here may take longer. */
export function limitStall({ raw }: FastifyRequest, timeout: number): void {
  raw.setTimeout(timeout, () => raw.destroy());
  raw.once('end', () => raw.setTimeout(0));
}

/** The parser's own errors have no status, as if they were the server's. */
export function bodyError(error: Error): Error {
  return /multipart/i.test(error.message) && !('statusCode' in error)
    ? new errors.ISSR_ERR_MESSAGE(error.message)
    : error;
}

/**
 * What went wrong with a body whose sender has gone is no failure of this side, and nobody is answered.
 *
 * @throws the error, where the sender is still there
 */
export function endCut(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  if (!request.raw.socket.destroyed) throw error;
  request.log.debug({ err: error }, 'issr: an upload was cut');
  return reply.hijack();
}

/** @throws ISSR_ERR_UPLOAD_BODY */
export function assertUnread(request: FastifyRequest): void {
  if (request.body !== undefined && request.body !== null) throw new errors.ISSR_ERR_UPLOAD_BODY();
}

import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errors } from '../../errors.js';
import type { ResolvedOptions } from '../../options/options.js';

/** Makes a scope of the plugin parse multipart bodies, with the app's own `@fastify/multipart` if it has one. */
export async function useMultipart(scope: FastifyInstance): Promise<void> {
  if (!scope.hasContentTypeParser('multipart/form-data')) await scope.register(multipart);
}

/**
 * Returns the only file of a body as a stream.
 *
 * @throws ISSR_ERR_MESSAGE, ISSR_ERR_UPLOAD_BODY
 */
export async function readFile(request: FastifyRequest): Promise<Readable> {
  if (!request.isMultipart())
    throw new errors.ISSR_ERR_MESSAGE(
      `an upload must be multipart/form-data, not ${request.headers['content-type']}`,
    );
  assertUnread(request);
  const limits = { fileSize: Number.POSITIVE_INFINITY, files: 1, fields: 0 };
  const part = await request.file({ limits }).catch((error) => {
    throw toClientError(error);
  });
  if (!part) throw new errors.ISSR_ERR_MESSAGE('an upload must contain a file');
  return part.file;
}

/**
 * Cuts a body that is silent for `uploadTimeout`, or slower than `minUploadBytesPerSecond` over that time, because
 * it would hold its slot for ever. Processing after its end may take longer.
 */
export function cutSlowBody(
  { raw }: FastifyRequest,
  { uploadTimeout, minUploadBytesPerSecond }: ResolvedOptions,
): void {
  setIdleTimeout(raw, uploadTimeout);
  let before = raw.socket.bytesRead;
  const timer = setInterval(() => {
    const { bytesRead } = raw.socket;
    const isTooSlow = (bytesRead - before) * 1000 < minUploadBytesPerSecond * uploadTimeout;
    before = bytesRead;
    // Bytes that wait in the request show that the disk or the store is slow, not the browser.
    if (isTooSlow && raw.readableLength === 0) raw.destroy();
  }, uploadTimeout).unref();
  for (const end of ['end', 'close']) raw.once(end, () => clearInterval(timer));
}

function setIdleTimeout(raw: IncomingMessage, timeout: number): void {
  raw.setTimeout(timeout, () => raw.destroy());
  raw.once('end', () => raw.setTimeout(0));
}

/**
 * Turns the parser's own errors into client errors: they lack a status and would count as the server's. A boundary that is
 * too long is a needle that the parser cannot search for.
 */
export function toClientError(error: Error): Error {
  return /multipart|needle/i.test(error.message) && !('statusCode' in error)
    ? new errors.ISSR_ERR_MESSAGE(error.message)
    : error;
}

/**
 * Ignores an error of a body whose sender has disconnected: it is not the server's fault, and an answer would
 * not arrive.
 *
 * @throws the error if the sender is still connected
 */
export function ignoreIfAborted(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  if (!request.raw.socket.destroyed) throw error;
  request.log.debug({ err: error }, 'issr: upload aborted by the browser or by uploadTimeout');
  return reply.hijack();
}

/** @throws ISSR_ERR_UPLOAD_BODY */
export function assertUnread(request: FastifyRequest): void {
  if (request.body !== undefined && request.body !== null) throw new errors.ISSR_ERR_UPLOAD_BODY();
}

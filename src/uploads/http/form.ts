import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { errors } from '../../errors.js';
import type { ResolvedOptions } from '../../options/options.js';
import { addParam, limitParams, Params } from '../../page/params.js';
import { noFiles, type UploadedFiles } from '../page-uploads.js';
import type { ResolvedRule, UploadRules } from '../rule.js';
import { Upload } from '../upload.js';
import type { Uploads } from '../uploads.js';
import { assertUnread, bodyError, limitStall } from './multipart.js';

/** What a form without script brought. */
export interface MultipartForm {
  fields: Params;
  files: UploadedFiles;
  /** To be called when nobody needs the files any more. */
  remove(): Promise<void>;
}

/**
 * Reads a form's body as it comes: fields are params, the files of declared fields go to where uploads
 * go, those of others nowhere.
 *
 * @throws ISSR_ERR_PARAMS, ISSR_ERR_UPLOAD_REFUSED, and nothing is kept
 */
export async function readMultipart(
  { options, uploads }: { options: ResolvedOptions; uploads: Uploads },
  rules: UploadRules,
  request: FastifyRequest,
): Promise<MultipartForm> {
  assertUnread(request);
  const fields = new Params();
  const taken = new Map<string, Upload[]>();
  const remove = async () => {
    await Promise.allSettled(Array.from(taken.values(), (list) => list.map((one) => one.remove())).flat());
  };
  const limits = {
    fields: options.maxParams,
    fieldNameSize: options.maxParamNameLength,
    fieldSize: options.maxParamsLength,
    fileSize: Number.POSITIVE_INFINITY,
    parts: Number.POSITIVE_INFINITY,
  };
  limitStall(request, options.uploadTimeout);
  try {
    for await (const part of request.parts({ limits })) {
      if (part.type === 'file') await takeFile(part);
      else addParam(fields, part.fieldname, textOf(part.value));
      limitParams(fields, options);
    }
  } catch (error) {
    await remove();
    throw bodyError(error as Error);
  }
  return { fields, files: filesOf(rules, taken), remove };

  async function takeFile(part: MultipartFile): Promise<void> {
    const rule = rules.get(part.fieldname);
    if (!rule || !part.filename) {
      part.file.resume();
      return;
    }
    const before = taken.get(part.fieldname) ?? [];
    const upload = new Upload(
      part.fieldname,
      { name: part.filename, type: part.mimetype },
      rule,
      uploads.folder,
      roomBeside(before, rule),
    );
    taken.set(part.fieldname, [...before, upload]);
    if (before.length >= rule.maxFiles) {
      upload.refuse('files', rule.maxFiles);
      throw new errors.ISSR_ERR_UPLOAD_REFUSED(upload.refusal);
    }
    await upload.receive(part.file, 0);
  }
}

function roomBeside(uploads: Upload[], { maxTotalBytes }: ResolvedRule): number {
  return uploads.reduce((room, { received }) => room - received, maxTotalBytes);
}

function filesOf(rules: UploadRules, taken: Map<string, Upload[]>): UploadedFiles {
  const files = noFiles(rules);
  for (const [field, uploads] of taken) files[field] = uploads.flatMap(({ file }) => file ?? []);
  return files;
}

/** A part may say that it is JSON, and has been parsed then. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

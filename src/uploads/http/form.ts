import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { errors } from '../../errors.js';
import type { ResolvedOptions } from '../../options/options.js';
import { limitParams, Params } from '../../params/params.js';
import { receiveUnlessRefused } from '../cluster/page-files.js';
import { emptyFiles, type UploadedFiles } from '../page-uploads.js';
import { type ResolvedRule, refusalMessage, type UploadRules } from '../rule.js';
import { Upload } from '../upload.js';
import type { UploadSpace } from '../upload-space.js';
import { assertUnread, cutSlowBody, toClientError } from './multipart.js';

/** The content of a form that was sent without script. */
export interface MultipartForm {
  fields: Params;
  files: UploadedFiles;
  /** Deletes the files. Call it after the answer. */
  remove(): Promise<void>;
}

interface FormServices {
  options: ResolvedOptions;
  space: UploadSpace;
  /** The request of the page's route, for the text of a refusal. */
  routeRequest: FastifyRequest;
}

/**
 * Parses a form's body as a stream. Fields become params. Files of declared fields become uploads, other files
 * are dropped.
 *
 * @throws ISSR_ERR_PARAMS, ISSR_ERR_UPLOAD_REFUSED after it has deleted the received files
 */
export async function readMultipart(
  { options, space, routeRequest }: FormServices,
  rules: UploadRules,
  request: FastifyRequest,
): Promise<MultipartForm> {
  assertUnread(request);
  const fields = new Params();
  const received = new Map<string, Upload[]>();
  const remove = async () => {
    await Promise.allSettled(Array.from(received.values(), (list) => list.map((one) => one.remove())).flat());
  };
  const limits = {
    fields: options.maxParams,
    fieldNameSize: options.maxParamNameLength,
    fieldSize: options.maxParamsLength,
    fileSize: Number.POSITIVE_INFINITY,
    parts: Number.POSITIVE_INFINITY,
  };
  cutSlowBody(request, options);
  try {
    for await (const part of request.parts({ limits })) {
      if (part.type === 'file') await receiveFile(part);
      // No browser sends a part without a name.
      else if (part.fieldname !== undefined) fields.add(part.fieldname, fieldText(part.value));
      limitParams(fields, options);
    }
  } catch (error) {
    await remove();
    throw toClientError(error as Error);
  }
  return { fields, files: filesOf(rules, received), remove };

  async function receiveFile(part: MultipartFile): Promise<void> {
    const rule = rules.get(part.fieldname);
    if (!rule || !part.filename) {
      part.file.resume();
      return;
    }
    const before = received.get(part.fieldname) ?? [];
    const upload = new Upload(
      part.fieldname,
      { name: part.filename, type: part.mimetype },
      rule,
      space,
      remainingTotal(before, rule),
    );
    received.set(part.fieldname, [...before, upload]);
    if (before.length >= rule.maxFiles) upload.refuse('files', rule.maxFiles);
    else await receiveUnlessRefused(upload, part.file, 0);
    if (upload.refusal)
      throw new errors.ISSR_ERR_UPLOAD_REFUSED(refusalMessage(rule, upload.refusal, routeRequest));
  }
}

function remainingTotal(uploads: Upload[], { maxTotalBytes }: ResolvedRule): number {
  return uploads.reduce((remaining, { received }) => remaining - received, maxTotalBytes);
}

function filesOf(rules: UploadRules, received: Map<string, Upload[]>): UploadedFiles {
  const files = emptyFiles(rules);
  for (const [field, uploads] of received) files[field] = uploads.flatMap(({ file }) => file ?? []);
  return files;
}

/** The parser returns a part that is declared as JSON as an object. */
function fieldText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

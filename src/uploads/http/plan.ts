import { errors } from '../../errors.js';
import { isCount, isEither, isListOf, isText, isTuple, parseJson } from '../../http/json-shape.js';
import type { UploadPlan } from '../../protocol.js';

/** An id that the server has given, or name, size and type of a new file. */
const isFile = isEither(isText, isTuple(isText, isCount, isText));
const isPlan = isListOf(isTuple(isText, isListOf(isFile)));

/**
 * Parses a page's list of the files in its fields.
 *
 * @throws ISSR_ERR_MESSAGE
 */
export function parsePlan(text: string): UploadPlan {
  const plan = parseJson(text);
  if (!isPlan(plan))
    throw new errors.ISSR_ERR_MESSAGE(
      'a plan of uploads must be a list of [field, [id or [name, size, type], …]]',
    );
  return plan as UploadPlan;
}

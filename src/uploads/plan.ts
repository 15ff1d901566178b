import { errors } from '../errors.js';
import type { FileEntry, UploadPlan } from '../protocol.js';

const isText = (value: unknown): boolean => typeof value === 'string';
const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * What a page says of the files that it holds.
 *
 * @throws ISSR_ERR_MESSAGE when it makes no sense
 */
export function parsePlan(text: string): UploadPlan {
  const plan = parseJson(text);
  if (!isListOf(plan, isField)) throw new errors.ISSR_ERR_MESSAGE('no plan of uploads');
  return plan as UploadPlan;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new errors.ISSR_ERR_MESSAGE('not JSON');
  }
}

function isListOf(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

function isField(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && isText(value[0]) && isListOf(value[1], isFile);
}

function isFile(value: unknown): value is FileEntry {
  if (!Array.isArray(value)) return isText(value);
  return value.length === 3 && isText(value[0]) && isSize(value[1]) && isText(value[2]);
}

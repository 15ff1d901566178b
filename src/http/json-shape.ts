import { errors } from '../errors.js';

/** Checks that a JSON value has the shape of a message. */
export type ShapeCheck = (value: unknown) => boolean;

export const isText: ShapeCheck = (value) => typeof value === 'string';

/** An integer from 0. */
export const isCount: ShapeCheck = (value) => Number.isSafeInteger(value) && (value as number) >= 0;

export const isListOf =
  (check: ShapeCheck): ShapeCheck =>
  (value) =>
    Array.isArray(value) && value.every(check);

export const isTuple =
  (...checks: ShapeCheck[]): ShapeCheck =>
  (value) =>
    Array.isArray(value) && value.length === checks.length && checks.every((check, i) => check(value[i]));

export const isEither =
  (first: ShapeCheck, second: ShapeCheck): ShapeCheck =>
  (value) =>
    first(value) || second(value);

/** `ParamEntries`. */
export const isParams = isListOf(isTuple(isText, isEither(isText, isListOf(isText))));

/** @throws ISSR_ERR_MESSAGE if the text is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new errors.ISSR_ERR_MESSAGE('not JSON');
  }
}

import { errors } from '../errors.js';
import { isCount, isListOf, isText, isTuple, parseJson, type ShapeCheck } from '../http/json-shape.js';
import type { ActionEntries, ClientMessage, ParamChange, ParamEntries, ServerMessage } from '../protocol.js';

const isTexts = isListOf(isText);
const isParams: (value: unknown) => value is ParamEntries = isListOf(
  isTuple(isText, (value) => isText(value) || isTexts(value)),
) as (value: unknown) => value is ParamEntries;
const isChange = isTuple(isParams, isTexts) as (value: unknown) => value is ParamChange;
const isActions = isListOf(isTuple(isText, isText)) as (value: unknown) => value is ActionEntries;
/** A path of this site: never another host, which `//host` and `/\host` would be. */
const isSitePath: ShapeCheck = (value) => typeof value === 'string' && /^\/(?![/\\])[^\s#]*$/.test(value);

/** The operands of each verb. Only own keys are verbs. */
const shapes: { [Verb in ClientMessage[0]]: ShapeCheck } = {
  join: isTuple(isCount, isText, isSitePath, isParams, isCount, isCount, isCount),
  event: (operands) =>
    isTuple(isCount, isChange, isActions)(operands) ||
    isTuple(isCount, isChange, isActions, isSitePath)(operands),
  params: isTuple(isChange),
  files: isTuple(isListOf(isTuple(isText, isTexts))),
  resync: isTuple(),
  ping: isTuple(),
  bye: isTuple(),
};

/**
 * @throws ISSR_ERR_MESSAGE if the text is not a message of the protocol
 */
export function parseMessage(text: string): ClientMessage {
  const message = parseJson(text);
  if (!Array.isArray(message)) throw new errors.ISSR_ERR_MESSAGE('not a JSON array');
  const [verb, ...operands] = message;
  if (typeof verb !== 'string' || !Object.hasOwn(shapes, verb))
    throw new errors.ISSR_ERR_MESSAGE('unknown verb');
  if (!shapes[verb as ClientMessage[0]](operands)) throw new errors.ISSR_ERR_MESSAGE(`operands of '${verb}'`);
  return message as ClientMessage;
}

export function formatMessage(message: ServerMessage): string {
  return JSON.stringify(message);
}

/** A `patch` whose instructions are JSON already, without the brackets around them. */
export function formatPatch(event: number, instructions: string): string {
  return instructions === '' ? `["patch",${event}]` : `["patch",${event},${instructions}]`;
}

import { errors } from '../errors.js';
import {
  isCount,
  isListOf,
  isParams,
  isText,
  isTuple,
  parseJson,
  type ShapeCheck,
} from '../http/json-shape.js';
import type {
  ActionEntries,
  ParamChange,
  ParamEntries,
  PrefetchNonces,
  ServerMessage,
  UploadEntries,
} from '../protocol.js';

/** `join` of `ClientMessage` in `protocol.ts`, by name. */
export interface JoinMessage {
  verb: 'join';
  version: number;
  token: string;
  url: string;
  params: ParamEntries;
  hash: number;
  event: number;
  patches: number;
  /** From the last `joined`; empty or absent at the first join. */
  secret?: string;
  /** The path that a proxy strips. */
  prefix?: string;
}

/** `event`, by name. */
export interface EventMessage {
  verb: 'event';
  number: number;
  change: ParamChange;
  actions: ActionEntries;
  url?: string | null;
  /** Number of the prefetched page that the browser shows since this event. */
  prefetched?: number;
}

/** `prefetch`, by name. */
export interface PrefetchMessage {
  verb: 'prefetch';
  id: number;
  change: ParamChange;
  actions: ActionEntries;
  url?: string;
}

/** A message of a page with its operands by name. On the wire it is an array: `ClientMessage`. */
export type DecodedMessage =
  | JoinMessage
  | EventMessage
  | PrefetchMessage
  | { verb: 'params'; change: ParamChange }
  | { verb: 'files'; fields: UploadEntries }
  | { verb: 'resync' }
  | { verb: 'ping' }
  | { verb: 'debug'; isOpen: boolean }
  | { verb: 'bye' };

/** Operands may be absent at the end of a message only. */
const optional =
  (check: ShapeCheck): ShapeCheck =>
  (value) =>
    value === undefined || check(value);

const orNull =
  (check: ShapeCheck): ShapeCheck =>
  (value) =>
    value === null || check(value);

const isTexts = isListOf(isText);
const isChange = isTuple(isParams, isTexts);
const isActions = isListOf(isTuple(isText, isText));
/** Characters. */
const MAX_PREFIX = 1000;

/** `''`, or the start of a URL's path. It may become a cookie's `Path`. */
const isPrefix: ShapeCheck = (value) =>
  typeof value === 'string' && value.length <= MAX_PREFIX && /^(\/[\w.~!$&'()*+=:@%-]+)*$/.test(value);

/** A path. `ReadUrl` refuses those that would be another host. */
const isPath: ShapeCheck = (value) => typeof value === 'string' && /^\/[^\s#]*$/.test(value);

type Operands<Message> = { [Name in Exclude<keyof Message, 'verb'>]-?: ShapeCheck };

/** The operands of each verb, in the order of the wire. */
const operands: {
  [Verb in DecodedMessage['verb']]: Operands<Extract<DecodedMessage, { verb: Verb }>>;
} = {
  join: {
    version: isCount,
    token: isText,
    url: isPath,
    params: isParams,
    hash: isCount,
    event: isCount,
    patches: isCount,
    secret: optional(isText),
    prefix: optional(isPrefix),
  },
  event: {
    number: isCount,
    change: isChange,
    actions: isActions,
    url: optional(orNull(isPath)),
    prefetched: optional(isCount),
  },
  prefetch: { id: isCount, change: isChange, actions: isActions, url: optional(isPath) },
  params: { change: isChange },
  files: { fields: isListOf(isTuple(isText, isTexts)) },
  resync: {},
  ping: {},
  debug: { isOpen: (value) => typeof value === 'boolean' },
  bye: {},
};

/** A `Map`, because `constructor` and the like are not verbs. */
const decoders = new Map(Object.entries(operands).map(([verb, checks]) => [verb, Object.entries(checks)]));

/** @throws ISSR_ERR_MESSAGE if the text is not a message of the protocol */
export function decodeMessage(text: string): DecodedMessage {
  const message = parseJson(text);
  if (!Array.isArray(message)) throw new errors.ISSR_ERR_MESSAGE('not a JSON array');
  const verb: unknown = message[0];
  const checks = decoders.get(verb as string);
  if (!checks) throw new errors.ISSR_ERR_MESSAGE('unknown verb');
  if (message.length > checks.length + 1) throw new errors.ISSR_ERR_MESSAGE(`operands of '${verb}'`);
  const decoded: Record<string, unknown> = { verb };
  let i = 0;
  for (const [name, check] of checks) {
    const value: unknown = message[++i];
    if (!check(value)) throw new errors.ISSR_ERR_MESSAGE(`'${name}' of '${verb}'`);
    decoded[name] = value;
  }
  return decoded as unknown as DecodedMessage;
}

export function encodeMessage(message: ServerMessage): string {
  return JSON.stringify(message);
}

/**
 * Encodes the answer to a `prefetch`.
 *
 * @param patch instructions that are JSON already, without the brackets around them
 */
export function encodePrefetched(
  id: number,
  patches: number,
  patch: string,
  nonces?: PrefetchNonces,
): string {
  const last = nonces ? `,${JSON.stringify(nonces)}` : '';
  return `["prefetched",${id},${patches},[${patch}]${last}]`;
}

/** Encodes a `patch` whose instructions are JSON already, without the brackets around them. */
export function encodePatch(event: number, instructions: string): string {
  return instructions === '' ? `["patch",${event}]` : `["patch",${event},${instructions}]`;
}

/**
 * What travels between a page and the server: JSON text frames, each a small array with its verb
 * first. The only file of `src/` that `client/` may import; both sides read and write these types.
 *
 * Message verbs are words. Instruction verbs are letters, as one message can carry many of them.
 */

/** Raised when a message changes its meaning; a page of another version is told to load again. */
export const PROTOCOL_VERSION = 1;

/** One param by name. Two or more values of one name are an array, in document order. */
export type ParamValue = string | string[];

/** Pairs and not an object, so that `__proto__` is a name like any other. Example: `[['x', '4']]` */
export type ParamEntries = [name: string, value: ParamValue][];

/** The names whose value changed since the last send, and the names that went away. */
export type ParamChange = [changed: ParamEntries, removed: string[]];

/** The commands of one event, in the order in which `rr` got them. Example: `[['remove', '17']]` */
export type ActionEntries = [name: string, value: string][];

/** The ids of the files that fields hold. Example: `[['photo', ['7d4c…']]]` */
export type UploadEntries = [field: string, ids: string[]][];

/** A file of an upload plan: the id that it was given, or what the browser knows of a new one. */
export type FileEntry = string | [name: string, size: number, type: string];

/** What a page's fields hold, POSTed to `uploads` before their files are. */
export type UploadPlan = [field: string, files: FileEntry[]][];

/** The answer for each file: its id and how much of it is here; why it is refused; `null`, the id is not known. */
export type FileState = [id: string, received: number] | string | null;

/** The answer to a plan. `null`: the route declares no such field. */
export type UploadStates = (FileState[] | null)[];

/**
 * The way from `<html>` down to a node: positions among `childNodes` of the shadow. `[]` is `<html>`,
 * `[1]` its second child. The children of a `<template>` are those of its content.
 */
export type Path = number[];

/**
 * One change of the shadow. The instructions of a message are carried out one after the other, and
 * each path is meant as the shadow stands by then.
 *
 * | verb | means | operands |
 * | --- | --- | --- |
 * | `s` | set attributes | path of an element, then name and value in turn; `null` removes |
 * | `t` | set the text of a text node or comment | path, text |
 * | `c` | change the middle of a text | path, start, deleted, inserted; in UTF-16 code units |
 * | `i` | insert HTML before a child | path of the parent, index, HTML in the parent's context |
 * | `r` | remove children | path of the parent, index, how many (1 when left out) |
 * | `m` | move children of one parent | path of the parent, then from and to in turn; `to` counts without the moved one |
 * | `h` | morph an element to HTML | path of the element, its new outer HTML |
 */
export type Instruction =
  | ['s', Path, ...(string | null)[]]
  | ['t', Path, string]
  | ['c', Path, number, number, string]
  | ['i', Path, number, string]
  | ['r', Path, number, number?]
  | ['m', Path, ...number[]]
  | ['h', Path, string];

/** The verb of an instruction. */
export type Verb = Instruction[0];

/** What a page says. */
export type ClientMessage =
  /**
   * The first message of each connection. `url` is the address, `params` all of the page's params
   * as they are now: they replace those of the URL's query, of which some may have gone; `hash` is the structure
   * hash of its shadow; `event` the number of the last event whose answer it has; `patches` how many
   * `patch` and `page` messages it has had in all, pushes included: by it a lost one is noticed.
   */
  | [
      'join',
      version: number,
      token: string,
      url: string,
      params: ParamEntries,
      hash: number,
      event: number,
      patches: number,
    ]
  /** Render again. `url` is given when the event is a visit to another address of this site. */
  | ['event', number: number, change: ParamChange, actions: ActionEntries, url?: string]
  /** Params that changed by a patch: kept for later renders, no answer. */
  | ['params', change: ParamChange]
  /** What these fields hold from the next event on: files that were uploaded before by HTTP. */
  | ['files', fields: UploadEntries]
  /** The shadow does not fit the instructions: send the whole page. */
  | ['resync']
  | ['ping']
  /** The page is left for good. */
  | ['bye'];

/**
 * What the server says. `event` is the number of the last event of the page that the server has
 * answered, this one included: 0 before the first, unchanged in a push.
 */
export type ServerMessage =
  /**
   * The join was accepted. `resumed`: this process knows the page and has run its events up to
   * `event`, so later ones may be sent again. Otherwise it cannot know whether a sent action ran.
   */
  | ['joined', event: number, resumed: boolean]
  /**
   * The HTML that was sent at the load, when the joined hash does not fit it: what the shadow should
   * have been. Nothing on the live page changes; a live node without a partner is somebody else's.
   */
  | ['base', html: string]
  | ['patch', event: number, ...instructions: Instruction[]]
  /** The whole page, to be morphed to. */
  | ['page', event: number, html: string]
  /**
   * Go to `url`, a path of this site as the server sees it, or an absolute URL. `inPlace`: visit it over
   * this connection, by an event with that URL; the answer to a visit that is no such page is again a
   * redirect, to be loaded.
   */
  | ['redirect', event: number, url: string, inPlace: boolean]
  /**
   * The address that mirrors the page's params, a path with its query: `push` makes a history entry.
   * It comes before the patch of the same event.
   */
  | ['url', url: string, mode: 'push' | 'replace']
  /**
   * Params that the server assigned and perhaps no element holds: by a push, or by an action whose
   * name the route declares and the page did not have yet. The page keeps them among its params and
   * says them at its next join, so that they outlive the process. An action whose name the page has
   * among its params already (from its URL, an element, or an earlier `state`) assigns it on both sides
   * when its event is answered by a `patch` or `page`, and costs no message.
   */
  | ['state', params: ParamEntries]
  /** Fetch this one-time ticket by HTTP: its response sets the cookies of a re-render. */
  | ['cookies', ticket: string]
  | ['error', event: number, error: PageError]
  /**
   * The server goes away, and has begun no event after `event`: those may be sent again to the next
   * process. Answers to earlier ones may still come, and then a close with 1001. Come back at a random
   * time within `spread` milliseconds.
   */
  | ['closing', event: number, spread: number]
  | ['pong']
  /** This page cannot go on over this connection (version, token): load it again. */
  | ['reload'];

/** What a page may know of an error: with `showErrors` all of it, otherwise only the first two. */
export interface PageError {
  /** An HTTP status. */
  status: number;
  /** Fastify's request id, to be found in the log. */
  requestId: string;
  message?: string;
  stack?: string;
}

/** Close codes of this protocol beside those of RFC 6455, section 7.4.1. */
export const CloseCode = {
  /** RFC 6455: the server goes away (shutdown). */
  goingAway: 1001,
  /** RFC 6455: a message that breaks the protocol's form. */
  protocolError: 1002,
  /** RFC 6455: a binary frame; the protocol is text. */
  unsupportedData: 1003,
  /** RFC 6455: a forged, expired or foreign token; an Origin that is not allowed. */
  policyViolation: 1008,
  /** RFC 6455: a message larger than `maxMessageBytes`. */
  messageTooBig: 1009,
  /** RFC 6455: an error of this server's own. */
  internalError: 1011,
  /** IANA websocket registry: there are too many pages; come back later. */
  tryAgainLater: 1013,
  /** No valid `join` came within `joinTimeout`. */
  joinTimeout: 4408,
  /** The page joined again over another connection. */
  replaced: 4409,
} as const;

/** Milliseconds between two pings of one side, where the script tag says no other. */
export const DEFAULT_PING_INTERVAL = 25_000;

/** The attributes by which the injected script tag tells the client who it is. */
export const ScriptAttribute = {
  id: 'data-issr-id',
  token: 'data-issr-token',
  /** The request's path as the server saw it: what stands before it in the address bar is a proxy's prefix. */
  path: 'data-issr-path',
  /** `false`: no progress bar. */
  progress: 'data-issr-progress',
  /** Milliseconds between two pings, where they are not `DEFAULT_PING_INTERVAL`. */
  ping: 'data-issr-ping',
} as const;

/**
 * The structure hash: FNV-1a, 32 bits, over the UTF-16 code units of the marks below, in document
 * order from `<html>`. Attributes do not count, as visitors and extensions change them at will.
 *
 * | node | marks |
 * | --- | --- |
 * | element | `<`, its local name, its children, `>` |
 * | element with `noupdate` | `<`, its local name, `!` |
 * | `<template>` | as an element, its content's nodes being the children |
 * | `<template shadowrootmode>` | nothing |
 * | text | `"`, its text |
 * | comment | `#`, its text |
 */
export const HASH_SEED = 0x811c9dc5;

/** One step of the structure hash. */
export function hashText(hash: number, text: string): number {
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

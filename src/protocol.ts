/**
 * The wire between browser and server. Messages are JSON text frames, each a small array with its verb
 * first. `client/` imports no other file of `src/`; both sides use these types and names.
 *
 * Message verbs are words. Instruction verbs are letters, because a message can have many instructions.
 */

/** Increased when a message changes its meaning. A page of another version is reloaded. */
export const PROTOCOL_VERSION = 1;

/** The value of a param. Two or more values of a name are an array, in document order. */
export type ParamValue = string | string[];

/** Pairs and not an object, so that `__proto__` is a name like any other. Example: `[['x', '4']]` */
export type ParamEntries = [name: string, value: ParamValue][];

/** The params that changed since the last send, and the names that were removed. */
export type ParamChange = [changed: ParamEntries, removed: string[]];

/** The commands of an event, in the order of `rr`'s arguments. Example: `[['remove', '17']]` */
export type ActionEntries = [name: string, value: string][];

/** Ids of the files of fields. Example: `[['photo', ['7d4c…']]]` */
export type UploadEntries = [field: string, ids: string[]][];

/** A file of an upload plan: its id, or name, size and type of a file without an id. */
export type FileEntry = string | [name: string, size: number, type: string];

/** The files of a page's fields. POSTed to `Endpoint.uploads` before the files. */
export type UploadPlan = [field: string, files: FileEntry[]][];

/**
 * The answer for a file: its id, the bytes received and whether the file is complete, or the reason of a refusal, or
 * `null` for an unknown id.
 */
export type FileState = [id: string, received: number, isComplete: boolean] | string | null;

/** The answer to a plan. `null` if the route does not declare the field. */
export type UploadStates = (FileState[] | null)[];

/**
 * A node of the shadow: positions among `childNodes`, from `<html>` down. `[]` is `<html>`, `[1]` its
 * second child. The children of a `<template>` are its content's children.
 */
export type Path = number[];

/**
 * A change of the shadow. The client applies the instructions of a message in order. A path refers to the
 * shadow after the instructions before it.
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

/** An answer to an event that says more than the change of the page. */
export type Answer = Extract<ServerMessage, ['outcome' | 'redirect' | 'error', ...unknown[]]>;

/** The operands of a `nonces` message. */
export type PrefetchNonces = [scripts: string[], styles: string[], isStrict: boolean];

/** The outcome of an event: HTTP status, messages of invalid params, and what the action's `response` schema lets through. */
export type Outcome = [
  event: number,
  status: number,
  errors: [name: string, message: string][],
  result?: unknown,
];

/** A message from the browser. */
export type ClientMessage =
  /**
   * The first message of each connection. `params` are all params of the page; they replace the URL's
   * query. `hash` is the structure hash of the shadow. `event` is the number of the last answered event.
   * `patches` is the number of `patch` and `page` messages received so far: it reveals a lost one.
   * `secret` is that of the last `joined`. Without it the page gets a new id, even if its token is known.
   * `prefix` is the path that a proxy strips: cookies may have it in their `Path`.
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
      secret?: string,
      prefix?: string,
    ]
  /**
   * Render again. With `url` the event is a visit to another URL of this site. `prefetched` is the `id` of the
   * `prefetched` message that the page shows since this event: its shadow is that page from now on, and a patch that
   * was sent before does not apply to it.
   */
  | [
      'event',
      number: number,
      change: ParamChange,
      actions: ActionEntries,
      url?: string | null,
      prefetched?: number,
    ]
  /**
   * Send the change that an event with these operands would bring, and change nothing of the page. Its actions
   * must assign state: none runs. `id` numbers these messages.
   */
  | ['prefetch', id: number, change: ParamChange, actions: ActionEntries, url?: string]
  /** Params that a patch changed. The server stores them, and answers only if the address mirrors one. */
  | ['params', change: ParamChange]
  /** The files of these fields from the next event on. They were uploaded before, by HTTP. */
  | ['files', fields: UploadEntries]
  /** The instructions do not fit the shadow. Send the whole page. */
  | ['resync']
  | ['ping']
  /** The panel of the option `debug` opened or closed: while it is open, `times` follow each answer. */
  | ['debug', isOpen: boolean]
  /** The visitor left the page for good. */
  | ['bye'];

/**
 * Limits for a page's messages that wait on the server (`maxQueuedEvents`, `maxMessageBytes`), and the number and length
 * of the messages that wait already.
 */
export type QueueWindow = [maxCount: number, maxChars: number, count: number, chars: number];

/**
 * A message from the server. `event` is the number of the page's last answered event, this answer
 * included: 0 before the first event, unchanged in a push.
 */
export type ServerMessage =
  /**
   * The join was accepted. If `resumed`, this process has the page's record and has run its events up to
   * `event`; the client sends later ones again. Otherwise the server cannot know whether a sent action ran.
   * `secret` lets this document resume the page, and must stay in its memory. `token` replaces the page's
   * token: it is fresh, and has another id if another document joined with the token of the load before.
   * `window` lets the client hold back messages that the server would refuse.
   */
  | ['joined', event: number, resumed: boolean, secret: string, token: string, window?: QueueWindow]
  /**
   * The HTML of the load, sent if the joined hash differs from it. The shadow becomes this HTML. The live
   * page does not change: a live node without a partner belongs to another script.
   */
  | ['base', html: string]
  | ['patch', event: number, ...instructions: Instruction[]]
  /**
   * The answer to a `prefetch`: the change of the shadow after `patches` messages `patch` and `page`, as instructions
   * or as the whole page. It must not be applied to another shadow. `nonces` are the operands of a `nonces`
   * message. Without `change` there is nothing to show ahead: the event must be sent and awaited.
   */
  | ['prefetched', id: number, patches?: number, change?: Instruction[] | string, nonces?: PrefetchNonces]
  /** The whole page. The shadow is morphed to it. */
  | ['page', event: number, html: string]
  /**
   * The nonces of the answer's Content Security Policy for scripts and styles, and whether it has `'strict-dynamic'`.
   * Precedes a `patch` or `page` that may create such elements. The policy of the load stays in force, so an
   * element with one of these nonces gets the load's own. No other does.
   */
  | ['nonces', scripts: string[], styles: string[], isStrict: boolean]
  /**
   * Go to `url`: a path of this site as the server sees it, or an absolute URL. If `inPlace`, the client
   * visits it over this connection, by an event with that URL. Otherwise the browser loads it.
   */
  | ['redirect', event: number, url: string, inPlace: boolean]
  /**
   * The outcome of an event, if there is more to it than a render with status 200: 422 for a refused action.
   * Precedes the `patch` or `page` of the same event.
   */
  | ['outcome', ...outcome: Outcome]
  /**
   * The events whose actions go on after their answer, because they yield: each ends when it is no longer listed.
   * `ended` is the one that ended now. A resumed connection gets the list before `joined`, where `ended` is an event whose
   * outcome was lost with the connection before, as are a `redirect` and an `error`.
   */
  | ['running', events: number[], ended?: Outcome]
  /**
   * The URL that mirrors the page's params: a path with a query. `push` makes a history entry. Precedes
   * the patch of the same event.
   */
  | ['url', url: string, mode: 'push' | 'replace']
  /**
   * Params that the server assigned: by a push, or by an action whose name the route declares and the
   * page did not have yet. The page keeps them and sends them at its next join, so that they outlive the
   * process. An action whose name is a param of the page already needs no such message: both sides assign
   * it when its event is answered by a `patch` or `page`.
   */
  | ['state', params: ParamEntries]
  /** A one-time ticket. The response to its HTTP request sets the cookies of a re-render. */
  | ['cookies', ticket: string]
  | ['error', event: number, error: PageError]
  /**
   * The server shuts down and starts no event after `event`: the client sends those to the next process.
   * Answers to earlier events may follow, then a close with 1001. The client reconnects at a random time
   * within `spread` milliseconds.
   */
  | ['closing', event: number, spread: number]
  | ['pong']
  /**
   * Milliseconds that the last answer took, for a page with an open panel: `dispatch` is the request through Fastify,
   * `render` the part of it that made HTML of JSX. 0 for a step that did not run.
   */
  | ['times', event: number, dispatch: number, render: number, diff: number]
  /** Mistakes of authors that the server found, for a page with an open panel. Sent with `showErrors` only. */
  | ['mistakes', texts: string[]]
  /** The page has another protocol version. Reload it. */
  | ['reload'];

/** An error as a page sees it. Message and stack are present with `showErrors` only. */
export interface PageError {
  /** An HTTP status. */
  status: number;
  /** Fastify's request id, as in the log. */
  requestId: string;
  /** The plugin's error code, if a limit or rule of the plugin caused it. */
  code?: string;
  message?: string;
  stack?: string;
  /** The app's own source where the error was thrown. */
  frame?: SourceFrame;
}

/** Some lines of a source file. */
export interface SourceFrame {
  /** Path below the working directory. */
  file: string;
  /** Number of the line that threw, and of the first line shown. */
  line: number;
  first: number;
  lines: string[];
}

/** Close codes: those of RFC 6455, section 7.4.1, and this protocol's own from 4000. */
export const CloseCode = {
  /** RFC 6455: the visitor left, or the server closed the page. */
  normal: 1000,
  /** RFC 6455: the server shuts down. */
  goingAway: 1001,
  /** RFC 6455: a message that is not of the protocol. */
  protocolError: 1002,
  /** RFC 6455: a binary frame. The protocol is text. */
  unsupportedData: 1003,
  /** RFC 6455: the connection was lost without a closing handshake. Never sent. */
  abnormal: 1006,
  /** RFC 6455: text that is not UTF-8. */
  invalidPayload: 1007,
  /** RFC 6455: a malformed token, or a broken limit. */
  policyViolation: 1008,
  /** RFC 6455: a message larger than `maxMessageBytes`. */
  messageTooBig: 1009,
  /** RFC 6455: an error of the server. */
  internalError: 1011,
  /** IANA WebSocket registry: pages exceed a limit of the process or address. Try again later. */
  tryAgainLater: 1013,
  /** No `join` within `joinTimeout`. */
  joinTimeout: 4408,
  /** The connection reached `maxConnectionAge`. Open another at once: its handshake renews headers and token. */
  renew: 4410,
  /** No event of a stream arrived: a proxy holds it back. Never sent. */
  heldBack: 4411,
  /** The page joined again over another connection. */
  replaced: 4409,
} as const;

/** The server refused a message. The same message would be refused again. */
export function isRefusal(code: number): boolean {
  return /^100[23789]$/.test(String(code));
}

/** Paths of the plugin's own routes, below its prefix. */
export const Endpoint = {
  /** The client script is `<connection>.js`; a WebSocket handshake opens a connection. */
  connection: 'issr',
  /** GET: server-sent events of a connection over HTTP. */
  stream: 'issr/stream',
  /** POST: messages of such a connection, one per line. */
  send: 'issr/send',
  /**
   * POST with token and secret, separated by a space: gives the page the browser's cookies. With a ticket in
   * the query: sets the cookies of a re-render.
   */
  cookies: 'issr/cookies',
  /** GET with a ticket: what an action answered to be saved as a file. */
  download: 'issr/download',
  /** POST: an `UploadPlan`. */
  uploads: 'issr/uploads',
  /** POST: a file as multipart, from an offset on. GET: its `FileState`. */
  file: 'issr/uploads/file',
} as const;

/** Query names of these routes. */
export const EndpointQuery = {
  /** The key of a connection over HTTP, in `send`. */
  connection: 'link',
  ticket: 'ticket',
  /** The id of a file. */
  file: 'id',
  /** The position of a body's first byte in its file. */
  offset: 'offset',
} as const;

/** Header of upload requests: the page's token and secret, separated by a space. */
export const TOKEN_HEADER = 'issr-token';

/** Event types of `Endpoint.stream`. Messages have the default type. */
export const StreamEvent = {
  /** The first event. Its data is the key of the connection. */
  open: 'link',
  message: 'message',
  ping: 'ping',
  /** Its data is `[code, reason]`. */
  close: 'close',
} as const;

/** Parts of the client script that only some pages load. Part `x` is served as `issr-x.js`. */
export type ScriptPart =
  | 'patch'
  | 'control'
  | 'uploads'
  | 'http'
  | 'progress'
  | 'visits'
  | 'confirm'
  | 'local'
  | 'triggers'
  | 'navigation'
  | 'overlay'
  | 'panel'
  | 'dev';

/** The value of an element or action that has none. */
export const NO_VALUE = 't';

/** Milliseconds between two pings, unless the script tag has another value. */
export const DEFAULT_PING_INTERVAL = 25_000;

/** Attributes of the injected script tag. */
export const ScriptAttribute = {
  token: 'data-issr-token',
  /** The request's path as the server sees it. A longer path in the address bar has a proxy's prefix. */
  path: 'data-issr-path',
  /** `false` hides the progress bar. */
  progress: 'data-issr-progress',
  /** Milliseconds between two pings, if not `DEFAULT_PING_INTERVAL`. */
  ping: 'data-issr-ping',
  /** The options `links`, `prefetch` and `transition` that are on, as words. */
  navigation: 'data-issr-navigation',
  /** Present with `showErrors` or `debug`: the page loads the part for its author. The value is `latency`, or empty without `showErrors`. */
  development: 'data-issr-dev',
  /** Present with the option `debug`: `open` shows the panel from the start, `shortcut` waits for the keys. */
  debug: 'data-issr-debug',
} as const;

/**
 * The first match is the injected tag: it opens `<head>`, and what visitors write is in `<body>`, where no parser makes
 * a `<head>`. Any other element with its attributes belongs to the page.
 */
export const SCRIPT_TAG = `head>script[${ScriptAttribute.token}][src*="/issr.js?v="]`;

/**
 * Seed of the structure hash: FNV-1a, 32 bits, over the UTF-16 code units of the marks below, in document
 * order from `<html>`. Attributes are left out, because visitors and extensions change them.
 *
 * | node | marks |
 * | --- | --- |
 * | element | `<`, its local name, its children, `>` |
 * | element with `noupdate` | `<`, its local name, `!` |
 * | `<template>` | as an element, its content's nodes being the children |
 * | `<template shadowrootmode>` | nothing |
 * | text | `"`, its text |
 * | comment | `#`, its text |
 * | `<?x>`, a node of its own kind in some browsers, and comments that begin with `?` | `#` |
 */
export const HASH_SEED = 0x811c9dc5;

/** Adds text to a structure hash. */
export function hashText(hash: number, text: string): number {
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { RenderTimes } from '../diagnostics/render-times.js';
import type { HtmlPieces } from '../html/pieces/html-pieces.js';
import type { LateParts } from '../late/late-parts.js';
import type { LateRender } from '../late/late-render.js';
import type { Audience } from '../page/audience.js';
import type { Interests } from '../page/interests.js';
import type { PageMemory } from '../page/page-memory.js';
import type { RenderQueue } from '../page/render-queue.js';
import type { ShareableRender } from '../page/shares.js';
import { paramsOfUrl, type RouteNames } from '../params/params.js';
import type { ParamValue, ServerMessage } from '../protocol.js';
import type { RunningActions } from '../running/running-actions.js';
import { type Flash, type FlashCookies, NO_FLASHES } from '../signed/flash-cookies.js';
import type { SignedIds } from '../signed/signed-ids.js';
import type { IssrPage } from '../types/issr-page.js';
import type { UploadedFiles } from '../uploads/page-uploads.js';
import type { UploadRules } from '../uploads/rule.js';

/** The names and upload rules that a route declares. */
export interface RouteDeclaration extends RouteNames {
  /** Rules of the route's file fields, by field name. */
  uploads: UploadRules;
}

/** The command of one event. */
export interface IssrAction {
  readonly name: string;
  readonly value: string;
}

/** `request.issr` */
export interface IssrRequest {
  /** The page's id. */
  readonly id: string;
  /**
   * `true` while the page is rendered ahead of a click, as `prefetch` asks for: its visitor may never see it. No action
   * runs, and the handler must change nothing. At the click the page is rendered once more, with `false`.
   */
  readonly prefetch: boolean;
  /** `true` in a load and in a form's POST, `false` in a re-render. */
  readonly firstTime: boolean;
  /** The open page; `null` in a load and in a form's POST. */
  readonly page: IssrPage | null;
  /** The event's command: `null` in a load, in a push, after a reconnect, and where the event has none. */
  readonly action: IssrAction | null;
  /** Return value of the page's last declared action, until its next action or visit. */
  readonly result: unknown;
  /** `true` if the event's action did not run because what it needs is not valid. */
  readonly refused: boolean;
  /**
   * Messages of invalid params by name. Lists a field once its visitor changed it, and every field for
   * which an action was refused. An error of several params together has the name `''`.
   */
  readonly errors: Readonly<Record<string, string>>;
  /** Params as the visitor typed them, before validation and coercion. */
  readonly raw: Readonly<Record<string, ParamValue | undefined>>;
  /** The page's address as the address bar has it, without typed drafts. A proxy's prefix is not included. */
  readonly url: string;
  /**
   * Files of the page, or of a form sent without script, by field of the route's `uploads`. A field's
   * files are in the order in which the visitor chose them; `[]` if there are none. A file is deleted
   * when its field holds others, when its page closes, and after the answer to a form without script.
   */
  readonly files: UploadedFiles;

  /** Messages of `flash`: those of this request, and those of the response that led here by a redirect. */
  readonly flashes: readonly Flash[];

  /**
   * Adds a message for the page that answers, also if a redirect leads to it: by a visit, a load, or without
   * script. The page has it in `flashes` until its next action or visit.
   *
   * @param kind such as `success`, for the style. `info` by default
   * @throws ISSR_ERR_FLASH above `maxFlashLength`
   */
  flash(message: string, kind?: string): void;

  /**
   * Declares that the page shows what these keys stand for, such as `ticket:17`: `fastify.issr.changed` of one
   * of them renders the page. The keys of the last successful render count, so there is nothing to undo.
   *
   * @throws ISSR_ERR_WATCH above `maxWatchedKeys` or `maxWatchedKeyLength`
   */
  watch(...keys: string[]): void;

  /**
   * Declares that the page's visitor is present at a key, and watches the key. The record is any JSON value.
   * Pages that asked for the list are rendered when it changes, at most 20 times a second.
   *
   * @returns the records of all pages of all processes at this key, with this page's once it has joined
   * @throws ISSR_ERR_WATCH above `maxPresenceLength`, or as `watch`
   */
  presence<Item>(key: string, record: Item): Item[];

  /**
   * Stops the page's running actions of a name, which are generators: aborts their `request.signal`. Such an action may
   * still return a last value. What it yields is dropped.
   */
  stop(action: string): void;
}

/** The HTML of a page, and its pieces if it is made of such. */
interface PageBody {
  html: string;
  pieces: HtmlPieces | undefined;
  /** The payload is empty instead. */
  isTaken: boolean;
}

/** The part of a page that its requests use. An upload's request knows only the author's part. */
export interface StatePage {
  readonly address?: string;
  readonly lastAnsweredEvent?: number;
  /** Actions that go on after the answer to their event. */
  readonly running?: RunningActions;
  readonly hasRun?: RunningActions | undefined;
  send?(message: ServerMessage): void;
}

/** Invalid params by name, with what returns the message. */
type InvalidParams = ReadonlyMap<string, () => string>;

const NO_ERRORS: InvalidParams = new Map();

/** `request.issr` with the fields that route and re-render share. */
export class RequestState implements IssrRequest {
  #id: string | undefined;
  readonly page: (IssrPage & StatePage) | null;
  readonly actions: readonly IssrAction[];
  action: IssrAction | null;
  result: unknown;
  files: UploadedFiles = {};
  /** Files of a form sent without script. */
  formFiles: UploadedFiles | undefined;
  /** Only the route's hooks run: an upload asks whether its visitor may load the page. */
  readonly hooksOnly: boolean;
  /** Called when the handler is reached, before it or an action runs. */
  onHandler: ((request: FastifyRequest) => void) | undefined;
  /** `Pages.pushGeneration` when the handler began. */
  pushGeneration = 0;
  /** `Audience.generation` when the render began. */
  watchGeneration = 0;
  /** Keys and presence records that the render named; undefined if it named none. */
  interests: Interests | undefined;
  /** Set if `share` of the route returned a key. */
  share: ShareableRender | undefined;
  /** Set when an author reads `request.issr`. */
  audience: Audience | undefined;
  /** `sent`: a view is the payload. `rendered`: its HTML is. */
  view: 'none' | 'sent' | 'rendered' = 'none';
  /** The body of a re-render. Undefined once a hook replaced it. */
  body: PageBody | undefined;
  /** The load has its script tag. */
  hasTag = false;
  /** The view is an error page, or that of a route that is not a page. */
  isPlain = false;
  refused = false;
  prefetch = false;
  /** No event asked for the render. */
  isPush = false;
  /** Address of the visit that a prefetch is for. */
  prefetchUrl: string | undefined;
  /** Names that an event's prefetch assigns. */
  assigned: readonly string[] = [];
  /** The part of the action's result that its `response` schema declares. */
  response: unknown;
  /** Server-side memory of the page; null in a load and in a visit, whose params must be valid. */
  memory: PageMemory | null = null;
  invalid = NO_ERRORS;
  #errors: Record<string, string> | undefined;
  /** Set when an author reads `request.issr`. */
  flashCookies: FlashCookies | undefined;
  /** `Cookie` header of a load or visit, which may bring flashes. */
  cookies: string | undefined;
  #received: readonly Flash[] | undefined;
  /** Flashes of this request. */
  #added: readonly Flash[] = NO_FLASHES;
  #fromActions: readonly Flash[] = NO_FLASHES;
  /** The page's memory has the flashes of its actions. */
  #areKept = false;
  /** An action that goes on after the answer. */
  running: { readonly isFollowed: boolean } | undefined;
  #raw: Record<string, ParamValue> | undefined;
  /** Late parts of the page's earlier renders. Undefined in a load and in a visit. */
  lateParts: LateParts | undefined;
  /** Late parts that this render named. */
  late: LateRender | undefined;
  /** The page is sent with the content of its late parts, for a browser without script. */
  isWhole = false;
  /** The error that Fastify's error handling got. */
  error: Error | undefined;
  /** Begins the time limit again: a form's action yielded. Returns false if it is over, or the visitor has left. */
  renewDeadline: (() => boolean) | undefined;
  /** Aborts `request.signal`: the visitor has left before the answer to a form. */
  leave: (() => void) | undefined;
  /** The time limit passed: no further action and no handler runs. */
  isAborted = false;
  /** The queue of the page that is rendered again. Undefined in a load. */
  queue: RenderQueue | undefined;
  /** Fastify's id of the handshake by whose connection the event came. Undefined in a load. */
  connection: string | undefined;
  /** URL of a load. */
  requestUrl = '/';
  /** URL of a re-render, with the params of the page or of a form. */
  renderUrl: string | undefined;
  /** Set for a page whose panel is open. */
  times: RenderTimes | undefined;
  /** Fastify's id of the request. */
  requestId = '';
  /** The route's own request; undefined until its handler is reached or an error is handled. */
  request: FastifyRequest | undefined;
  /** The route's declaration; undefined until its handler is reached. */
  declaration: RouteDeclaration | undefined;

  /** @param id undefined in a load: it gets its id by `takeToken`, or when it is read before */
  constructor(
    id: string | undefined,
    page: RequestState['page'],
    actions: readonly IssrAction[] = [],
    hooksOnly = false,
  ) {
    this.#id = id;
    this.page = page;
    this.hooksOnly = hooksOnly;
    this.actions = actions;
    this.action = actions[0] ?? null;
  }

  get id(): string {
    this.#id ??= randomUUID();
    return this.#id;
  }

  /** Gives a load an id that is signed already. Returns its token, or undefined if the author's code has read another id. */
  takeToken(ids: SignedIds): string | undefined {
    if (this.#id !== undefined) return undefined;
    const { id, token } = ids.take();
    this.#id = id;
    return token;
  }

  get firstTime(): boolean {
    return this.page === null;
  }

  /** The route's hooks let the request through to its handler. */
  get reachedHandler(): boolean {
    return this.declaration !== undefined;
  }

  get errors(): Record<string, string> {
    if (this.#errors) return this.#errors;
    const shown = [...this.invalid].filter(([name]) => this.memory?.isTouched(name));
    return toRecord(shown.map(([name, message]) => [name, message()]));
  }

  /** Keeps the messages as they are now. Hooks and actions, which may choose a language, have run. */
  keepErrors(): void {
    if (this.invalid.size > 0) this.#errors = this.errors;
  }

  get raw(): Record<string, ParamValue | undefined> {
    this.#raw ??= toRecord(paramsOfUrl(this.renderUrl ?? this.requestUrl));
    return this.#raw;
  }

  /** Handlers redirect to it. `//page` would be another host there, and `/.//page` is the same address. */
  get url(): string {
    const url = this.prefetchUrl ?? this.page?.address ?? this.requestUrl;
    return url.startsWith('//') ? `/.${url}` : url;
  }

  get flashes(): readonly Flash[] {
    return [...(this.memory?.flashes ?? NO_FLASHES), ...this.#receive(), ...this.#added];
  }

  #receive(): readonly Flash[] {
    this.#received ??= this.flashCookies?.read(this.cookies) ?? NO_FLASHES;
    return this.#received;
  }

  /** Flashes that the page goes on showing after this answer. The handler's own are added at each render. */
  get lastingFlashes(): readonly Flash[] {
    const kept = this.memory?.flashes ?? NO_FLASHES;
    return this.#received?.length ? [...kept, ...this.#received] : kept;
  }

  /** Set if other pages may get the HTML of this render. Flashes are for one visitor, late parts for one page. */
  get shareable(): ShareableRender | undefined {
    return this.lastingFlashes.length === 0 && !this.late ? this.share : undefined;
  }

  flash(message: string, kind = 'info'): void {
    const memory = this.#areKept && this.running?.isFollowed ? this.memory : null;
    const before = memory?.flashes ?? this.#added;
    const added = [...before, { message: String(message), kind: String(kind) }];
    this.flashCookies?.assertRoom(added);
    if (memory) memory.flashes = added;
    else this.#added = added;
  }

  /** Gives the flashes of the page's actions to its memory, so that they stay through pushes. */
  keepFlashes(): void {
    if (!this.memory) return;
    this.#areKept = true;
    this.memory.flashes = this.#fromActions = this.#added;
    this.#added = NO_FLASHES;
  }

  /**
   * Returns the `Set-Cookie` value that a response needs: a redirect carries all flashes, a page that read those of a
   * cookie removes the cookie.
   */
  flashCookie(isRedirect: boolean, isSecure: boolean): string | undefined {
    if (!this.flashCookies) return undefined;
    if (!isRedirect)
      return this.#received?.length ? this.flashCookies.write(NO_FLASHES, isSecure) : undefined;
    const carried = [...this.#receive(), ...this.#fromActions, ...this.#added];
    return carried.length > 0 ? this.flashCookies.write(carried, isSecure) : undefined;
  }

  /** Adds the message of an invalid param. */
  addError(name: string, message: () => string): void {
    this.invalid = new Map(this.invalid).set(name, message);
  }

  watch(...keys: string[]): void {
    this.#interests().watch(keys);
  }

  stop(action: string): void {
    if (!this.prefetch) this.page?.hasRun?.stop(action);
  }

  presence<Item>(key: string, record: Item): Item[] {
    return this.#interests().presence(this.page && this.id, key, record) as Item[];
  }

  #interests(): Interests {
    if (!this.audience) throw new Error('request.issr was not read from a request.');
    this.interests ??= this.audience.createInterests(this.watchGeneration);
    return this.interests;
  }

  /** The answer is the page: not an error, a redirect or another route's body. */
  get isPage(): boolean {
    return this.view === 'rendered' && this.error === undefined && !this.isPlain;
  }
}

/** A field may be named `constructor`: the record inherits no names. */
function toRecord<Value>(entries: Iterable<[name: string, value: Value]>): Record<string, Value> {
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

/** Key of the state on the raw request, which a re-render creates before Fastify makes its own. */
export const kState = Symbol('fastify-issr.state');

export type RawRequest = IncomingMessage & { [kState]?: RequestState };

/** Returns the request's state. A request without one is a load and gets a new id. */
export function stateOf(request: FastifyRequest): RequestState {
  const raw: RawRequest = request.raw;
  if (!raw[kState]) {
    raw[kState] = new RequestState(undefined, null);
    raw[kState].requestUrl = request.originalUrl;
    raw[kState].cookies = request.headers.cookie;
  }
  return raw[kState];
}

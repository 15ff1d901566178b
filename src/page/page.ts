import type { HtmlStore } from '../html/store/html-store.js';
import type { HandshakeContext } from '../http/virtual-http.js';
import type { LateParts } from '../late/late-parts.js';
import { addressKey } from '../limits/address-key.js';
import type { ResolvedOptions } from '../options/options.js';
import { PageParams } from '../params/page-params.js';
import {
  assertParams,
  changeParams,
  limitParams,
  type Params,
  pathOf,
  type RouteNames,
  setParams,
  urlWithParams,
} from '../params/params.js';
import type { ActionEntries, ParamChange, ParamEntries, ParamValue, ServerMessage } from '../protocol.js';
import { RunningActions, type RunningLimits } from '../running/running-actions.js';
import type { DisconnectReason, IssrPage, PageData } from '../types/issr-page.js';
import type { PageConnection } from './output/page-connection.js';
import { PageOutput } from './output/page-output.js';
import type { ShadowHtml } from './output/shadow-html.js';
import { PageMemory } from './page-memory.js';
import { PagePlace } from './page-place.js';
import type { PageEvent, RenderQueue } from './render-queue.js';

/** The part of a page's last render that decides about shared pushes. */
export interface SharedState {
  /** Number of its handler's begin: a later one saw later data. */
  readonly number: number;
}

/** The services a page calls. */
export interface PageHost {
  readonly options: ResolvedOptions;
  readonly store: HtmlStore;
  /** Pages that get each other's renders: `shares.ts`. */
  readonly shares: {
    push(page: Page, since?: number): Promise<void> | undefined;
  };
  /** Limits of the page's running actions. */
  readonly runningLimits: RunningLimits;
  /** Returns the queue of the page's events and pushes: `page-work.ts`. */
  createQueue(page: Page): RenderQueue;
  /** Returns a new secret of a page, which tells other processes where the page is. */
  createSecret(): string;
  close(page: Page, reason: DisconnectReason): void;
}

/** `connected ⇄ detached → closed`. A page that has not joined yet is not a `Page`: see `unjoined-pages.ts`. */
export type PageState = 'connected' | 'detached' | 'closed';

/** A page at its join. */
export interface PageIdentity {
  id: string;
  url: string;
  params: Params;
  ip: string;
}

/** The server's record of one open browser tab. */
export class Page implements IssrPage {
  readonly id: string;
  /** Known to the joined document only. Another holder of the page's token cannot resume this page. */
  readonly secret: string;
  /** IP address of the first connection, for `maxPagesPerIp`. */
  readonly ip: string;
  /** The key under which the limits of one address count. */
  readonly ipKey: string;
  /** Characters that count for `maxHeldLength`. */
  held = 0;
  readonly data: PageData = {};
  readonly queue: RenderQueue;
  readonly memory: PageMemory;
  readonly place: PagePlace;
  readonly output: PageOutput;
  #running: RunningActions | undefined;
  /** The page's last render of its own, if its next push may be shared: see `shares.ts`. */
  share: SharedState | undefined;
  /** Number of the last visit that arrived. */
  lastVisit = 0;
  /** Id of the last cookie ticket issued to this page. */
  ticket = '';
  /** Its panel is open: renders are measured. */
  isDebugged = false;
  /** Mistakes of authors that its panel has, counted from the start of the process. */
  knownMistakes = 0;
  /** Parts that load later, as the last successful render named them. */
  late: LateParts | undefined;
  readonly #host: PageHost;
  readonly #params: PageParams;
  #state: PageState = 'detached';
  #peer: HandshakeContext;
  #lastReceivedEvent = 0;
  #missedPush = false;
  #lossTimer: NodeJS.Timeout | undefined;

  constructor({ id, url, params, ip }: PageIdentity, connection: PageConnection, host: PageHost) {
    this.id = id;
    this.ip = ip;
    this.ipKey = addressKey(ip);
    this.secret = host.createSecret();
    this.place = new PagePlace(url);
    this.output = new PageOutput(host.store);
    this.#params = new PageParams(params);
    this.memory = new PageMemory(host.options);
    this.#peer = connection.peer;
    this.#host = host;
    this.queue = host.createQueue(this);
    this.connect(connection);
  }

  get path(): string {
    return this.place.path;
  }

  /** The URL in the address bar, without a proxy's prefix. */
  get address(): string {
    return this.place.address;
  }

  get params(): Params {
    return this.#params.current;
  }

  get state(): PageState {
    return this.#state;
  }

  /** The handshake of the current connection, with cookies kept up to date. */
  get peer(): HandshakeContext {
    return this.#peer;
  }

  /** The record of the browser's shadow, with all changes so far. */
  get shadow(): ShadowHtml {
    return this.output.shadow;
  }

  /** The browser reads too slowly for patches. */
  get isBehind(): boolean {
    return this.output.connection?.isBehind ?? false;
  }

  /** Number of the last event whose render began. */
  get lastAnsweredEvent(): number {
    return this.output.lastAnsweredEvent;
  }

  /** Number of the last queued event. */
  get lastReceivedEvent(): number {
    return this.#lastReceivedEvent;
  }

  /** Starts to use a connection: the first one, or the one after a drop. Ends an older one. */
  connect(connection: PageConnection, replaced?: { code: number; reason: string }): void {
    this.output.connect(connection, replaced);
    clearTimeout(this.#lossTimer);
    this.#lossTimer = undefined;
    this.#peer = connection.peer;
    this.#state = 'connected';
    this.share = undefined;
  }

  isConnectedBy(connection: PageConnection): boolean {
    return this.output.connection === connection;
  }

  /** Params that this process assigned and the browser has not confirmed. */
  unconfirmedParams(): ParamEntries {
    return this.#params.unconfirmed();
  }

  /** Params were assigned and not sent. */
  get hasUnsentState(): boolean {
    return this.#params.hasUnsent;
  }

  /** Waits for another connection after a drop, for `resumeWindow` milliseconds. */
  suspend(): void {
    this.output.disconnect();
    this.#state = 'detached';
    const { resumeWindow } = this.#host.options;
    this.#lossTimer = setTimeout(() => this.#host.close(this, 'lost'), resumeWindow).unref();
  }

  /** Forgets a push that was missed while detached. Returns whether there was one. */
  takeMissedPush(): boolean {
    const missed = this.#missedPush;
    this.#missedPush = false;
    return missed;
  }

  close(): void {
    this.#host.close(this, 'closed');
  }

  /** Marks the page as closed. Returns false if it was closed before. */
  markClosed(): boolean {
    if (this.#state === 'closed') return false;
    this.output.flush();
    this.#state = 'closed';
    void this.queue.stop();
    clearTimeout(this.#lossTimer);
    return true;
  }

  get isConnected(): boolean {
    return this.#state === 'connected';
  }

  /** Actions that go on after the answer to their event. */
  get running(): RunningActions {
    this.#running ??= new RunningActions(this, this.#host.runningLimits);
    return this.#running;
  }

  /** The same, if the page ever had one. */
  get hasRun(): RunningActions | undefined {
    return this.#running;
  }

  /** Takes the late parts of a render that was sent. */
  replaceLate(late: LateParts | undefined): void {
    if (this.late !== late) this.late?.close();
    this.late = late;
    late?.attach(() => void this.renderPush());
  }

  /** Releases the HTML and ends the connection of a closed page. */
  release(code: number, reason: string): void {
    this.replaceLate(undefined);
    this.#running?.leave();
    this.output.release(code, reason);
  }

  rr(params?: Record<string, ParamValue>): Promise<void> {
    assertParams(params);
    return this.push(params);
  }

  /** @param since see `Shares.push` */
  push(params: Record<string, ParamValue> = {}, since?: number): Promise<void> {
    const entries = Object.entries(params);
    this.#params.assign(entries);
    const { isRunning } = this.queue;
    const isShareable = this.#state === 'connected' && !this.#params.hasUnsent;
    const pushed =
      (isShareable ? this.#host.shares.push(this, since) : undefined) ?? this.renderPush(entries.length > 0);
    return isRunning || !pushed ? Promise.resolve() : pushed;
  }

  /**
   * Renders this page by itself, or notes that it missed a push.
   *
   * @param hasNewParams see `RenderQueue.requestRender`
   */
  renderPush(hasNewParams = false): Promise<void> | undefined {
    if (this.#state === 'connected') return this.queue.requestRender(hasNewParams);
    this.#missedPush = true;
    return undefined;
  }

  /** Continues the numbering of a page whose record is not in this process. */
  continueFrom(event: number, patchCount: number): void {
    this.output.lastAnsweredEvent = this.#lastReceivedEvent = event;
    this.shadow.continueFrom(patchCount);
  }

  /** An event was queued. */
  received(event: number): void {
    this.#lastReceivedEvent = event;
  }

  /** Applies an event before its render. Returns false if the page broke a limit and was closed. */
  begin(event: PageEvent): boolean {
    this.output.flush();
    this.output.lastAnsweredEvent = event.number;
    this.place.setTarget(event.url);
    if (!this.place.target) this.memory.touchAll(event);
    return this.change(event.change);
  }

  /** Applies changed params. Returns false if the page broke a limit and was closed. */
  change(change: ParamChange): boolean {
    this.share = undefined;
    const { target } = this.place;
    const params = target?.params ?? this.params;
    if (!target) this.memory.keepFormer(params, change);
    changeParams(params, change);
    if (!target) this.#params.confirm(change[0]);
    return this.#keepsLimits(params);
  }

  #keepsLimits(params: Params): boolean {
    try {
      limitParams(params, this.#host.options);
      return true;
    } catch (error) {
      this.output.connection?.refuse(error);
      this.close();
      return false;
    }
  }

  /** Length of the URL of a re-render, which a render has to build and to parse. */
  get renderLength(): number {
    return this.address.length + this.params.encodedLength;
  }

  /** The URL that the next render requests. */
  urlWith(actions: ActionEntries): string {
    const { target, path } = this.place;
    return urlWithParams(target ? pathOf(target.url) : path, target?.params ?? this.params, actions);
  }

  /**
   * Completes a visit: the hooks of the route let the page in. Its state is that of the new URL. Returns false if
   * the page was not on a visit.
   */
  arrive(): boolean {
    const params = this.place.arrive();
    if (!params) return false;
    this.lastVisit = this.lastAnsweredEvent;
    this.#params.reset(params);
    this.#leaveActions();
    this.memory.reset();
    return true;
  }

  #leaveActions(): void {
    this.#running?.leave();
    this.#running?.sendList();
  }

  /** The page stays where it was, if the route of a visit did not let it in. */
  stay(): void {
    this.place.setTarget(undefined);
  }

  /**
   * Replaces the params by those of a join. If the page may have missed a message, params that this
   * process assigned are sent again.
   */
  replaceParams(params: Params, mayHaveMissed: boolean): void {
    this.memory.keepFormer(this.params, [[], [...this.params.keys()]]);
    this.#params.replace(params, mayHaveMissed);
  }

  /**
   * Assigns actions whose name is state: a param of the page, or a name that the route declares. The
   * browser is informed of the latter, which it does not know yet. Returns false if the page broke a limit
   * and was closed.
   */
  assign(actions: ActionEntries, names: RouteNames | undefined): boolean {
    if (actions.length === 0) return true;
    const commands = names?.actions;
    const assigned = actions.filter(([name]) => !commands?.has(name));
    const declared = assigned.filter(([name]) => !this.params.has(name) && names?.state.has(name));
    this.#params.assign(declared);
    setParams(
      this.params,
      assigned.filter(([name]) => this.params.has(name)),
    );
    return this.#keepsLimits(this.params);
  }

  /** Sends the URL that mirrors the params, if it changed. Back undoes a command, but not typing. */
  mirror(names: RouteNames | undefined, isCommand: boolean): void {
    this.place.setMirror(names?.url, isCommand ? 'push' : 'replace');
    this.#sendAddress();
  }

  /** Applies params that a patch changed. The address follows with a patch that changes nothing. */
  changeByPatch(change: ParamChange): void {
    if (this.change(change) && this.#sendAddress()) this.output.sendEmptyPatch();
  }

  #sendAddress(): boolean {
    const changed = this.place.mirror(this.params);
    if (changed) this.send(['url', ...changed]);
    return !!changed;
  }

  /** Sends the params that were assigned since the last answer of the route. */
  sendState(): void {
    if (this.#params.hasUnsent && this.output.connection) this.send(['state', this.#params.takeUnsent()]);
  }

  /** Makes the browser fetch cookies by a one-time ticket. */
  sendTicket(ticket: string): void {
    this.ticket = ticket;
    this.send(['cookies', ticket]);
  }

  send(message: ServerMessage): void {
    this.output.send(message);
  }
}

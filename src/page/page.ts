import type { StoredHtml } from '../html/store/stored-html.js';
import type { HandshakeContext } from '../http/virtual-http.js';
import type { Semaphore } from '../limits/semaphore.js';
import { TokenBucket } from '../limits/token-bucket.js';
import type { ResolvedOptions } from '../options/options.js';
import type { ActionEntries, ParamChange, ParamEntries, ParamValue, ServerMessage } from '../protocol.js';
import type { IssrPage } from '../types/issr-page.js';
import { mirrorParams } from './mirrored-url.js';
import {
  changeParams,
  limitParams,
  Params,
  paramsOfUrl,
  pathOf,
  type RouteNames,
  setParams,
} from './params.js';
import { type PageEvent, RenderQueue } from './render-queue.js';

/** What a page needs of its connection. */
export interface PageConnection {
  readonly isBehind: boolean;
  send(message: ServerMessage): void;
  /** A `patch`, its instructions as a stored step has them. */
  sendPatch(event: number, patch: string): void;
  end(code: number, reason: string): void;
  /** Ends because of what the page did. */
  refuse(error: unknown): void;
}

/** What a page needs of those who keep it. */
export interface PageHost {
  readonly options: ResolvedOptions;
  readonly renders: Semaphore;
  render(page: Page, event: PageEvent | null): Promise<void>;
  close(page: Page): void;
  /** The page did what it may not: `error` says what. */
  refuse(page: Page, error: unknown): void;
}

/**
 * `connected ⇄ detached → closed`. A page that is rendered and has not joined yet is no `Page`, only
 * its HTML in `pages.ts`.
 */
export type PageState = 'connected' | 'detached' | 'closed';

export class Page implements IssrPage {
  readonly id: string;
  readonly data: Record<string, unknown> = {};
  readonly queue: RenderQueue;
  /** Of its first connection; counted by. */
  ip = '';
  path: string;
  /** What the address bar shows, without a proxy's prefix. */
  address: string;
  params: Params;
  peer: HandshakeContext;
  state: PageState = 'connected';
  connection: PageConnection | null;
  /** The HTML that the browser's shadow has; undefined when it is unknown or was evicted. */
  html: StoredHtml | undefined;
  /** The number of its last event that was begun or answered. */
  lastAnsweredEvent = 0;
  /** The number of the last event that came: it has run, or will. */
  lastReceivedEvent = 0;
  /** How many `patch` and `page` messages it was sent. */
  patchCount = 0;
  /** The last one for cookies that it set. */
  ticket = '';
  /** A change was left out, as the browser reads too slowly. */
  needsFullRender = false;
  /** A push came while it was detached. */
  missedPush = false;
  /** Set while detached: when it fires, the page is lost. */
  lossTimer: NodeJS.Timeout | undefined;
  readonly #keeper: PageHost;
  /** The names whose value is this process's and not the browser's. */
  readonly #assigned = new Set<string>();

  constructor(id: string, url: string, peer: HandshakeContext, link: PageConnection, keeper: PageHost) {
    this.id = id;
    this.path = pathOf(url);
    this.address = url;
    this.params = paramsOfUrl(url);
    this.peer = peer;
    this.connection = link;
    this.queue = new RenderQueue(
      { render: (event) => keeper.render(this, event), change: (change) => this.change(change) },
      new TokenBucket({ perSecond: keeper.options.maxEventsPerSecond, burst: keeper.options.maxEventBurst }),
      keeper.renders,
    );
    this.#keeper = keeper;
  }

  async rr(params: Record<string, ParamValue> = {}): Promise<void> {
    this.#assign(Object.entries(params));
    if (this.state !== 'connected') {
      this.missedPush = true;
      return;
    }
    const { isRunning } = this.queue;
    const pushed = this.queue.requestRender();
    if (!isRunning) await pushed;
  }

  close(): void {
    this.#keeper.close(this);
  }

  /** The page says what has changed. False: that is too much to keep, and the page is refused. */
  change(change: ParamChange): boolean {
    changeParams(this.params, change);
    for (const [name] of change[0]) this.#assigned.delete(name);
    try {
      limitParams(this.params, this.#keeper.options);
      return true;
    } catch (error) {
      this.#keeper.refuse(this, error);
      return false;
    }
  }

  /**
   * The page joins again and says its params. If it may have missed something, that is what this
   * process assigned: it is said again.
   */
  takeParams(entries: ParamEntries, mayHaveMissed: boolean): void {
    const before = this.params;
    this.params = setParams(new Params(), entries);
    if (mayHaveMissed) this.#assign(Array.from(this.#assigned, (name) => [name, before.get(name) ?? '']));
  }

  /** Another address in the same page: its state begins anew from that URL. */
  visit(url: string): void {
    this.path = pathOf(url);
    this.address = url;
    this.params = paramsOfUrl(url);
  }

  /**
   * An action whose name is state assigns it: the page bears the name, or the route declares it. Of
   * the latter the browser does not know yet.
   */
  assign(actions: ActionEntries, names: RouteNames | undefined): void {
    const commands = names?.actions;
    const assigned = actions.filter(([name]) => !commands?.has(name));
    const declared = assigned.filter(([name]) => !this.params.has(name) && names?.state.has(name));
    this.#assign(declared);
    setParams(
      this.params,
      assigned.filter(([name]) => this.params.has(name)),
    );
  }

  /** Tells the browser of the address that mirrors the params now. A command is a step that Back undoes; typing is not. */
  mirror(names: RouteNames | undefined, isCommand: boolean): void {
    if (!names || names.url.length === 0) return;
    const address = mirrorParams(this.address, names.url, this.params);
    if (address === this.address) return;
    this.address = address;
    this.send(['url', address, isCommand ? 'push' : 'replace']);
  }

  /** Assigns what the browser does not know of, and tells it. */
  #assign(entries: ParamEntries): void {
    setParams(this.params, entries);
    for (const [name] of entries) this.#assigned.add(name);
    if (entries.length > 0) this.send(['state', entries]);
  }

  send(message: ServerMessage): void {
    this.connection?.send(message);
  }

  /** The instructions that change the shadow to `html`. */
  sendPatch(patch: string, html: StoredHtml): void {
    this.#change(html);
    this.connection?.sendPatch(this.lastAnsweredEvent, patch);
  }

  /** The whole page that `html` stores. */
  sendWhole(text: string, html: StoredHtml): void {
    this.#change(html);
    this.send(['page', this.lastAnsweredEvent, text]);
  }

  #change(html: StoredHtml): void {
    this.html = html;
    this.needsFullRender = false;
    this.patchCount++;
  }
}

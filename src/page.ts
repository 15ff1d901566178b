import { mirrorParams } from './address.js';
import type { Peer } from './exchange.js';
import type { StoredHtml } from './html/store.js';
import { changeParams, type Params, paramsOfUrl, pathOf, type RouteNames, setParams } from './params.js';
import type { ActionEntries, ParamValue, ServerMessage } from './protocol.js';
import { type PageEvent, RenderQueue } from './queue.js';

/** One open browser page. */
export interface IssrPage {
  /** Unguessable, the same for the page's life, reconnects included. */
  readonly id: string;
  /** The path of its URL, without the query. */
  readonly path: string;
  /** Its state: the URL's query and its named elements' values. */
  readonly params: ReadonlyMap<string, ParamValue>;
  /** For the author: kept until the page is forgotten, in this process only. */
  readonly data: Record<string, unknown>;
  /** Renders it again, with `params` assigned to its state. Resolves when the change has been sent. */
  rr(params?: Record<string, ParamValue>): Promise<void>;
  /** Ends its connection and forgets it. */
  close(): void;
}

/** What a page needs of its connection. */
export interface PageLink {
  send(message: ServerMessage): void;
  end(code: number, reason: string): void;
}

/** What a page needs of those who keep it. */
export interface PageKeeper {
  render(page: Page, event: PageEvent | null): Promise<void>;
  close(page: Page): void;
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
  path: string;
  /** What the address bar shows, without a proxy's prefix. */
  address: string;
  params: Params;
  peer: Peer;
  state: PageState = 'connected';
  link: PageLink | null;
  /** The HTML that the browser's shadow has; undefined when it is unknown or was evicted. */
  html: StoredHtml | undefined;
  /** The number of its last event that was answered. */
  event = 0;
  /** The number of the last event that came: it has run, or will. */
  lastQueued = 0;
  /** How many `patch` and `page` messages it was sent. */
  patches = 0;
  /** A push came while it was detached. */
  missed = false;
  /** Set while detached: when it fires, the page is lost. */
  lossTimer: NodeJS.Timeout | undefined;
  readonly #keeper: PageKeeper;

  constructor(id: string, url: string, peer: Peer, link: PageLink, keeper: PageKeeper) {
    this.id = id;
    this.path = pathOf(url);
    this.address = url;
    this.params = paramsOfUrl(url);
    this.peer = peer;
    this.link = link;
    this.queue = new RenderQueue({
      render: (event) => keeper.render(this, event),
      change: (change) => changeParams(this.params, change),
    });
    this.#keeper = keeper;
  }

  async rr(params: Record<string, ParamValue> = {}): Promise<void> {
    const entries = Object.entries(params);
    setParams(this.params, entries);
    if (entries.length > 0) this.send(['state', entries]);
    if (this.state === 'connected') await this.queue.push();
    else this.missed = true;
  }

  close(): void {
    this.#keeper.close(this);
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
    setParams(this.params, declared);
    if (declared.length > 0) this.send(['state', declared]);
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

  send(message: ServerMessage): void {
    this.link?.send(message);
  }

  /** A message that changes the shadow to `html`. */
  sendChange(message: ServerMessage, html: StoredHtml): void {
    this.html = html;
    this.patches++;
    this.send(message);
  }
}

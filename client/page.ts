import {
  CloseCode,
  Endpoint,
  EndpointQuery,
  type Instruction,
  type PageError,
  type QueueWindow,
  type ServerMessage,
} from '../src/protocol.js';
import { Connection } from './connection/connection.js';
import { load } from './connection/load.js';
import { reload } from './connection/reload.js';
import { createOpener } from './connection/transports/fallback.js';
import { EventQueue } from './events/event-queue.js';
import { Address, type Visit } from './history.js';
import { collect, type Params } from './params.js';
import { createPatcher, type Patcher } from './patch/patcher.js';
import type { RrRequest } from './rr/request.js';
import type { Site } from './site.js';
import { report } from './ui/console.js';
import { dispatch } from './ui/dom-events.js';
import { showStatus } from './ui/indicators.js';

/** The limit of browsers: https://fetch.spec.whatwg.org/#http-redirect-fetch */
const MAX_REDIRECTS = 20;

/** The open page: receives the server's messages and passes each to the part that handles it. */
export class Page {
  readonly #site: Site;
  readonly #patcher: Patcher;
  readonly #address: Address;
  readonly #connection: Connection;
  readonly #events: EventQueue;
  readonly #onChange: () => void;
  /** Messages of this connection that wait, in order, for the part of the script that the first one needs. */
  #inbox: ServerMessage[] = [];
  #isPaused = false;
  /** The number of `patch` and `page` messages received. */
  #patches = 0;
  /** `missedPatch`: the shadow lacks a patch. `resyncing`: the whole page was requested, and no patch applies before it arrives. */
  #sync: 'ok' | 'missedPatch' | 'resyncing' = 'ok';
  /** The mirrored address, received before the change that it belongs to. */
  #mirror: Visit | undefined;
  /** The part that shows errors to the author, fetched at the first error. */
  #overlay: Promise<typeof import('./ui/overlay.js')> | undefined;
  /** The site's other tabs, which learn here that the browser's cookies may have changed. */
  readonly #tabs = new BroadcastChannel('issr');
  /** The part that ends visits, fetched with the first. */
  #visits: Promise<typeof import('./visits/arrive.js')> | undefined;
  /** Tickets are fetched in order, because the last of two equal cookies counts. A load waits for them. */
  #cookies: Promise<unknown> = Promise.resolve();

  /** @param onChange after each change of the page */
  constructor(site: Site, onChange: () => void) {
    this.#site = site;
    this.#patcher = createPatcher(() => site.loadModule('morph'));
    this.#onChange = onChange;
    this.#address = new Address(
      (visit) => this.#visit(visit),
      () => !!this.#events.list.pendingVisit(),
    );
    this.#connection = new Connection(
      site.endpoint(Endpoint.connection),
      site.pingInterval,
      createOpener(() => site.loadModule('http')),
      {
        onOpen: () => this.#connection.send(this.#events.join(this.#patches)),
        onMessage: (message) => {
          this.#inbox.push(message);
          this.#receiveAll();
        },
        onClose: (code) => this.#onLost(code),
      },
    );
    this.#events = new EventQueue(site, this.#patcher, this.#address, (message) =>
      this.#connection.send(message),
    );
    this.#connection.open();
    this.#tabs.onmessage = () => this.#fetchCookies('');
    this.#tabs.postMessage(0);
  }

  send(request: RrRequest): Promise<void> {
    if (request.visit) this.#visits ??= this.#site.loadModule('visits');
    const answered = this.#events.send(request);
    this.#connection.wake();
    return answered;
  }

  /** Called when the network is back or the tab is visible again. */
  wake(): void {
    this.#connection.check();
    // Another tab may have changed the cookies, and a connection keeps those of its handshake.
    this.#fetchCookies('');
  }

  leave(isForGood: boolean): void {
    if (isForGood) {
      this.#events.reportUnsent();
      this.#connection.send(['bye']);
    }
    this.#connection.close();
  }

  /** Keeps the connection if a message is malformed or its handling fails. */
  #receiveAll(): void {
    while (this.#inbox[0] && !this.#isPaused) {
      const due = this.#patcher.prepare(this.#inbox[0], this.#completesVisit(this.#inbox[0]));
      if (due) return this.#pause(due);
      try {
        this.#receive(this.#inbox.shift() as ServerMessage);
      } catch (error) {
        report('ISSR_MESSAGE', 'fastify-issr', error);
      }
    }
  }

  #completesVisit([, event]: ServerMessage): boolean {
    return typeof event === 'number' && !!this.#events.list.pendingVisit(event);
  }

  /** Messages wait. Without the part that they need, only a load shows the page as it is. */
  #pause(due: Promise<unknown>): void {
    this.#isPaused = true;
    due
      .catch((error) => {
        report('ISSR_PART', 'network', error);
        this.#inbox = [];
        reload();
      })
      .then(() => {
        this.#isPaused = false;
        this.#receiveAll();
      });
  }

  #receive(message: ServerMessage): void {
    switch (message[0]) {
      case 'joined':
        [, , , this.#site.secret, this.#site.token] = message;
        return this.#onJoined(message[1], message[2], message[5]);
      case 'base':
        return this.#patcher.base(message[1]);
      case 'patch': {
        const [, event, ...instructions] = message;
        return this.#onPatch(event, instructions);
      }
      case 'page': {
        const [, event, html] = message;
        this.#sync = 'ok';
        return this.#change(event, html);
      }
      case 'redirect':
        return this.#onRedirect(message[1], this.#site.toBrowser(message[2]), message[3]);
      case 'url':
        this.#mirror = { url: this.#site.toBrowser(message[1]), mode: message[2] };
        return;
      case 'state':
        return this.#events.ledger.assign(message[1]);
      case 'cookies':
        return this.#fetchCookies(`?${EndpointQuery.ticket}=${encodeURIComponent(message[1])}`);
      case 'error':
        return this.#onError(message[1], message[2]);
      case 'closing':
        this.#events.list.onClosing(message[1]);
        this.#connection.spread = message[2];
        this.#onLost(CloseCode.goingAway);
        return;
      case 'reload':
        return reload();
    }
  }

  #onJoined(event: number, isResumed: boolean, window?: QueueWindow): void {
    showStatus('connected');
    idle(() => this.#patcher.prepare()?.catch((error) => report('ISSR_PART', 'network', error)));
    this.#events.onJoined(event, isResumed, window);
    if (this.#sync !== 'ok') this.#resync();
    dispatch('connect', {});
  }

  /**
   * A hidden page keeps its status: the browser drops its connection, which is back before the tab is visible.
   * A page that was replaced waits for its visitor: two tabs with one token would replace each other for ever.
   */
  #onLost(code: number): boolean {
    this.#inbox = [];
    const comesBack = this.#events.onRefused(code) && code !== CloseCode.replaced;
    const wasJoined = this.#events.onLost();
    if (!document.hidden) showStatus(comesBack && navigator.onLine ? 'reconnecting' : 'offline');
    if (wasJoined) dispatch('disconnect', {});
    return comesBack;
  }

  #onPatch(event: number, instructions: Instruction[]): void {
    if (this.#sync === 'ok') {
      this.#change(event, instructions);
      return;
    }
    this.#patches++;
    if (this.#sync === 'missedPatch') this.#resync();
  }

  #resync(): void {
    this.#sync = 'resyncing';
    this.#connection.send(['resync']);
  }

  /** Applies one change of the page. The address goes first, because links resolve against it. */
  #change(event: number, news: Instruction[] | string): void {
    this.#patches++;
    if (!dispatch('before-patch', { event }, true)) {
      this.#sync = 'missedPatch';
      this.#events.resolve(this.#events.dequeueAnswered(event));
      return;
    }
    const visit = this.#events.list.pendingVisit(event);
    const from = this.#address.shown;
    if (this.#mirror && this.#events.list.answersSubmit(event)) this.#mirror.mode = 'push';
    this.#address.follow(visit, this.#mirror);
    this.#mirror = undefined;
    const params = collect();
    const finish = (isWhole: boolean): void => {
      // The whole page follows, as the answer to the same event.
      if (isWhole) this.#finishChange(event, params, visit, from);
      else this.#resync();
    };
    if (visit) {
      const shown = this.#patcher.visit(event, news).then(finish);
      this.#pause(shown.catch((error) => report('ISSR_MESSAGE', 'fastify-issr', error)));
    } else if (typeof news === 'string') {
      this.#patcher.page(event, news);
      finish(true);
    } else finish(this.#patcher.patch(event, news));
  }

  #finishChange(event: number, params: Params, visit: Visit | undefined, from: URL): void {
    const answered = this.#events.dequeueAnswered(event);
    this.#events.assignActions(answered);
    this.#events.sendParams(visit ? new Map() : params);
    this.#overlay?.then(
      ({ onGoodAnswer }) => onGoodAnswer(event),
      () => {},
    );
    this.#onChange();
    this.#events.resolve(answered);
    dispatch('patch', { event });
    if (visit) void this.#arrive(visit, from);
  }

  #onRedirect(event: number, url: URL, isInPlace: boolean): void {
    const due = this.#events.list.pendingVisit(event);
    const redirects = (due?.redirects ?? 0) + 1;
    const answered = this.#events.dequeueAnswered(event);
    const finish = () => this.#events.resolve(answered);
    if (redirects > MAX_REDIRECTS) {
      report('ISSR_REDIRECTS', 'app', url.href);
      this.#events.isAway = true;
      finish();
    } else if (isInPlace) {
      const mode = due?.mode === 'pop' ? 'replace' : 'push';
      void this.#visit({ url, mode, redirects }).then(finish);
    } else if (/^https?:$/.test(url.protocol))
      void this.#cookies.then(() => this.#load(url, due)).then(finish);
    else finish();
  }

  #visit(visit: Visit): Promise<void> {
    return this.send({ actions: [], named: [], elements: [], visit });
  }

  /** @param visit the visit that ends here. If the page stays, the server must be brought back to it. */
  async #load(url: URL, visit: Visit | undefined): Promise<void> {
    if (visit) this.#events.isAway = true;
    await load(url);
    if (this.#events.isAway) await this.#visit({ url: this.#address.shown, mode: 'replace' });
  }

  async #arrive(visit: Visit, from: URL): Promise<void> {
    const scroll = this.#address.scrollOf(visit.entry);
    const part = await this.#visits?.catch(() => undefined);
    part?.arrive(visit, from, scroll);
  }

  #fetchCookies(query: string): void {
    const url = this.#site.endpoint(Endpoint.cookies + query);
    const { token, secret } = this.#site;
    const fetched = () => fetch(url, { method: 'POST', body: `${token} ${secret}`, keepalive: true });
    this.#cookies = this.#cookies
      .then(fetched)
      .then(() => query && this.#tabs.postMessage(0))
      .catch((error) => report('ISSR_COOKIES', 'network', error));
  }

  /** A visit that fails is loaded: the visitor left the old page, and the server's own error page shows. */
  #onError(event: number, error: PageError): void {
    const visit = this.#events.list.pendingVisit(event);
    const answered = this.#events.dequeueAnswered(event);
    const details = [`${error.status}, request ${error.requestId}`, error.stack ?? error.message ?? ''];
    if (error.code) report('ISSR_LIMIT', 'page author', error.code, ...details);
    else report('ISSR_APP', 'app', ...details);
    if (error.message) {
      this.#overlay ??= this.#site.loadModule('overlay');
      this.#overlay.then(
        ({ showOverlay }) => showOverlay(answered.length > 0 ? event : -1, error),
        (cause) => report('ISSR_PART', 'network', cause),
      );
    }
    this.#events.resolve(answered);
    dispatch('error', { event, ...error });
    if (visit) void this.#load(visit.url, visit);
  }
}

/** Safari has no `requestIdleCallback`. */
const idle = (job: () => void): unknown =>
  'requestIdleCallback' in window ? requestIdleCallback(job) : setTimeout(job, 1000);

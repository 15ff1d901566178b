import { CloseCode, type Instruction, type PageError, type ServerMessage } from '../src/protocol.js';
import { Connection } from './connection/connection.js';
import { reload } from './connection/reload.js';
import { openLink } from './connection/transports/fallback.js';
import { EventQueue } from './events/event-queue.js';
import { Address, type Visit } from './history.js';
import { collect } from './params.js';
import { createPatcher } from './patch/patcher.js';
import type { Request } from './rr/request.js';
import type { Site } from './site.js';
import { signal } from './ui/dom-events.js';
import { showStatus } from './ui/indicators.js';

/** The open page: what the server says, and who is to do it. */
export class Page {
  readonly #site: Site;
  readonly #patcher = createPatcher();
  readonly #address: Address;
  readonly #connection: Connection;
  readonly #events: EventQueue;
  readonly #onChange: () => void;
  /** How many `patch` and `page` messages came. */
  #patches = 0;
  /** The shadow lacks a patch. `asked`: the whole page is under way, and no patch fits until it is here. */
  #gap: 'none' | 'open' | 'asked' = 'none';
  /** The address that comes with the next change. */
  #mirror: Visit | undefined;
  /** What shows errors to an author; fetched with the first. */
  #overlay: Promise<typeof import('./ui/overlay.js')> | undefined;
  /** Tickets are fetched one after the other, as the last of two equal cookies counts; a load waits for them. */
  #cookies: Promise<unknown> = Promise.resolve();

  /** @param onChange after each change of the page */
  constructor(site: Site, onChange: () => void) {
    this.#site = site;
    this.#onChange = onChange;
    this.#address = new Address(
      (visit) => this.ask({ actions: [], named: [], elements: [], visit }),
      () => !!this.#events.visitDue(),
    );
    this.#connection = new Connection(site.endpoint('issr'), site.pingInterval, openLink, {
      onOpen: () => this.#connection.send(this.#events.join(this.#patches)),
      onMessage: (message) => this.#onMessage(message),
      onClose: (code) => this.#onLost(code),
    });
    this.#events = new EventQueue(site, this.#patcher, this.#address, (message) =>
      this.#connection.send(message),
    );
    this.#connection.open();
  }

  ask(request: Request): Promise<void> {
    const answered = this.#events.ask(request);
    this.#connection.wake();
    return answered;
  }

  /** The network is back, or the tab is seen again. */
  wake(): void {
    this.#connection.check();
    // Another tab may have changed the cookies, which an open link keeps as they were.
    this.#fetchCookies('', { method: 'POST', body: this.#site.token });
  }

  leave(isForGood: boolean): void {
    if (isForGood) this.#connection.send(['bye']);
    this.#connection.close();
  }

  /** A message that makes no sense, or a fault of ours, must not cost the page its connection. */
  #onMessage(message: ServerMessage): void {
    try {
      this.#receive(message);
    } catch (error) {
      console.error(error);
    }
  }

  #receive(message: ServerMessage): void {
    switch (message[0]) {
      case 'joined':
        return this.#onJoined(message[1], message[2]);
      case 'base':
        return this.#patcher.base(message[1]);
      case 'patch': {
        const [, event, ...instructions] = message;
        return this.#onPatch(event, instructions);
      }
      case 'page': {
        const [, event, html] = message;
        this.#gap = 'none';
        return this.#change(event, () => this.#patcher.page(event, html));
      }
      case 'redirect':
        return this.#onRedirect(message[1], this.#site.toBrowser(message[2]), message[3]);
      case 'url':
        this.#mirror = { url: this.#site.toBrowser(message[1]), mode: message[2] };
        return;
      case 'state':
        return this.#events.assign(message[1]);
      case 'cookies':
        return this.#fetchCookies(`?ticket=${encodeURIComponent(message[1])}`);
      case 'error':
        return this.#onError(message[1], message[2]);
      case 'closing':
        this.#events.onClosing(message[1]);
        this.#connection.spread = message[2];
        this.#onLost(CloseCode.goingAway);
        return;
      case 'reload':
        return reload();
    }
  }

  #onJoined(event: number, isResumed: boolean): void {
    showStatus('connected');
    this.#events.onJoined(event, isResumed);
    if (this.#gap !== 'none') this.#resync();
    signal('connect', {});
  }

  /**
   * A hidden page keeps its status: its link is dropped by the browser, and back before anyone sees it.
   * A page that was replaced waits for its visitor, as two tabs with one token would fight for ever.
   */
  #onLost(code: number): boolean {
    const comesBack = this.#events.onRefused(code) && code !== CloseCode.replaced;
    const wasJoined = this.#events.onLost();
    if (!document.hidden) showStatus(comesBack && navigator.onLine ? 'reconnecting' : 'offline');
    if (wasJoined) signal('disconnect', {});
    return comesBack;
  }

  #onPatch(event: number, instructions: Instruction[]): void {
    if (this.#gap === 'none') {
      this.#change(event, () => {
        if (!this.#patcher.patch(event, instructions)) this.#resync();
      });
      return;
    }
    this.#patches++;
    if (this.#gap === 'open') this.#resync();
  }

  #resync(): void {
    this.#gap = 'asked';
    this.#connection.send(['resync']);
  }

  /** One change of the page, from the address, against which its links are read, to who waits for it. */
  #change(event: number, apply: () => void): void {
    this.#patches++;
    if (!signal('before-patch', { event }, true)) {
      this.#gap = 'open';
      this.#events.finish(this.#events.take(event));
      return;
    }
    const visit = this.#events.visitDue(event);
    const from = this.#address.shown;
    if (this.#mirror && this.#events.submitDue(event)) this.#mirror.mode = 'push';
    this.#address.follow(visit, this.#mirror);
    this.#mirror = undefined;
    const params = collect();
    apply();
    // What does not fit is answered by the whole page, which is the same event's.
    if (this.#gap === 'asked') return;
    const answered = this.#events.take(event);
    this.#events.assignActions(answered);
    this.#events.tellParams(visit ? new Map() : params);
    this.#overlay?.then(({ onGoodAnswer }) => onGoodAnswer(event), console.error);
    this.#onChange();
    this.#events.finish(answered);
    signal('patch', { event });
    if (visit) this.#address.arrive(visit, from);
  }

  #onRedirect(event: number, url: URL, isInPlace: boolean): void {
    const isBack = this.#events.visitDue(event)?.mode === 'pop';
    const answered = this.#events.take(event);
    const finish = () => this.#events.finish(answered);
    if (isInPlace) {
      const visit = { url, mode: isBack ? 'replace' : 'push' } as const;
      void this.ask({ actions: [], named: [], elements: [], visit }).then(finish);
    } else if (/^https?:$/.test(url.protocol)) void this.#cookies.then(() => load(url));
    else finish();
  }

  #fetchCookies(query: string, request?: RequestInit): void {
    const url = this.#site.endpoint(`issr/cookies${query}`);
    const fetched = () =>
      fetch(url, { credentials: 'same-origin', cache: 'no-store', keepalive: true, ...request });
    this.#cookies = this.#cookies.then(fetched).catch(console.error);
  }

  /** A visit that fails is loaded: the visitor left the old page, and sees what the server says of the new one. */
  #onError(event: number, error: PageError): void {
    const visit = this.#events.visitDue(event);
    const answered = this.#events.take(event);
    console.error(`ISSR: ${error.status}, request ${error.requestId}`, error.stack ?? error.message ?? '');
    if (error.message) {
      this.#overlay ??= this.#site.part('overlay');
      this.#overlay.then(
        ({ showOverlay }) => showOverlay(answered.length > 0 ? event : -1, error),
        console.error,
      );
    }
    this.#events.finish(answered);
    signal('error', { event, ...error });
    if (visit) load(visit.url);
  }
}

/** To assign the address that is there already would only scroll to its hash. */
function load(url: URL): void {
  if (url.href === location.href) location.reload();
  else location.assign(url);
}

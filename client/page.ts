import {
  CloseCode,
  Endpoint,
  type Instruction,
  type QueueWindow,
  type ServerMessage,
} from '../src/protocol.js';
import type { RrOutcome } from './api.js';
import { Connection } from './connection/connection.js';
import { reload } from './connection/reload.js';
import { createOpener } from './connection/transports/fallback.js';
import type { Control, ControlledPage } from './control/control.js';
import { isHidden, select } from './dom.js';
import type { PageEvent } from './events/event-list.js';
import { EventQueue } from './events/event-queue.js';
import { Address, type Visit } from './history.js';
import { late } from './late.js';
import type { LocalBehaviour } from './local/index.js';
import { collect, type Params } from './params.js';
import { stateOf } from './patch/live/field-state.js';
import { createPatcher, type Patcher } from './patch/patcher.js';
import type { RrRequest } from './rr/request.js';
import { expectEvents } from './side-effects.js';
import type { Site } from './site.js';
import { report, reportPart } from './ui/console.js';
import { dispatch } from './ui/dom-events.js';
import { showStatus } from './ui/indicators.js';

/** The open page: receives the server's messages and passes each to the part that handles it. */
export class Page implements ControlledPage {
  readonly site: Site;
  readonly patcher: Patcher;
  readonly address: Address;
  readonly #connection: Connection;
  readonly events: EventQueue;
  /** Tells the site's other tabs that the browser's cookies may have changed. */
  readonly tabs = new BroadcastChannel('issr');
  readonly #onChange: () => void;
  /** Messages of this connection that wait, in order, for the part of the script that the first one needs. */
  #inbox: ServerMessage[] = [];
  isPaused = false;
  /** The number of `patch` and `page` messages received. */
  patches = 0;
  /** `missedPatch`: the shadow lacks a patch. `resyncing`: the whole page was requested, and no patch applies before it arrives. */
  sync: 'ok' | 'missedPatch' | 'resyncing' = isEdited() ? 'missedPatch' : 'ok';
  /** The mirrored address, received before the change that it belongs to. */
  #mirror: Visit | undefined;
  /** Received before the change that it belongs to, if that is not a plain one. */
  #outcome: RrOutcome | undefined;
  /** The browser's cookies may have changed, and are renewed with the next message that finds the page joined. */
  #isRenewalDue = false;
  /** The part that handles redirects, cookies and errors. */
  #control: Control | undefined;

  /** @param onChange after each change of the page, and as it connects: a part that did not load may load then */
  constructor(site: Site, onChange: () => void) {
    this.site = site;
    this.patcher = createPatcher(site.loadModule);
    this.#onChange = onChange;
    this.address = new Address(
      (visit) => this.visit(visit),
      (known) => late.jump?.(this.address, known),
      () => this.events.list.pendingVisit(),
    );
    this.#connection = new Connection(
      site.endpoint(Endpoint.connection),
      site.pingInterval,
      createOpener(() => site.loadModule('http')),
      {
        onOpen: () => this.#connection.send(this.events.join(this.patches)),
        onMessage: (message) => {
          this.receive(message);
          if (this.#isRenewalDue) this.#renewCookies();
        },
        onClose: (code) => this.#onLost(code),
      },
    );
    this.events = new EventQueue(site, this.patcher, this.address, (message) =>
      this.#connection.send(message),
    );
    this.#connection.open();
    this.tabs.onmessage = () => this.#renewCookies();
    this.tabs.postMessage(0);
  }

  /** Handles a message of the server. The part for development puts itself before it. */
  receive(message: ServerMessage): void {
    this.#inbox.push(message);
    this.#receiveAll();
  }

  send(request: RrRequest): Promise<RrOutcome> {
    // Errors are handled where the parts are needed.
    this.patcher.prepare(undefined, !!request.visit)?.catch(() => {});
    const answered = this.events.send(request);
    this.#connection.wake();
    return answered;
  }

  /** Called when the network is back or the tab is visible again. */
  wake(): void {
    this.#isRenewalDue = true;
    this.#connection.check();
  }

  /**
   * Another tab may have changed the cookies, and a connection keeps those of its handshake. The server knows the page by
   * its secret, which each join may change.
   */
  #renewCookies(): void {
    this.#isRenewalDue = !this.events.isJoined;
    if (!this.#isRenewalDue) this.#loadControl().then((control) => control.renewCookies(), reportPart);
  }

  async #loadControl(): Promise<Control> {
    const { Control } = await this.site.loadModule<typeof import('./control/control.js')>('control');
    this.#control ??= new Control(this);
    return this.#control;
  }

  /** Loads the part for `do`, `pending` and `rr.restore`. */
  loadLocal = async (): Promise<LocalBehaviour> => {
    const { events, patcher, site } = this;
    const { startLocal } = await site.loadModule<typeof import('./local/index.js')>('local');
    const askers = () => events.list.all().flatMap(({ elements }) => elements);
    events.local ??= startLocal({ patcher, askers, expectEvents });
    return events.local;
  };

  /** Called before the page is left: a connection that ends now shows no status. */
  mayLeave(): void {
    this.#connection.mayLeave = true;
  }

  leave(isForGood: boolean): void {
    if (isForGood) {
      const isSaid = (!this.events.list.length && this.#connection.send(['bye'])) || this.#sayGoodbye();
      this.events.reportUnsent(!isSaid);
    }
    this.#connection.close();
  }

  /**
   * Browsers end connections before a page learns that it is left, and never send what waits for an answer. Returns
   * false if the browser refuses to send it.
   */
  #sayGoodbye(): boolean {
    const { token, secret } = this.site;
    if (!secret) return false;
    const lines = [`${token} ${secret}`, ...this.events.takeUnanswered(), '["bye"]'];
    return navigator.sendBeacon(this.site.endpoint(Endpoint.send), lines.join('\n'));
  }

  /** Keeps the connection if a message is malformed or its handling fails. */
  #receiveAll(): void {
    while (this.#inbox[0] && !this.isPaused) {
      const due = this.#prepare(this.#inbox[0]);
      if (due) return this.#pause(due);
      try {
        this.#handle(this.#inbox.shift() as ServerMessage);
      } catch (error) {
        report('ISSR_MESSAGE', 'fastify-issr', error);
      }
    }
  }

  /** Loads the part that a message needs, unless it is there. */
  #prepare(message: ServerMessage): Promise<unknown> | undefined {
    if (!/^(redirect|cookies|error|running)$/.test(message[0]))
      return this.patcher.prepare(message, this.#completesVisit(message));
    if (!this.#control) return this.#loadControl();
  }

  #reload(): void {
    reload(() => this.#control?.keepFields());
  }

  #completesVisit([, event]: ServerMessage): boolean {
    return typeof event === 'number' && !!this.events.list.pendingVisit(event);
  }

  /** Messages wait. Without the part that they need, only a load shows the page as it is. */
  #pause(due: Promise<unknown>): void {
    this.isPaused = true;
    due
      .catch((error) => {
        reportPart(error);
        this.#inbox = [];
        // Leaving ends the request, and a reload would keep the visitor from it.
        if (this.#connection.mayLeave) this.sync = 'missedPatch';
        else this.#reload();
      })
      .then(() => {
        this.isPaused = false;
        this.#receiveAll();
      });
  }

  #handle(message: ServerMessage): void {
    switch (message[0]) {
      case 'joined':
        [, , , this.site.secret, this.site.token] = message;
        return this.#onJoined(message[1], message[2], message[5]);
      case 'nonces':
        return this.patcher.nonces(message);
      case 'base':
        return this.patcher.base(message[1]);
      case 'patch': {
        const [, event, ...instructions] = message;
        return this.#onPatch(event, instructions);
      }
      case 'page': {
        const [, event, html] = message;
        this.sync = 'ok';
        return this.change(event, html);
      }
      case 'url':
        this.#mirror = { url: this.site.toBrowser(message[1]), mode: message[2] };
        return;
      case 'state':
        return this.events.ledger.assign(message[1]);
      case 'outcome': {
        const [, event, status, errors, result] = message;
        const ok = status < 400;
        this.#outcome = { ok, status, errors: Object.fromEntries(errors), result };
        if (!ok) this.events.keepInput(event);
        return;
      }
      case 'closing':
        this.events.list.onClosing(message[1]);
        this.#connection.spread = message[2];
        this.#onLost(CloseCode.goingAway);
        return;
      case 'reload':
        return this.#reload();
      default:
        return this.#control?.receive(message);
    }
  }

  #onJoined(event: number, isResumed: boolean, window?: QueueWindow): void {
    showStatus('connected');
    this.#onChange();
    idle(() => Promise.all([this.patcher.prepare(), this.#loadControl()]).catch(reportPart));
    this.#control?.onJoined(isResumed);
    this.events.onJoined(event, isResumed, window);
    if (this.sync !== 'ok') this.#resync();
    dispatch('connect', {});
  }

  /**
   * A hidden page keeps its status: the browser drops its connection, which is back before the tab is visible.
   * A page that was replaced waits for its visitor: two tabs with one token would replace each other for ever.
   */
  #onLost(code: number): boolean {
    this.#inbox = [];
    const comesBack = this.events.onRefused(code) && code !== CloseCode.replaced;
    const wasJoined = this.events.isJoined;
    this.events.isJoined = false;
    if (!isHidden(document) && !this.#connection.mayLeave) {
      const isReachable = comesBack && navigator.onLine && code !== CloseCode.heldBack;
      showStatus(isReachable ? 'reconnecting' : 'offline');
    }
    if (wasJoined) dispatch('disconnect', {});
    return comesBack;
  }

  #onPatch(event: number, instructions: Instruction[]): void {
    if (this.sync === 'ok') {
      this.change(event, instructions);
      return;
    }
    this.patches++;
    if (this.sync === 'missedPatch') this.#resync();
  }

  #resync(): void {
    this.sync = 'resyncing';
    this.#connection.send(['resync']);
  }

  /**
   * Applies one change of the page. The address goes first, because links resolve against it.
   *
   * @param ahead the event whose prefetched answer the change is. The server's own answer follows, as a change of it
   */
  change(event: number, news: Instruction[] | string, ahead?: PageEvent): void {
    this.patches++;
    if (event < this.events.list.shown) {
      this.#mirror = undefined;
      return;
    }
    if (!dispatch('before-patch', { event }, true)) {
      this.sync = 'missedPatch';
      this.events.resolve(this.events.dequeueAnswered(event));
      return;
    }
    this.events.local?.hide();
    const visit = ahead ? ahead.visit : this.events.list.pendingVisit(event);
    const from = this.address.shown;
    if (this.#mirror && this.events.list.answersSubmit(event)) this.#mirror.mode = 'push';
    if (visit || this.#mirror) late.follow(this.address, visit, this.#mirror);
    this.#mirror = undefined;
    const params = collect();
    const finish = (isWhole: boolean): void => {
      // The whole page follows, as the answer to the same event.
      if (isWhole) return this.#finishChange(event, params, visit, from, ahead);
      this.#resync();
      dispatch('error', { event, status: 0, requestId: '', code: 'ISSR_MESSAGE' });
    };
    if (visit) {
      const shown = this.patcher.visit(event, news).then(finish);
      this.#pause(shown.catch((error) => report('ISSR_MESSAGE', 'fastify-issr', error)));
    } else if (typeof news === 'string') {
      this.patcher.page(event, news);
      finish(true);
    } else finish(this.patcher.patch(event, news));
  }

  #finishChange(
    event: number,
    params: Params,
    visit: Visit | undefined,
    from: URL,
    ahead: PageEvent | undefined,
  ): void {
    if (ahead) this.events.list.shown = ahead.number;
    const answered = this.events.dequeueAnswered(event);
    visit?.onArrival?.();
    this.events.assignActions(answered);
    this.events.sendParams(visit ? new Map() : params);
    this.#onChange();
    this.events.resolve(answered, this.#outcome);
    this.#outcome = undefined;
    dispatch('patch', { event });
    if (visit) late.arrive(visit, from, this.address.scrollOf(visit.entry));
  }

  visit = (visit: Visit): Promise<RrOutcome> => this.send({ actions: [], named: [], elements: [], visit });
}

/**
 * Returns true if fields hold what the server did not render: the visitor was faster than this script, or the browser put
 * the values of an earlier load back. Firefox then enables what was enabled, too, and the shadow was copied from that page.
 */
const isEdited = (): boolean =>
  [...select<HTMLInputElement>('input,textarea,select')].some(
    (field) =>
      field.checked !== field.defaultChecked ||
      // A box has a value without an attribute. Browsers rewrite that of a color, a range, or a local date and time.
      (!/^(c|r|datet)/.test(field.type) &&
        (stateOf(field) ?? field.defaultValue) !==
          // A copy of a `<select>` has the choice of its HTML.
          (field.defaultValue ?? stateOf(field.cloneNode(true) as HTMLInputElement))),
  );

/** A page that shows no frames is never idle. Safari has no `requestIdleCallback`. */
const idle = (job: () => void): unknown =>
  Object.hasOwn(window, 'requestIdleCallback')
    ? requestIdleCallback(job, { timeout: 1000 })
    : setTimeout(job, 1000);

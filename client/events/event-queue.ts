import {
  type ActionEntries,
  type ClientMessage,
  isRefusal,
  type ParamChange,
  PROTOCOL_VERSION,
  type QueueWindow,
} from '../../src/protocol.js';
import type { RrOutcome } from '../api.js';
import type { Address, Visit } from '../history.js';
import type { LocalBehaviour } from '../local/index.js';
import { collect, isEmpty, type Params, quietDifference } from '../params.js';
import type { Patcher } from '../patch/patcher.js';
import { flushDelayed } from '../rr/debounce.js';
import type { RrRequest } from '../rr/request.js';
import type { Site } from '../site.js';
import { report } from '../ui/console.js';
import { clearBusy, showBusy, showProgress } from '../ui/indicators.js';
import { dispatchLost, dropActions, EventList, type PageEvent } from './event-list.js';
import { ParamLedger } from './param-ledger.js';
import { SendWindow } from './send-window.js';
import { UploadGate } from './upload-gate.js';

/** Browsers refuse beacons of more than 64 KiB. */
const MAX_BEACON_BYTES = 60_000;
/** After this number of connections in a row that the server refused, the first event is sent without its commands. */
const MAX_REFUSED = 3;
/** After this number the server refuses the page itself, which then waits for its visitor. */
const MAX_REFUSED_JOINS = 6;

/** The outcome of an answer with this status. */
export const outcomeOf = (status: number): RrOutcome => ({
  ok: status > 0 && status < 400,
  status,
  errors: {},
});

/** Carries the page's events, in order, from `rr` to their answers. */
export class EventQueue {
  readonly #site: Site;
  readonly #patcher: Patcher;
  readonly #address: Address;
  /** The part for prefetching puts itself before it. */
  transmit: (message: ClientMessage) => void;
  /** The part that shows `pending`. */
  local: LocalBehaviour | undefined;
  readonly list = new EventList();
  readonly ledger = new ParamLedger(new URL(location.href));
  readonly #uploads: UploadGate;
  readonly #window = new SendWindow();
  /** A visit ended at something that is not a page. The server is there, and the page stayed. */
  isAway = false;
  isJoined = false;
  /** The window was closed when a patch changed params. */
  #owesParams = false;
  /** Connections in a row that the server closed because of a message. */
  #refused = 0;

  constructor(site: Site, patcher: Patcher, address: Address, transmit: (message: ClientMessage) => number) {
    this.#site = site;
    this.#patcher = patcher;
    this.#address = address;
    this.transmit = (message) => {
      this.#window.onSent(this.list.lastSent, transmit(message));
    };
    this.#uploads = new UploadGate(site, this.transmit, () => this.#flush());
  }

  /** Resolves when the answer has been applied. */
  send({ actions, named, elements, visit, form, image, lock }: RrRequest): Promise<RrOutcome> {
    flushDelayed();
    return new Promise((done) => {
      const earlier = lock && this.list.lockedBy(lock);
      if (earlier) return earlier.done.push(done);
      const event = this.list.mergeableLast(visit) ?? this.list.add(visit ?? this.#visitBack());
      if (!event) {
        dispatchLost(actions);
        return done(outcomeOf(0));
      }
      event.snapshot = visit ? new Map() : collect(form, image);
      event.named = named;
      event.actions = actions;
      event.isPlain = actions.length + named.length === 0 && !event.visit;
      event.isSubmit ||= !!form;
      event.lock ??= lock;
      event.elements.push(...elements);
      event.done.push(done);
      this.#patcher.snapshot(event.number, form);
      showBusy(elements);
      this.local?.show();
      this.#flush();
    });
  }

  /** The answer to an event is not `ok`: it replaces nothing that was typed or chosen. */
  keepInput(event: number): void {
    if (this.list.pendingVisit(event)) return;
    this.#patcher.keepTyped(event);
    this.#uploads.keepFiles();
  }

  join(patches: number): ClientMessage {
    this.isJoined = false;
    const { lastAnswered } = this.list;
    this.#patcher.snapshot(lastAnswered);
    const params = this.ledger.join();
    const url = this.#site.toServer(this.#address.shown);
    const hash = this.#patcher.hash();
    const { token, secret, prefix } = this.#site;
    return ['join', PROTOCOL_VERSION, token, url, params, hash, lastAnswered, patches, secret, prefix];
  }

  /** Sends the unanswered events. */
  onJoined(event: number, isResumed: boolean, window?: QueueWindow): void {
    this.isJoined = true;
    this.#window.onJoined(event, window);
    this.#uploads.onJoined(isResumed);
    const over = this.list.onJoined(event, isResumed);
    const first = this.list.all().find(({ isSent }) => !isSent);
    if (first && this.#refused >= MAX_REFUSED) {
      first.visit = undefined;
      dropActions(first);
    }
    this.resolve(over);
  }

  /**
   * Handles the close code of a lost connection. If the server refused a message, sending that message
   * again would end the next connection too. Returns false if reconnecting is pointless.
   */
  onRefused(code: number): boolean {
    if (!isRefusal(code)) return true;
    // Values of `rr({ name, value })` may be the cause.
    if (++this.#refused === MAX_REFUSED) this.ledger.dropNamed();
    if (this.#refused < MAX_REFUSED_JOINS) return true;
    report('ISSR_LIMIT', 'page author', code);
    // Their values may be the cause, and the visitor submits the form again.
    this.list.all().forEach(dropActions);
    return false;
  }

  /**
   * Returns the unanswered events for a server that has the page, and counts them as sent. Each has all of the page's
   * params, because the messages before it may not have arrived. The server ignores those that have run.
   */
  takeUnanswered(): string[] {
    const messages: string[] = [];
    let bytes = 0;
    for (const event of this.list.all()) {
      // A visit ends with the page, files take longer, and the server's queue has an end.
      if (event.visit || this.#uploads.state() !== 'ready' || !(event.isSent || this.#window.isOpen)) break;
      const { isSent } = event;
      this.ledger.forgetSent();
      const message = JSON.stringify(this.#messageOf(event));
      bytes += new Blob([message]).size;
      if (bytes > MAX_BEACON_BYTES) {
        event.isSent = false;
        break;
      }
      if (!isSent) this.#window.onSent(event.number, message.length);
      messages.push(message);
    }
    return messages;
  }

  /** The page is left: reports the commands that were not sent, or all unanswered ones. */
  reportUnsent(isAll: boolean): void {
    for (const { isSent, actions } of this.list.all())
      if ((isAll || !isSent) && actions.length) dispatchLost(actions);
  }

  dequeueAnswered(event: number): PageEvent[] {
    const answered = this.list.dequeueAnswered(event);
    this.#window.onAnswer(event);
    if (answered.length > 0) this.#refused = 0;
    return answered;
  }

  resolve(events: PageEvent[], outcome = outcomeOf(200)): void {
    for (const { elements, done, isLost } of events) {
      clearBusy(elements);
      for (const resolve of done) resolve(isLost ? outcomeOf(0) : outcome);
    }
    this.local?.show();
    this.#flush();
  }

  /** Assigns the actions that ran and whose name is state, as the server did. */
  assignActions(events: PageEvent[]): void {
    const isState = ([name]: ActionEntries[number]) => this.ledger.has(name);
    for (const { actions } of events) this.ledger.assign(actions.filter(isState));
  }

  /** After a patch: sends the named values that it changed, compared with `before`. Asks for no render. */
  sendParams(before: Params): void {
    if (!this.isJoined || this.list.pendingVisit()) return;
    const change = quietDifference(before, collect());
    if (isEmpty(change)) return;
    this.#owesParams = !this.#window.isOpen;
    if (this.#owesParams) return;
    this.ledger.record(change);
    this.transmit(['params', change]);
  }

  /**
   * While a visit is pending the page on show is still the old one, and its commands must not run at
   * another route: an event of that page visits it again, as a submit ends a load that is under way.
   */
  #visitBack(): Visit | undefined {
    const isAway = this.list.pendingVisit() || this.isAway;
    return isAway ? { url: this.#address.shown, mode: 'push' } : undefined;
  }

  #flush(): void {
    if (this.#site.progress)
      showProgress(this.list.length > Number(this.list.isAhead), () => this.#site.loadModule('progress'));
    if (!this.isJoined) return;
    this.#uploads.load();
    // An event would send them too.
    if (this.#owesParams && !this.list.length) this.sendParams(this.ledger.elementParams);
    // Until the server has answered, it may refuse the page on show: that page's commands must not run elsewhere.
    if (this.list.isAhead) return;
    for (const event of this.list.all()) {
      if (event.isSent) continue;
      if (!this.#window.isOpen) return;
      if (event.visit) this.#uploads.reset();
      else {
        const state = this.#uploads.state();
        if (state === 'pending') return;
        if (state === 'lost') event.actions = [];
      }
      this.transmit(this.#messageOf(event));
    }
  }

  #messageOf(event: PageEvent): ClientMessage {
    const { number, actions, visit, snapshot, named, elements } = event;
    if (visit) this.isAway = false;
    const change: ParamChange = snapshot ? this.ledger.changeOf(snapshot, named, elements, visit) : [[], []];
    event.isSent = true;
    return visit
      ? ['event', number, change, actions, this.#site.toServer(visit.url)]
      : ['event', number, change, actions];
  }
}

import {
  type ActionEntries,
  type ClientMessage,
  type ParamChange,
  type ParamEntries,
  PROTOCOL_VERSION,
} from '../../src/protocol.js';
import type { Address, Visit } from '../history.js';
import { applyChange, collect, difference, isEmpty, type Params, paramsOfUrl } from '../params.js';
import type { Patcher } from '../patch/patcher.js';
import { flushDelayed } from '../rr/debounce.js';
import type { Request } from '../rr/request.js';
import type { Site } from '../site.js';
import { signal } from '../ui/dom-events.js';
import { clearBusy, showBusy, showProgress } from '../ui/indicators.js';
import { type Files, findFiles } from './upload-gate.js';

/** Events sent and unanswered: below the server's `maxQueuedEvents`. The rest waits here. */
const MAX_IN_FLIGHT = 32;
/** Beyond this the page has been offline for so long that its commands mean nothing any more. */
const MAX_PENDING = 256;

/** The server may refuse so many links in turn for what was said over them; then what it cannot take is not sent again, */
const MAX_REFUSED = 3;
/** and after so many the page itself is refused, and waits for its visitor. */
const MAX_REFUSED_JOINS = 6;

/** An event without its answer. */
interface PageEvent {
  number: number;
  /** What the page held as it was made. Undefined: the server was told by a join. */
  held?: Params;
  named: ParamEntries;
  actions: ActionEntries;
  visit?: Visit;
  /** It asks for nothing but a render, which a later event does as well. */
  isPlain: boolean;
  isSubmit: boolean;
  isSent: boolean;
  elements: Element[];
  done: (() => void)[];
}

/** The page's events, in order, from `rr` to their answers. */
export class EventQueue {
  readonly #site: Site;
  readonly #patcher: Patcher;
  readonly #address: Address;
  readonly #send: (message: ClientMessage) => void;
  #pending: PageEvent[] = [];
  #last = 0;
  #answered = 0;
  #isJoined = false;
  /** Sends the page's files; undefined while it has no field of them. */
  #files: Files | undefined;
  /** The page's params as the server has them: of its URL, its elements, and assigned by actions and pushes. */
  #params: Params = paramsOfUrl(new URL(location.href));
  /** Which of them came from elements: what was said last, and what the elements held then. */
  #said: Params = new Map();
  #held: Params = new Map();
  /** Links in turn that the server ended for what was said over them. */
  #refused = 0;

  constructor(site: Site, patcher: Patcher, address: Address, send: (message: ClientMessage) => void) {
    this.#site = site;
    this.#patcher = patcher;
    this.#address = address;
    this.#send = send;
  }

  /** Resolves when the answer has been applied. */
  ask({ actions, named, elements, visit, isSubmit = false }: Request): Promise<void> {
    flushDelayed();
    return new Promise((done) => {
      const event = this.#reuse(visit) ?? this.#create(visit);
      if (!event) {
        signalLost(actions);
        return done();
      }
      event.held = visit ? new Map() : collect();
      event.named = named;
      event.actions = actions;
      event.isPlain = actions.length + named.length === 0 && !event.visit;
      event.isSubmit ||= isSubmit;
      event.elements.push(...elements);
      event.done.push(done);
      this.#patcher.snapshot(event.number);
      showBusy(elements);
      this.#flow();
    });
  }

  /** The visit that the answer to `event` completes; without `event`, any that is due. */
  visitDue(event = Infinity): Visit | undefined {
    return this.#pending.findLast(({ number, visit }) => visit && number <= event)?.visit;
  }

  /** Whether the answer to `event` is one to a submit. */
  submitDue(event: number): boolean {
    return this.#pending.some(({ number, isSubmit }) => isSubmit && number <= event);
  }

  join(patches: number): ClientMessage {
    this.#isJoined = false;
    this.#patcher.snapshot(this.#answered);
    this.#tell(difference(this.#held, collect()));
    const params = [...this.#params];
    const url = this.#site.toServer(this.#address.shown);
    return [
      'join',
      PROTOCOL_VERSION,
      this.#site.token,
      url,
      params,
      this.#patcher.hash(),
      this.#answered,
      patches,
    ];
  }

  /**
   * Sends what has no answer. A server that does not know the page cannot say whether an action ran that
   * was sent to another one: that event goes on without its actions.
   */
  onJoined(event: number, isResumed: boolean): void {
    this.#isJoined = true;
    this.#files?.(isResumed);
    const hasRun = (entry: PageEvent) => isResumed && entry.number <= event;
    for (const entry of this.#pending) {
      if (entry.isSent && !isResumed) forgetActions(entry);
      entry.isSent = hasRun(entry);
    }
    // A visit that has run is not over before its page is here.
    const over = this.#pending.filter((entry) => hasRun(entry) && !entry.visit);
    this.#pending = this.#pending.filter((entry) => !over.includes(entry));
    const first = this.#pending.find(({ isSent }) => !isSent);
    if (first && this.#refused >= MAX_REFUSED) {
      first.visit = undefined;
      forgetActions(first);
    }
    this.finish(over);
  }

  /** The server takes no more, and has begun nothing after `event`: that is for the next one. */
  onClosing(event: number): void {
    for (const entry of this.#pending) entry.isSent &&= entry.number <= event;
  }

  /**
   * A link was lost by this code. One that says that the server refused a message would be followed by
   * the same message for ever. False: it is of no use to come back.
   */
  onRefused(code: number): boolean {
    // Names that no element bears are of a single event, perhaps of that one.
    if (/^100[23789]$/.test(String(code)) && ++this.#refused === MAX_REFUSED) {
      this.#tell(difference(this.#said, this.#held));
    }
    return this.#refused < MAX_REFUSED_JOINS;
  }

  /** Whether the page had joined. */
  onLost(): boolean {
    const wasJoined = this.#isJoined;
    this.#isJoined = false;
    return wasJoined;
  }

  /** Takes out the events that an answer is for. */
  take(event: number): PageEvent[] {
    this.#answered = Math.max(this.#answered, event);
    const answered = this.#pending.filter(({ number }) => number <= event);
    this.#pending = this.#pending.slice(answered.length);
    if (answered.length > 0) this.#refused = 0;
    return answered;
  }

  finish(events: PageEvent[]): void {
    for (const { elements, done } of events) {
      clearBusy(elements);
      for (const resolve of done) resolve();
    }
    this.#flow();
  }

  assign(params: ParamEntries): void {
    for (const [name, value] of params) this.#params.set(name, value);
  }

  /** An action that ran and whose name is state is what that name is now, here as on the server. */
  assignActions(events: PageEvent[]): void {
    for (const { actions } of events) this.assign(actions.filter(([name]) => this.#params.has(name)));
  }

  /** After a patch: what it changed of the named values that were `before` it. Asks for no render. */
  tellParams(before: Params): void {
    if (!this.#isJoined || this.visitDue()) return;
    const change = difference(before, collect());
    if (isEmpty(change)) return;
    this.#tell(change);
    this.#send(['params', change]);
  }

  #tell(change: ParamChange): void {
    this.#held = applyChange(this.#held, change);
    this.#said = applyChange(this.#said, change);
    this.#params = applyChange(this.#params, change);
  }

  /** The last event, if it was not sent yet and the new one says all that it would. */
  #reuse(visit: Visit | undefined): PageEvent | undefined {
    const last = this.#pending.at(-1);
    return last?.isPlain && !last.isSent && !visit ? last : undefined;
  }

  /**
   * While a visit is due the page on show is still the old one, and its commands must not run at another
   * route: such an event brings the page back, as a submit ends a load that is under way.
   */
  #create(visit: Visit | undefined): PageEvent | undefined {
    if (this.#pending.length >= MAX_PENDING) return;
    const back: Visit | undefined = this.visitDue() && { url: this.#address.shown, mode: 'push' };
    const event: PageEvent = {
      number: ++this.#last,
      named: [],
      actions: [],
      visit: visit ?? back,
      isPlain: false,
      isSubmit: false,
      isSent: false,
      elements: [],
      done: [],
    };
    this.#pending.push(event);
    return event;
  }

  #flow(): void {
    if (this.#site.progress) showProgress(this.#pending.length > 0);
    if (!this.#isJoined) return;
    this.#files ??= findFiles(this.#site, this.#send, (files = this.#files) => {
      this.#files = files;
      this.#flow();
    });
    for (const event of this.#pending.slice(0, MAX_IN_FLIGHT)) {
      if (event.isSent) continue;
      const files = this.#files?.(event.visit);
      if (files === 'due') return;
      if (files === 'lost') event.actions = [];
      this.#transmit(event);
    }
  }

  #transmit(event: PageEvent): void {
    const { number, actions, visit } = event;
    if (visit) this.#begin(visit);
    const change = this.#changeOf(event);
    event.isSent = true;
    this.#send(
      visit
        ? ['event', number, change, actions, this.#site.toServer(visit.url)]
        : ['event', number, change, actions],
    );
  }

  /** A visit begins with the params of its URL and nothing else. */
  #begin({ url }: Visit): void {
    this.#params = paramsOfUrl(url);
    this.#said = this.#held = new Map();
  }

  /** What a name was in one event is taken back in the next, as the elements that bear it hold something else. */
  #changeOf({ held, named }: PageEvent): ParamChange {
    if (!held) return [[], []];
    const params: Params = new Map([...held, ...named]);
    const change = difference(this.#said, params);
    this.#params = applyChange(this.#params, change);
    this.#said = params;
    this.#held = held;
    return change;
  }
}

/** The render that it asks for is due all the same, and the numbers stay without a gap. */
function forgetActions(event: PageEvent): void {
  if (event.actions.length > 0) signalLost(event.actions);
  event.actions = [];
  if (!event.visit) event.held = undefined;
}

/** Commands that may or may not have run. */
function signalLost(actions: ActionEntries): void {
  signal('lost', { actions: actions.map(([name, value]) => ({ name, value })) });
}

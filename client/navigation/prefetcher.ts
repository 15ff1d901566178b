import type { PrefetchNonces } from '../../src/protocol.js';
import { isConnected } from '../dom.js';
import { changeBetween } from '../events/param-ledger.js';
import { applyChange, collect } from '../params.js';
import { readRequest } from '../rr/request.js';
import type {
  EventMessage,
  NavigablePage,
  PrefetchedChange,
  PrefetchedMessage,
  PrefetchMessage,
} from './page.js';

/** Milliseconds that an answer is kept. */
const LIFETIME = 10_000;
/** Questions without an answer. */
const MAX_RUNNING = 2;
/** Answers and questions: the default of the server's `maxPrefetches`. */
const MAX_ENTRIES = 8;

/** A page that was asked for. */
interface Entry {
  id: number;
  asked: number;
  /** The change of the page on show, once it is here. */
  news?: PrefetchedChange;
  /** The page on show: the number of patches that led to it. */
  patches?: number;
  nonces?: PrefetchNonces | undefined;
}

interface NetworkInformation {
  saveData?: boolean;
  effectiveType?: string;
}

/** Asks for pages ahead of the event that brings them, and shows such a page at its event. */
export class Prefetcher {
  readonly #page: NavigablePage;
  /** By the operands of the event, in the order in which they were asked for. */
  readonly #entries = new Map<string, Entry>();
  /** Numbers of the questions without an answer. */
  readonly #running = new Set<number>();
  /** Events that the server does not render ahead, until the next visit. */
  readonly #refused = new Set<string>();
  #lastId = 0;
  #lastAnswered = 0;
  /** The element that the visitor entered last. */
  #entered: Element | undefined;

  constructor(page: NavigablePage) {
    this.#page = page;
  }

  /** The visitor may be about to click this element. */
  enter(element: Element): void {
    this.#entered = element;
    if (!isSlow()) this.#ask(element);
  }

  #ask(element: Element): void {
    const { events, sync } = this.#page;
    if (!events.isJoined || sync !== 'ok' || events.list.length > 0 || this.#running.size >= MAX_RUNNING)
      return;
    const operands = this.#operandsOf(element);
    if (!operands) return;
    const key = JSON.stringify(operands);
    if (this.#find(key) || this.#refused.has(refusalOf(key, operands))) return;
    const id = ++this.#lastId;
    const [oldest] = this.#entries.keys();
    if (oldest && this.#entries.size >= MAX_ENTRIES) this.#entries.delete(oldest);
    this.#entries.set(key, { id, asked: Date.now() });
    this.#running.add(id);
    const [change, actions, url] = operands;
    events.transmit(
      url === null ? ['prefetch', id, change, actions] : ['prefetch', id, change, actions, url],
    );
  }

  /** The operands of the event that a click on the element would send. Undefined if it needs an answer of the visitor first. */
  #operandsOf(element: Element): Operands | undefined {
    const { site, events } = this.#page;
    const request = readRequest([element], undefined, site);
    if (!request || request.form || request.question !== undefined) return;
    const { visit, actions, named } = request;
    if (!visit && !actions.length && !named.length) return;
    const [sent, shown] = visit ? [new Map(), new Map()] : [events.ledger.elementParams, collect()];
    const change = changeBetween(sent, applyChange(shown, [named, []]), [element]);
    return [change, actions, visit ? site.toServer(visit.url) : null];
  }

  receive([, id, patches, news, nonces]: PrefetchedMessage): void {
    this.#running.delete(id);
    const [key, entry] = [...this.#entries].find(([, entry]) => entry.id === id) ?? [];
    if (!key || !entry) return;
    if (news === undefined) {
      this.#entries.delete(key);
      this.#refused.add(refusalOf(key, JSON.parse(key)));
      return;
    }
    Object.assign(entry, { patches, news, nonces });
    // Without these parts it could not be shown at once.
    this.#page.patcher.prepare(['patch', 0], isVisit(key))?.catch(() => this.#entries.delete(key));
  }

  /** Returns an entry that is not too old. */
  #find(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (!entry || Date.now() - entry.asked < LIFETIME) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  /** Shows the page of an event that is being sent, if it is here and is a change of the page on show. */
  onEvent(message: EventMessage): void {
    const { events, patches, sync, isPaused } = this.#page;
    const [, number, change, actions, url = null] = message;
    const key = JSON.stringify([change, actions, url]);
    const entry = this.#find(key);
    // Each event ends the others: they are changes of the page before.
    this.clear();
    if (url !== null) this.#refused.clear();
    const [event] = events.list.all();
    const isFirst = event?.number === number && sync === 'ok' && !isPaused;
    if (entry?.news === undefined || entry.patches !== patches || !isFirst) return;
    const { id, news, nonces } = entry;
    if (this.#page.patcher.prepare(['patch', 0], url !== null)) return;
    message[4] = url;
    message[5] = id;
    // After the event: what the shown page sends belongs behind it.
    queueMicrotask(() => {
      if (nonces) this.#page.patcher.nonces(['nonces', ...nonces]);
      this.#page.change(events.list.lastAnswered, news, event);
    });
  }

  /** Drops the changes of the page before, and asks again for the element that brought this one: it may be clicked again. */
  onPatch(event: number): void {
    const { patches, events } = this.#page;
    for (const [key, entry] of this.#entries)
      if (entry.news !== undefined && entry.patches !== patches) this.#entries.delete(key);
    const element = this.#entered;
    const isAnswer = event > this.#lastAnswered;
    this.#lastAnswered = event;
    if (
      isAnswer &&
      !events.list.length &&
      element &&
      isConnected(element) &&
      element.matches(':hover,:focus-visible')
    )
      this.enter(element);
  }

  clear(): void {
    this.#entries.clear();
    this.#running.clear();
  }
}

type Operands = [change: PrefetchMessage[2], actions: PrefetchMessage[3], url: string | null];

const isVisit = (key: string): boolean => (JSON.parse(key) as Operands)[2] !== null;

/** A command is refused whatever its value is. */
function refusalOf(key: string, [, actions]: Operands): string {
  return actions.length > 0 ? JSON.stringify(actions.map(([name]) => name)) : key;
}

/** The visitor asked for less data, or has a slow line. https://wicg.github.io/netinfo/ */
function isSlow(): boolean {
  const { connection } = navigator as Navigator & { connection?: NetworkInformation };
  return !!connection?.saveData || /2g/.test(connection?.effectiveType ?? '');
}

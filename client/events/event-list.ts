import type { ActionEntries, ParamEntries } from '../../src/protocol.js';
import type { RrOutcome } from '../api.js';
import type { Visit } from '../history.js';
import type { Params } from '../params.js';
import { dispatch } from '../ui/dom-events.js';

/** Above this the page has been offline too long for its commands to make sense. */
const MAX_PENDING = 256;

/** An event without its answer. */
export interface PageEvent {
  number: number;
  /** The elements' params when the event was made; undefined if a join sent them since. */
  snapshot?: Params;
  named: ParamEntries;
  actions: ActionEntries;
  visit?: Visit;
  /** The event asks for a render and nothing else, so a later event can replace it. */
  isPlain?: boolean;
  isSubmit?: boolean;
  isSent: boolean;
  /** The form or element whose further requests are dropped until the answer. */
  lock?: Element;
  elements: Element[];
  /** A command of the event may have been lost. */
  isLost?: boolean;
  done: ((outcome: RrOutcome) => void)[];
}

/** The unanswered events of the page, in order. */
export class EventList {
  lastAnswered = 0;
  /** Number of the last event whose prefetched answer is on show. Patches that answer earlier events do not apply to it. */
  shown = 0;
  #lastNumber = 0;
  #events: PageEvent[] = [];
  /** Events that are answered and whose actions go on. */
  running: PageEvent[] = [];

  get length(): number {
    return this.#events.length;
  }

  all(): readonly PageEvent[] {
    return this.#events;
  }

  /** Number of the last event that is sent and unanswered; 0 if there is none. */
  get lastSent(): number {
    return this.#events.findLast(({ isSent }) => isSent)?.number ?? 0;
  }

  /** Returns undefined if the list is full. */
  add(visit: Visit | undefined): PageEvent | undefined {
    if (this.length >= MAX_PENDING) return;
    const event: PageEvent = {
      number: ++this.#lastNumber,
      named: [],
      actions: [],
      visit,
      isSent: false,
      elements: [],
      done: [],
    };
    this.#events.push(event);
    return event;
  }

  /** Returns the last event if it was not sent yet and a new one says everything that it would. */
  mergeableLast(visit: Visit | undefined): PageEvent | undefined {
    const last = this.#events.at(-1);
    return last?.isPlain && !last.isSent && !visit ? last : undefined;
  }

  lockedBy(element: Element): PageEvent | undefined {
    return [...this.running, ...this.#events].find(({ lock }) => lock === element);
  }

  /** The visit that the answer to `event` completes; without `event`, any pending visit. */
  pendingVisit(event = Infinity): Visit | undefined {
    return this.#events.findLast(({ number, visit }) => visit && number > this.shown && number <= event)
      ?.visit;
  }

  /** The page on show is a prefetched one, and the server has not answered its event. */
  get isAhead(): boolean {
    return this.#events[0]?.number === this.shown;
  }

  /** Returns true if the answer to `event` answers a form's submit. */
  answersSubmit(event: number): boolean {
    return this.#events.some(({ number, isSubmit }) => isSubmit && number <= event);
  }

  /** Removes and returns the events that an answer up to `event` covers. */
  dequeueAnswered(event: number): PageEvent[] {
    this.lastAnswered = Math.max(this.lastAnswered, event);
    const answered = this.#events.filter(({ number }) => number <= event);
    this.#events = this.#events.slice(answered.length);
    return answered;
  }

  /**
   * Prepares what must be sent again after a join, and removes and returns the events that have run.
   * A new server cannot know whether another one ran an action, so an event that was sent goes on without it.
   */
  onJoined(event: number, isResumed: boolean): PageEvent[] {
    // The server knows nothing of a page that was shown ahead.
    this.shown = 0;
    for (const entry of this.#events) {
      if (entry.isSent && !isResumed) dropActions(entry);
      entry.isSent = isResumed && entry.number <= event;
    }
    // A visit that has run ends when its page arrives.
    const over = this.#events.filter(({ isSent, visit }) => isSent && !visit);
    this.#events = this.#events.filter((entry) => !over.includes(entry));
    return over;
  }

  /** The server begins no event after `event`: the next server gets those. */
  onClosing(event: number): void {
    for (const entry of this.#events) entry.isSent &&= entry.number <= event;
  }
}

/** Drops the commands of an event, and its lock. Its render is still wanted, and the numbers stay without a gap. */
export function dropActions(event: PageEvent): void {
  if (event.actions.length > 0) {
    event.isLost = true;
    dispatchLost(event.actions);
  }
  event.actions = [];
  event.lock = undefined;
  if (!event.visit) event.snapshot = undefined;
}

/** Reports commands that may or may not have run. */
export function dispatchLost(actions: ActionEntries): void {
  dispatch('lost', { actions: actions.map(([name, value]) => ({ name, value })) });
}

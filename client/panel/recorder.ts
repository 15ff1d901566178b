import type { ClientMessage, ServerMessage } from '../../src/protocol.js';
import type { Journal, Note } from '../development/journal.js';

/** Exchanges that are kept. The oldest is dropped first. */
const MAX_EXCHANGES = 200;
/** Characters that are kept of one message. */
const MAX_LENGTH = 20_000;
/** Messages with what makes this document the page, which no other script may read. */
const SECRET = /^(join|joined|cookies)$/;
/** Messages that are kept for the answer that follows them. */
const MAX_EARLY = 20;

/** A message that page or server sent. */
export interface RecordedMessage {
  verb: string;
  /** Length of the message as UTF-8, before compression. */
  bytes: number;
  /** The message as JSON, cut after `MAX_LENGTH` characters. Empty for one with secrets. */
  text: string;
  isCut: boolean;
}

/** The messages of one event, push or join. */
export interface Exchange {
  kind: 'join' | 'event' | 'visit' | 'push' | 'params' | 'files' | 'prefetch' | 'resync' | 'bye';
  /** Number of the event, or of the last answered event for a push; 0 if it has none. */
  number: number;
  /** Times of `performance.now()`. */
  started: number;
  answered?: number;
  /** The verb of the answer. */
  outcome?: string;
  /** Instructions of a patch. */
  count?: number;
  /** Milliseconds that the browser took to change the page. */
  applied?: number;
  /** Milliseconds of the server: `times` in protocol.ts. */
  times?: [dispatch: number, render: number, diff: number];
  sent: RecordedMessage[];
  received: RecordedMessage[];
}

/** Sorts what the page and its server sent each other by exchanges. */
export class Recorder {
  exchanges: Exchange[] = [];
  /** Called after each change of an exchange. */
  onChange: (exchange: Exchange) => void = () => {};
  /** Mistakes of the page's author, oldest first. */
  readonly mistakes = new Set<string>();
  onMistakes: () => void = () => {};
  /** Messages that came before the answer which they belong to. */
  #early: RecordedMessage[] = [];
  #patchBegan = 0;

  constructor(journal: Journal) {
    journal.readBy((note) => this.#onNote(note));
  }

  clear(): void {
    this.exchanges = [];
  }

  #onNote(note: Note): void {
    const { kind, at } = note;
    if (kind === 'sent') this.#onSent(note.message, at);
    else if (kind === 'received') this.#onReceived(note.message, at);
    else if (kind === 'patching') this.#patchBegan = at;
    else this.#onPatched(note.event, at);
  }

  #onSent(message: ClientMessage, at: number): void {
    const [verb] = message;
    if (verb === 'ping' || verb === 'debug') return;
    const isVisit = verb === 'event' && message[4] != null;
    const number = verb === 'event' || verb === 'prefetch' ? message[1] : 0;
    const kind = isVisit ? 'visit' : verb;
    // After a reconnect the page sends an event again.
    const again = number ? this.#waiting(number).find((one) => one.number === number) : undefined;
    const exchange = verb !== 'prefetch' && again ? again : this.#add(kind, number, at);
    exchange.sent.push(record(message));
    this.onChange(exchange);
  }

  #onReceived(message: ServerMessage, at: number): void {
    switch (message[0]) {
      case 'pong':
        return;
      case 'times':
        return this.#onTimes(message);
      case 'mistakes':
        for (const text of message[1]) this.mistakes.add(text);
        return this.onMistakes();
      case 'joined':
        return this.#answer(
          this.#last(({ kind, answered }) => kind === 'join' && !answered),
          message,
          at,
        );
      case 'prefetched':
        return this.#answer(
          this.#last(({ kind, number }) => kind === 'prefetch' && number === message[1]),
          message,
          at,
        );
      case 'patch':
      case 'page':
      case 'error':
      case 'redirect':
        return this.#onAnswer(message[1], message, at);
      default:
        this.#early = [...this.#early, record(message)].slice(-MAX_EARLY);
    }
  }

  #add(kind: Exchange['kind'], number: number, started: number): Exchange {
    const exchange: Exchange = { kind, number, started, sent: [], received: [] };
    this.exchanges = [...this.exchanges, exchange].slice(-MAX_EXCHANGES);
    return exchange;
  }

  /** Unanswered events that an answer to event `number` covers. */
  #waiting(number: number): Exchange[] {
    return this.exchanges.filter(
      (one) => /event|visit/.test(one.kind) && one.number <= number && !one.answered,
    );
  }

  #last(is: (exchange: Exchange) => unknown): Exchange | undefined {
    return this.exchanges.findLast(is);
  }

  /** Without an event that waits, it is a push. */
  #onAnswer(number: number, message: ServerMessage, at: number): void {
    const waiting = this.#waiting(number);
    for (const merged of waiting.slice(0, -1)) {
      merged.answered = at;
      this.onChange(merged);
    }
    this.#answer(waiting.at(-1) ?? this.#add('push', number, at), message, at);
  }

  #answer(exchange: Exchange | undefined, message: ServerMessage, at: number): void {
    if (!exchange) return;
    exchange.received.push(...this.#early, record(message));
    this.#early = [];
    exchange.answered = at;
    [exchange.outcome] = message;
    if (message[0] === 'patch') exchange.count = message.length - 2;
    this.onChange(exchange);
  }

  #onTimes([, number, ...times]: Extract<ServerMessage, ['times', ...unknown[]]>): void {
    const exchange = this.#last((one) => one.answered && /event|visit|push/.test(one.kind));
    if (exchange?.number !== number) return;
    exchange.times = times;
    this.onChange(exchange);
  }

  #onPatched(number: number, at: number): void {
    const exchange = this.#last(
      (one) => one.number === number && /patch|page/.test(one.outcome ?? '') && one.applied === undefined,
    );
    if (!exchange) return;
    exchange.applied = at - this.#patchBegan;
    this.onChange(exchange);
  }
}

function record(message: ClientMessage | ServerMessage): RecordedMessage {
  const text = JSON.stringify(message);
  return {
    verb: message[0],
    bytes: new TextEncoder().encode(text).length,
    text: SECRET.test(message[0]) ? '' : text.slice(0, MAX_LENGTH),
    isCut: text.length > MAX_LENGTH,
  };
}

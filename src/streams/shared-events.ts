import type { FastifyBaseLogger } from 'fastify';
import type { Cluster } from '../cluster/cluster.js';
import { MAX_MESSAGE_CHARS } from '../cluster/message.js';
import { EVENT_COST } from './replay.js';

const LOG = 'events';
const LOG_LIFETIME = 24 * 3_600_000;
const MAX_LOGGED = 10_000;
/** Remembered ids. The log is read again after each outage. */
const MAX_SEEN = 2 * MAX_LOGGED;

/** Milliseconds that an event may take through the store. After that this process delivers it early. */
const RETURN_TIMEOUT = 5000;

/** An event as the log holds it. */
export type SharedEvent = [channel: string, data: string, id: string, event?: string | null];

/** Receives the events of all processes. */
export interface Receiver {
  /** @param isInOrder false if this process has received other events before this one than the other processes */
  deliver(event: SharedEvent, isInOrder: boolean): void;
  /** Events were lost, and it is unknown which. */
  onLoss(): void;
}

/**
 * The events of all processes, in one order: that of a log in the store. The order decides which events follow an id,
 * so a process delivers its own events too when they come back from the store. Only during an outage it delivers them
 * early.
 */
export class SharedEvents {
  readonly #cluster: Cluster;
  readonly #maxBytes: number;
  readonly #log: FastifyBaseLogger;
  readonly #receiver: Receiver;
  /** Events of this process on their way through the store, the oldest first, and the latest times of their return. */
  readonly #sent = new Map<string, { event: SharedEvent; deadline: number }>();
  /** Events of this process that it delivered early, and that the log does not have yet. */
  readonly #early = new Map<string, SharedEvent>();
  #earlyBytes = 0;
  /** Ids of the latest events of the log. */
  readonly #seen = new Set<string>();
  #lastSeen: string | undefined;
  /** Events that came while the log was read. */
  #waiting: SharedEvent[] | undefined;
  /** Events came during an outage, in which earlier ones may have been lost. */
  #hasSkipped = false;
  #reads = 0;
  #timer: NodeJS.Timeout | undefined;
  #hasWarned = false;

  constructor(cluster: Cluster, maxBytes: number, log: FastifyBaseLogger, receiver: Receiver) {
    this.#cluster = cluster;
    this.#maxBytes = maxBytes;
    this.#log = log;
    this.#receiver = receiver;
    cluster.onGap(() => void this.#catchUp());
  }

  /** Receives the events that follow, and then those that other processes published before. */
  async open(): Promise<void> {
    this.#waiting = [];
    await this.#cluster.subscribeLog(LOG, (entry) => this.#receive(entry));
    await this.#catchUp();
  }

  publish(event: SharedEvent): void {
    if (!this.#cluster.isUp) {
      this.#deliverSent();
      this.#deliverEarly(event);
      return;
    }
    const entry = JSON.stringify(event);
    if (entry.length > MAX_MESSAGE_CHARS) {
      this.#log.warn({ length: entry.length }, 'issr: an event is too long for other processes');
      this.#receiver.deliver(event, false);
      return;
    }
    this.#sent.set(event[2], { event, deadline: performance.now() + RETURN_TIMEOUT });
    this.#timer ??= setTimeout(() => this.#checkSent(), RETURN_TIMEOUT).unref();
    this.#share(event, entry);
  }

  #share(event: SharedEvent, entry = JSON.stringify(event)): void {
    const maxEntries = Math.max(1, Math.min(MAX_LOGGED, Math.floor(this.#maxBytes / costOf(event))));
    this.#cluster.append(LOG, entry, maxEntries, LOG_LIFETIME).then(
      (isKept) => {
        if (isKept) this.#hasWarned = false;
        else this.#warn('the store could not keep an event');
      },
      (error) => {
        this.#deliverSent();
        if (this.#cluster.isUp) this.#warn(error);
      },
    );
  }

  #warn(error: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#log.warn(
      { err: error },
      'issr: streams that reconnect to another process may miss events, the adapter failed',
    );
  }

  /** Delivers events early that the store lost. */
  #checkSent(): void {
    this.#timer = undefined;
    const [oldest] = this.#sent.values();
    if (!oldest) return;
    const left = oldest.deadline - performance.now();
    if (left <= 0) this.#deliverSent();
    else this.#timer = setTimeout(() => this.#checkSent(), left).unref();
  }

  #deliverSent(): void {
    for (const { event } of this.#sent.values()) this.#deliverEarly(event);
    this.#sent.clear();
  }

  /** Keeps the latest events until the outage ends. */
  #deliverEarly(event: SharedEvent): void {
    this.#forgetEarly(event[2]);
    this.#early.set(event[2], event);
    this.#earlyBytes += costOf(event);
    for (const id of this.#early.keys()) {
      if (this.#early.size <= MAX_LOGGED && this.#earlyBytes <= this.#maxBytes) break;
      this.#forgetEarly(id);
    }
    this.#receiver.deliver(event, false);
  }

  /** @returns false if the event was not delivered early */
  #forgetEarly(id: string): boolean {
    const event = this.#early.get(id);
    if (event) this.#earlyBytes -= costOf(event);
    return this.#early.delete(id);
  }

  #receive(entry: string): void {
    const event = readEvent(entry);
    if (!this.#cluster.isUp) this.#hasSkipped = true;
    if (this.#waiting) this.#waiting.push(event);
    else this.#add(event);
  }

  /** Reads the events that this process missed, and appends those that the log does not have. */
  async #catchUp(): Promise<void> {
    this.#waiting ??= [];
    const read = ++this.#reads;
    const entries = await this.#cluster.readLog(LOG, MAX_LOGGED);
    // Another outage has ended since.
    if (read !== this.#reads) return;
    const events = (entries ?? []).flatMap(tryReadEvent);
    const isComplete = this.#lastSeen === undefined || events.some(([, , id]) => id === this.#lastSeen);
    if (!isComplete) this.#receiver.onLoss();
    for (const event of [...events, ...this.#waiting]) this.#add(event);
    this.#waiting = undefined;
    if (this.#cluster.isUp) this.#hasSkipped = false;
    for (const event of this.#early.values()) this.#share(event);
  }

  #add(event: SharedEvent): void {
    const [, , id] = event;
    this.#sent.delete(id);
    const isDelivered = this.#forgetEarly(id);
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    const [oldest = ''] = this.#seen;
    if (this.#seen.size > MAX_SEEN) this.#seen.delete(oldest);
    this.#lastSeen = id;
    if (isDelivered) return;
    this.#receiver.deliver(event, this.#early.size === 0 && !this.#hasSkipped);
  }
}

function costOf([, data]: SharedEvent): number {
  return data.length + EVENT_COST;
}

/** Skips entries of another version. */
function tryReadEvent(entry: string): SharedEvent[] {
  try {
    return [readEvent(entry)];
  } catch {
    return [];
  }
}

/** @throws SyntaxError, or TypeError if the text is not an event */
function readEvent(entry: string): SharedEvent {
  const value: unknown = JSON.parse(entry);
  if (!Array.isArray(value)) throw new TypeError('a malformed event');
  const [channel, data, id, event] = value as unknown[];
  const isType = event === undefined || event === null || typeof event === 'string';
  if (typeof channel === 'string' && typeof data === 'string' && typeof id === 'string' && isType)
    return value as SharedEvent;
  throw new TypeError('a malformed event');
}

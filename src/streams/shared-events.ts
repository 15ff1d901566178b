import { randomBytes } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { Cluster } from '../cluster/cluster.js';
import { MAX_MESSAGE_CHARS } from '../cluster/message.js';
import { EVENT_COST } from './replay.js';

const LOG = 'events';
const LOG_LIFETIME = 24 * 3_600_000;
const MAX_LOGGED = 10_000;
/** Remembered keys. The log is read again after each outage. */
const MAX_SEEN = 2 * MAX_LOGGED;

/** Milliseconds that an event may take through the store. After that this process delivers it early. */
const RETURN_TIMEOUT = 5000;

/** An event as the log holds it. Its key differs from those of all others, its id is its author's. */
export type SharedEvent = [
  key: string,
  channel: string,
  data: string,
  event?: string | null,
  id?: string | null,
];
/** Stands in the log for events that their process could not keep for the others. */
type Loss = [key: string, channel: null];
type Entry = SharedEvent | Loss;

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
  /** Early events were dropped. */
  #loss: Loss | undefined;
  /** Begins the keys of this process. */
  readonly #prefix = `${randomBytes(6).toString('base64url')}:`;
  #lastNumber = 0;
  /** Keys of the latest entries of the log. */
  readonly #seen = new Set<string>();
  /** Key of the latest entry up to which this process has missed none. */
  #lastComplete: string | undefined;
  /** Entries that came while the log was read. */
  #waiting: Entry[] | undefined;
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

  publish(channel: string, data: string, type: string | undefined, id: string | undefined): void {
    const event: SharedEvent = [this.#createKey(), channel, data, type, id];
    if (!this.#cluster.isUp) {
      this.#deliverSent();
      this.#deliverEarly(event);
      return;
    }
    const entry = JSON.stringify(event);
    if (entry.length > MAX_MESSAGE_CHARS) {
      this.#log.warn({ length: entry.length }, 'issr: an event is too long for other processes');
      this.#receiver.deliver(event, false);
      this.#share([this.#createKey(), null]);
      return;
    }
    this.#sent.set(event[0], { event, deadline: performance.now() + RETURN_TIMEOUT });
    this.#timer ??= setTimeout(() => this.#checkSent(), RETURN_TIMEOUT).unref();
    this.#share(event, entry);
  }

  #createKey(): string {
    return `${this.#prefix}${++this.#lastNumber}`;
  }

  #share(event: Entry, entry = JSON.stringify(event)): void {
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
    this.#early.set(event[0], event);
    this.#earlyBytes += costOf(event);
    for (const key of this.#early.keys()) {
      if (this.#early.size <= MAX_LOGGED && this.#earlyBytes <= this.#maxBytes) break;
      this.#forgetEarly(key);
      this.#loss ??= [this.#createKey(), null];
    }
    this.#receiver.deliver(event, false);
  }

  /** @returns false if the event was not delivered early */
  #forgetEarly(key: string): boolean {
    const event = this.#early.get(key);
    if (event) this.#earlyBytes -= costOf(event);
    return this.#early.delete(key);
  }

  #receive(entry: string): void {
    const event = readEntry(entry);
    if (this.#waiting) this.#waiting.push(event);
    else {
      if (!this.#cluster.isUp) this.#hasSkipped = true;
      this.#add(event);
    }
  }

  /** Reads the events that this process missed, and appends those that the log does not have. */
  async #catchUp(): Promise<void> {
    this.#waiting ??= [];
    const read = ++this.#reads;
    const entries = await this.#cluster.readLog(LOG, MAX_LOGGED);
    // Another outage has begun, and the log is read again at its end.
    if (read !== this.#reads || !this.#cluster.isUp) return;
    const events = (entries ?? []).flatMap(tryReadEntry);
    const isStart = read === 1;
    if (!isStart && !events.some(([key]) => key === this.#lastComplete)) this.#receiver.onLoss();
    for (const event of events) this.#add(event);
    this.#hasSkipped = false;
    this.#lastComplete = events.at(-1)?.[0] ?? this.#lastComplete;
    for (const event of this.#waiting) this.#add(event);
    this.#waiting = undefined;
    for (const event of this.#early.values()) this.#share(event);
    if (this.#loss) this.#share(this.#loss);
  }

  #add(event: Entry): void {
    const [key] = event;
    this.#sent.delete(key);
    const isDelivered = this.#forgetEarly(key);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const [oldest = ''] = this.#seen;
    if (this.#seen.size > MAX_SEEN) this.#seen.delete(oldest);
    if (!this.#hasSkipped) this.#lastComplete = key;
    if (event[1] === null) this.#onLoss(key);
    else if (!isDelivered) this.#receiver.deliver(event, this.#early.size === 0 && !this.#hasSkipped);
  }

  /** Passes on the loss of another process. The streams of this one have received what is lost for the others. */
  #onLoss(key: string): void {
    if (key === this.#loss?.[0]) this.#loss = undefined;
    if (!key.startsWith(this.#prefix)) this.#receiver.onLoss();
  }
}

function costOf([, , data]: Entry): number {
  return (data?.length ?? 0) + EVENT_COST;
}

/** Skips entries of another version. */
function tryReadEntry(entry: string): Entry[] {
  try {
    return [readEntry(entry)];
  } catch {
    return [];
  }
}

/** @throws SyntaxError, or TypeError if the text is not an entry */
function readEntry(entry: string): Entry {
  const value: unknown = JSON.parse(entry);
  if (!Array.isArray(value)) throw new TypeError('a malformed event');
  const [key, channel, data, event, id] = value as unknown[];
  const isEvent =
    typeof channel === 'string' && typeof data === 'string' && isTextOrNone(event) && isTextOrNone(id);
  if (typeof key === 'string' && (isEvent || channel === null)) return value as Entry;
  throw new TypeError('a malformed event');
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string';
}

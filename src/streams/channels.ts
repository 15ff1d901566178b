import type { FastifyBaseLogger } from 'fastify';
import { AdapterUnavailable } from '../cluster/adapter.js';
import type { Cluster } from '../cluster/cluster.js';
import { formatData, formatEvent } from '../http/event-stream.js';
import { EVENT_COST, type Published, Replay, type ReplayLimits } from './replay.js';

const PUBLISH = 'publish';
/** The log of all channels' latest events, for processes that start later. */
const LOG = 'events';
const LOG_LIFETIME = 24 * 3_600_000;
const MAX_LOGGED = 10_000;
/** Remembered ids. Processes receive events in other orders than that of the log. */
const MAX_DELIVERED = 2 * MAX_LOGGED;

/** An event on its way to other processes. */
type SharedEvent = [channel: string, data: string, id: string, event?: string | null];

/** A stream that subscribes to channels. */
export interface Subscriber {
  deliver(event: Published): void;
}

/** Type and id of an event. */
export interface PublishOptions {
  /** The event's type, without line breaks. @default 'message' */
  event?: string | undefined;
  /** Unique among the events of all channels, without line breaks. @default assigned by the process */
  id?: string | undefined;
}

/** The channels of one registration: their subscribers and their latest events. */
export class Channels {
  readonly #subscribers = new Map<string, Set<Subscriber>>();
  readonly replay: Replay;
  readonly #cluster: Cluster;
  readonly #maxBytes: number;
  /** Events of other processes that came while the log was read. */
  #waiting: string[] | undefined;
  /** Events that are not in the log, because the store was away or refused them. */
  #unsent: SharedEvent[] = [];
  #unsentBytes = 0;
  /** Ids of the latest events. The log has more of them than `replay`, and is read again after each outage. */
  readonly #delivered = new Set<string>();
  readonly #log: FastifyBaseLogger;
  #hasWarned = false;

  constructor(limits: ReplayLimits, cluster: Cluster, log: FastifyBaseLogger) {
    this.replay = new Replay(limits);
    this.#maxBytes = limits.maxReplayBytes;
    this.#cluster = cluster;
    this.#log = log;
    cluster.on(PUBLISH, (_sender, event) => this.#receive(event));
    cluster.onGap(() => void this.open());
  }

  /** Reads the events that other processes published before this one listened, and sends those that were not sent. */
  async open(): Promise<void> {
    if (!this.#cluster.isShared) return;
    this.#waiting ??= [];
    const entries = await this.#cluster.readLog(LOG, MAX_LOGGED);
    for (const entry of entries) this.#read(entry);
    const waiting = this.#waiting?.splice(0) ?? [];
    this.#waiting = undefined;
    for (const event of waiting) this.#read(event);
    const unsent = this.#unsent.splice(0);
    this.#unsentBytes = 0;
    for (const event of unsent) this.#share(event);
  }

  /** An id for a stream that has received no event, after which it would continue. */
  get position(): string {
    return this.replay.position(this.#cluster.isShared);
  }

  subscribe(channel: string, subscriber: Subscriber): void {
    const all = this.#subscribers.get(channel) ?? new Set();
    this.#subscribers.set(channel, all.add(subscriber));
  }

  unsubscribe(channel: string, subscriber: Subscriber): void {
    const all = this.#subscribers.get(channel);
    all?.delete(subscriber);
    if (all?.size === 0) this.#subscribers.delete(channel);
  }

  /**
   * @returns the number of subscribers in this process
   * @throws ISSR_ERR_EVENT
   */
  publish(channel: string, data: unknown, { event, id }: PublishOptions = {}): number {
    const text = formatData(data);
    const published = this.replay.add(channel, id, (id) => formatEvent({ event, id, data: text }));
    if (this.#cluster.isShared) {
      this.#noteDelivered(published.id);
      this.#share([channel, text, published.id, event]);
    }
    return this.#deliver(channel, published);
  }

  /** The log first: a process that starts now reads the log after it has begun to listen. */
  #share(event: SharedEvent): void {
    const maxEntries = Math.max(1, Math.min(MAX_LOGGED, Math.floor(this.#maxBytes / costOf(event))));
    this.#cluster.append(LOG, JSON.stringify(event), maxEntries, LOG_LIFETIME).then(
      () => {
        this.#hasWarned = false;
      },
      (error) => this.#onUnsent(event, error),
    );
    this.#cluster.send(PUBLISH, ...event);
  }

  /** Keeps the latest events until the next outage ends: others deliver those that they have not received. */
  #onUnsent(event: SharedEvent, error: unknown): void {
    this.#unsent.push(event);
    this.#unsentBytes += costOf(event);
    while (this.#unsent.length > MAX_LOGGED || this.#unsentBytes > this.#maxBytes)
      this.#unsentBytes -= costOf(this.#unsent.shift() as SharedEvent);
    if (this.#hasWarned || error instanceof AdapterUnavailable) return;
    this.#hasWarned = true;
    this.#log.warn(
      { err: error },
      'issr: streams that reconnect to a process which starts later miss events, the adapter failed',
    );
  }

  #noteDelivered(id: string): void {
    this.#delivered.add(id);
    const [oldest = ''] = this.#delivered;
    if (this.#delivered.size > MAX_DELIVERED) this.#delivered.delete(oldest);
  }

  /** Skips what is not an event: the log may have entries of another version. */
  #read(entry: string): void {
    try {
      const event: unknown = JSON.parse(entry);
      if (isShared(event)) this.#add(event);
    } catch {}
  }

  #receive(event: readonly unknown[]): void {
    if (!isShared(event)) throw new TypeError('a malformed event');
    if (this.#waiting) this.#waiting.push(JSON.stringify(event));
    else this.#add(event);
  }

  /** Keeps the id, so that a stream which reconnects to another process continues there. */
  #add([channel, data, id, event]: SharedEvent): void {
    if (this.#delivered.has(id)) return;
    this.#noteDelivered(id);
    const format = () => formatEvent({ event: event ?? undefined, id, data });
    this.#deliver(channel, this.replay.add(channel, id, format));
  }

  #deliver(channel: string, event: Published): number {
    const subscribers = this.#subscribers.get(channel);
    for (const subscriber of subscribers ?? []) subscriber.deliver(event);
    return subscribers?.size ?? 0;
  }
}

function costOf([, data]: SharedEvent): number {
  return data.length + EVENT_COST;
}

function isShared(value: unknown): value is SharedEvent {
  if (!Array.isArray(value)) return false;
  const [channel, data, id, event] = value as unknown[];
  const isType = event === undefined || event === null || typeof event === 'string';
  return typeof channel === 'string' && typeof data === 'string' && typeof id === 'string' && isType;
}

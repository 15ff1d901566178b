import type { Cluster } from '../cluster/cluster.js';
import { formatData, formatEvent } from '../http/event-stream.js';
import { type Published, Replay, type ReplayLimits } from './replay.js';

/** A stream that subscribes to channels. */
export interface Subscriber {
  deliver(event: Published): void;
}

/** Type and id of an event. */
export interface PublishOptions {
  /** The event's type, without line breaks. @default 'message' */
  event?: string;
  /** Unique among the events of all channels, without line breaks. @default assigned by the process */
  id?: string;
}

/** The channels of one registration: their subscribers and their latest events. */
export class Channels {
  readonly #subscribers = new Map<string, Set<Subscriber>>();
  readonly replay: Replay;
  readonly #cluster: Cluster;

  constructor(limits: ReplayLimits, cluster: Cluster) {
    this.replay = new Replay(limits);
    this.#cluster = cluster;
    cluster.on('publish', (_sender, event) => this.#publishFromElsewhere(event));
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
    this.#cluster.send('publish', channel, text, published.id, event);
    return this.#deliver(channel, published);
  }

  /** Keeps the id, so that a stream which reconnects to another process continues there. */
  #publishFromElsewhere([channel, data, id, event]: readonly unknown[]): void {
    const isType = event === undefined || event === null || typeof event === 'string';
    if (typeof channel !== 'string' || typeof data !== 'string' || typeof id !== 'string' || !isType) {
      throw new TypeError('a malformed event');
    }
    const published = this.replay.add(channel, id, () =>
      formatEvent({ event: event ?? undefined, id, data }),
    );
    this.#deliver(channel, published);
  }

  #deliver(channel: string, event: Published): number {
    const subscribers = this.#subscribers.get(channel);
    for (const subscriber of subscribers ?? []) subscriber.deliver(event);
    return subscribers?.size ?? 0;
  }
}

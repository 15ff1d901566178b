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

  constructor(limits: ReplayLimits) {
    this.replay = new Replay(limits);
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
   * @returns the number of subscribers
   * @throws ISSR_ERR_EVENT
   */
  publish(channel: string, data: unknown, { event, id }: PublishOptions = {}): number {
    const text = formatData(data);
    const published = this.replay.add(channel, id, (id) => formatEvent({ event, id, data: text }));
    const subscribers = this.#subscribers.get(channel);
    for (const subscriber of subscribers ?? []) subscriber.deliver(published);
    return subscribers?.size ?? 0;
  }
}

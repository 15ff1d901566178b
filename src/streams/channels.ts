import { formatData, formatEvent } from '../http/event-stream.js';
import { type Published, Replay, type ReplayLimits } from './replay.js';

/** Who hears a channel. */
export interface Subscriber {
  deliver(event: Published): void;
}

/** What an event is called, beside its data. */
export interface PublishOptions {
  /** Its type: `message` when left out. No line breaks. */
  event?: string;
  /** Names it among the events of all channels; the process gives one when left out. No line breaks. */
  id?: string;
}

/** All channels of one registration: who hears which, and what each said last. */
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
   * @returns to how many
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

import type { FastifyBaseLogger } from 'fastify';
import type { Cluster } from '../cluster/cluster.js';
import { formatData, formatEvent } from '../http/event-stream.js';
import { type Published, Replay, type ReplayLimits } from './replay.js';
import { SharedEvents } from './shared-events.js';

/** A stream that subscribes to channels. */
export interface Subscriber {
  deliver(event: Published): void;
  /** Events were lost, and it is unknown which. */
  onLoss(): void;
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
  /** Undefined if no other processes exist. */
  readonly #shared: SharedEvents | undefined;

  constructor(limits: ReplayLimits, cluster: Cluster, log: FastifyBaseLogger) {
    this.replay = new Replay(limits);
    if (!cluster.isShared) return;
    this.#shared = new SharedEvents(cluster, limits.maxReplayBytes, log, {
      deliver: ([key, channel, data, event, id], isInOrder) => {
        const format = (id: string) => formatEvent({ event: event ?? undefined, id, data });
        this.#deliver(channel, this.replay.add(channel, id ?? key, format, isInOrder));
      },
      onLoss: () => this.#onLoss(),
    });
  }

  async open(): Promise<void> {
    await this.#shared?.open();
  }

  /** An id for a stream that has received no event, after which it would continue. */
  get position(): string {
    return this.replay.position(this.#shared !== undefined);
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
    if (this.#shared) {
      // Throws in the caller's turn. The data is formatted at the delivery.
      formatEvent({ event, id });
      this.#shared.publish(channel, text, event, id);
    } else {
      const format = (id: string) => formatEvent({ event, id, data: text });
      this.#deliver(channel, this.replay.add(channel, id, format));
    }
    return this.#subscribers.get(channel)?.size ?? 0;
  }

  #deliver(channel: string, event: Published): void {
    for (const subscriber of this.#subscribers.get(channel) ?? []) subscriber.deliver(event);
  }

  #onLoss(): void {
    this.replay.onLoss();
    for (const subscribers of this.#subscribers.values())
      for (const subscriber of subscribers) subscriber.onLoss();
  }
}

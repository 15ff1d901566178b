import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { formatEvent } from '../http/event-stream.js';

/** Approximate memory of an event beside its bytes, so that many small events count for what they take. */
export const EVENT_COST = 256;

/** A published event. */
export interface Published {
  /** Its number among all events of this process. */
  readonly number: number;
  readonly id: string;
  readonly bytes: Buffer;
}

/** The latest events of one channel. */
class Recent {
  readonly events: Published[] = [];
  bytes = 0;
  /** Number of the last dropped event, or of a later loss. */
  lastDropped: number;

  constructor(lastDropped: number) {
    this.lastDropped = lastDropped;
  }
}

export interface ReplayLimits {
  maxReplayEvents: number;
  maxReplayBytes: number;
}

/**
 * Latest events, kept for reconnecting streams. Limits: events of each channel, and bytes of all channels, where
 * the least recently used channel is evicted first.
 */
export class Replay {
  /** Prefix of the ids that this process assigns. Ids of other processes are unknown here. */
  readonly #process = randomBytes(6).toString('base64url');
  readonly #limits: ReplayLimits;
  readonly #channels: LRUCache<string, Recent>;
  readonly #numbers = new Map<string, number>();
  #last = 0;
  #lastId: string | undefined;
  /** Number of the last event of an evicted channel. */
  #lastDropped = 0;

  constructor(limits: ReplayLimits) {
    this.#limits = limits;
    this.#channels = new LRUCache({
      maxSize: limits.maxReplayBytes,
      // The cache refuses a channel that is larger than all of it, and would not know what was dropped.
      sizeCalculation: ({ bytes }) => Math.min(Math.max(bytes, EVENT_COST), limits.maxReplayBytes),
      dispose: (recent, _channel, reason) => {
        if (reason !== 'evict') return;
        this.#drop(recent, recent.events.length);
        this.#lastDropped = Math.max(this.#lastDropped, recent.lastDropped);
      },
    });
  }

  /** The number of the last event. */
  get last(): number {
    return this.#last;
  }

  /**
   * An id that marks the position after the last event.
   *
   * @param isShared other processes must know it, as they know the last event's id
   */
  position(isShared: boolean): string {
    return (isShared ? this.#lastId : undefined) ?? this.#idOf(this.#last);
  }

  /**
   * @param format returns the event's bytes for its id
   * @param isInOrder false if other processes deliver it after other events. A stream then continues by an id that
   *   they do not know
   */
  add(channel: string, id: string | undefined, format: (id: string) => Buffer, isInOrder = true): Published {
    const number = this.#last + 1;
    const given = id ?? this.#idOf(number);
    const formatted = format(given);
    const bytes = isInOrder ? formatted : Buffer.concat([formatted, formatEvent({ id: this.#idOf(number) })]);
    const event = { number, id: given, bytes };
    this.#last = number;
    this.#lastId = isInOrder ? given : undefined;
    const { maxReplayEvents, maxReplayBytes } = this.#limits;
    const recent = this.#channels.get(channel) ?? new Recent(this.#lastDropped);
    recent.events.push(event);
    recent.bytes += costOf(event);
    // After the first event of several with one id, all others may be missed.
    if (isInOrder && !this.#numbers.has(given)) this.#numbers.set(given, number);
    while (recent.events.length > maxReplayEvents || recent.bytes > maxReplayBytes) this.#drop(recent, 1);
    // The cache measures an entry only when it is set.
    this.#channels.delete(channel);
    this.#channels.set(channel, recent);
    return event;
  }

  /**
   * Returns the events of a channel after the given one.
   *
   * @returns `isAll` is false if some of them were dropped or the id is unknown
   */
  since(channel: string, id: string): { events: readonly Published[]; isAll: boolean } {
    const recent = this.#channels.get(channel);
    const number = this.#numberOf(id);
    const lastDropped = recent?.lastDropped ?? this.#lastDropped;
    const events = recent?.events.filter((event) => event.number > (number ?? 0)) ?? [];
    return { events, isAll: number !== undefined && number >= lastDropped };
  }

  /** Counts lost events as one dropped event of every channel. */
  onLoss(): void {
    this.#lastDropped = ++this.#last;
    this.#lastId = undefined;
    for (const recent of this.#channels.values()) recent.lastDropped = this.#last;
  }

  #idOf(number: number): string {
    return `${this.#process}.${number}`;
  }

  #numberOf(id: string): number | undefined {
    const [process, digits = ''] = id.split('.');
    if (process !== this.#process || !/^\d{1,15}$/.test(digits)) return this.#numbers.get(id);
    return Math.min(Number(digits), this.#last);
  }

  #drop(recent: Recent, count: number): void {
    for (const event of recent.events.splice(0, count)) {
      const { number, id } = event;
      recent.lastDropped = Math.max(recent.lastDropped, number);
      recent.bytes -= costOf(event);
      if (this.#numbers.get(id) === number) this.#numbers.delete(id);
    }
  }
}

function costOf({ bytes }: Published): number {
  return bytes.length + EVENT_COST;
}

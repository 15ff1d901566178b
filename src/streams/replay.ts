import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** What keeping an event takes beside its bytes, about: many small ones must not take much more than they count. */
const EVENT_COST = 256;

/** An event that was published. */
export interface Published {
  /** Its number among all events of this process. */
  readonly number: number;
  readonly id: string;
  readonly bytes: Buffer;
}

/** The last events of one channel. */
class Recent {
  readonly events: Published[] = [];
  bytes = 0;
  /** The number of the last event that is not kept any more. */
  forgotten: number;

  constructor(forgotten: number) {
    this.forgotten = forgotten;
  }
}

export interface ReplayLimits {
  maxReplayEvents: number;
  maxReplayBytes: number;
}

/**
 * What was published lately, for those who were away for a moment. Bounded: events of each channel, and bytes
 * of all together, where the channel goes that was used the longest time ago.
 */
export class Replay {
  /** Begins the ids that this process gives, as those of another say nothing here. */
  readonly #process = randomBytes(6).toString('base64url');
  readonly #limits: ReplayLimits;
  readonly #channels: LRUCache<string, Recent>;
  readonly #numbers = new Map<string, number>();
  #last = 0;
  /** The number of the last event of a channel that is not kept any more. */
  #forgotten = 0;

  constructor(limits: ReplayLimits) {
    this.#limits = limits;
    this.#channels = new LRUCache({
      maxSize: limits.maxReplayBytes,
      sizeCalculation: ({ bytes }) => Math.max(bytes, EVENT_COST),
      dispose: (recent, _channel, reason) => {
        if (reason !== 'evict') return;
        this.#forget(recent, recent.events.length);
        this.#forgotten = Math.max(this.#forgotten, recent.forgotten);
      },
    });
  }

  /** The number of the last event. */
  get last(): number {
    return this.#last;
  }

  /** The id that the process gives to an event. It also names the place where one is missing. */
  idOf(number: number): string {
    return `${this.#process}.${number}`;
  }

  /** @param format makes the event's bytes of its id */
  add(channel: string, id: string | undefined, format: (id: string) => Buffer): Published {
    const number = this.#last + 1;
    const given = id ?? this.idOf(number);
    const event = { number, id: given, bytes: format(given) };
    this.#last = number;
    const { maxReplayEvents, maxReplayBytes } = this.#limits;
    const recent = this.#channels.get(channel) ?? new Recent(this.#forgotten);
    recent.events.push(event);
    recent.bytes += costOf(event);
    this.#numbers.set(given, number);
    while (recent.events.length > maxReplayEvents || recent.bytes > maxReplayBytes) this.#forget(recent, 1);
    // Set anew, as its size is asked for only then.
    this.#channels.delete(channel);
    this.#channels.set(channel, recent);
    return event;
  }

  /**
   * What a channel had after an event.
   *
   * @returns the events, and whether that is all: not if some are forgotten, or the id is unknown
   */
  since(channel: string, id: string): { events: readonly Published[]; isAll: boolean } {
    const recent = this.#channels.get(channel);
    const number = this.#numberOf(id);
    const forgotten = recent?.forgotten ?? this.#forgotten;
    const events = recent?.events.filter((event) => event.number > (number ?? 0)) ?? [];
    return { events, isAll: number !== undefined && number >= forgotten };
  }

  #numberOf(id: string): number | undefined {
    const [process, digits = ''] = id.split('.');
    if (process !== this.#process || !/^\d{1,15}$/.test(digits)) return this.#numbers.get(id);
    return Math.min(Number(digits), this.#last);
  }

  #forget(recent: Recent, count: number): void {
    for (const event of recent.events.splice(0, count)) {
      const { number, id } = event;
      recent.forgotten = number;
      recent.bytes -= costOf(event);
      if (this.#numbers.get(id) === number) this.#numbers.delete(id);
    }
  }
}

function costOf({ bytes }: Published): number {
  return bytes.length + EVENT_COST;
}

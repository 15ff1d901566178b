import type { AdapterListener } from '../cluster/adapter.js';
import type { RedisPort } from './redis-port.js';

interface Subscription {
  readonly listeners: Set<AdapterListener>;
  /** Settles when the server has confirmed the subscription. */
  confirmed: Promise<unknown> | undefined;
  isConfirmed: boolean;
}

/** Shares one subscription of each channel among its listeners. */
export class Subscriptions {
  readonly #port: Pick<RedisPort, 'subscribe' | 'unsubscribe'>;
  readonly #channels = new Map<string, Subscription>();

  constructor(port: Pick<RedisPort, 'subscribe' | 'unsubscribe'>) {
    this.#port = port;
  }

  /** Resolves when the server has confirmed the channel's subscription. */
  async add(channel: string, listener: AdapterListener): Promise<void> {
    const subscription = this.register(channel, listener);
    subscription.confirmed ??= this.#subscribe(channel, subscription);
    await subscription.confirmed;
  }

  async #subscribe(channel: string, subscription: Subscription): Promise<void> {
    await this.#port.subscribe(channel);
    subscription.isConfirmed = true;
  }

  /** Adds a listener without a command. {@link restore} subscribes its channel. */
  register(channel: string, listener: AdapterListener): Subscription {
    const subscription = this.#channels.get(channel) ?? {
      listeners: new Set(),
      confirmed: undefined,
      isConfirmed: false,
    };
    subscription.listeners.add(listener);
    this.#channels.set(channel, subscription);
    return subscription;
  }

  async remove(channel: string, listener: AdapterListener): Promise<void> {
    const subscription = this.#channels.get(channel);
    if (!subscription?.listeners.delete(listener) || subscription.listeners.size > 0) return;
    this.#channels.delete(channel);
    await this.#port.unsubscribe(channel);
  }

  deliver(channel: string, message: string): void {
    for (const listener of [...(this.#channels.get(channel)?.listeners ?? [])]) listener(message);
  }

  /** Forgets which channels were confirmed: an interruption may have ended any of them. */
  invalidate(): void {
    for (const subscription of this.#channels.values()) {
      subscription.confirmed = undefined;
      subscription.isConfirmed = false;
    }
  }

  /** The channels whose messages arrive. */
  get confirmed(): string[] {
    return [...this.#channels].filter(([, { isConfirmed }]) => isConfirmed).map(([channel]) => channel);
  }

  /** `false` if a channel waits for {@link restore}. */
  get isComplete(): boolean {
    return [...this.#channels.values()].every(({ confirmed }) => confirmed !== undefined);
  }

  /** Subscribes to the channels without a confirmation. */
  async restore(): Promise<void> {
    const missing = [...this.#channels].filter(([, { confirmed }]) => confirmed === undefined);
    const restored = missing.map(([channel, subscription]) => {
      subscription.confirmed = this.#subscribe(channel, subscription);
      return subscription.confirmed;
    });
    await Promise.all(restored);
  }
}

import { LRUCache } from 'lru-cache';
import type { Adapter, AdapterListener } from './adapter.js';

/** Records kept at once. The least recently used is evicted. */
const MAX_RECORDS = 100_000;

const MAX_LOGS = 1000;

/** Serves one process, without any store. */
export class MemoryAdapter implements Adapter {
  readonly isShared = false;
  readonly #listeners = new Map<string, Set<AdapterListener>>();
  readonly #records = new LRUCache<string, string>({ max: MAX_RECORDS });

  readonly #logs = new LRUCache<string, string[]>({ max: MAX_LOGS });

  async open(): Promise<void> {}

  async close(): Promise<void> {
    this.#listeners.clear();
    this.#records.clear();
    this.#logs.clear();
  }

  async publish(channel: string, message: string): Promise<void> {
    for (const listener of [...(this.#listeners.get(channel) ?? [])]) listener(message);
  }

  async subscribe(channel: string, listener: AdapterListener): Promise<void> {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(listener));
  }

  async unsubscribe(channel: string, listener: AdapterListener): Promise<void> {
    const listeners = this.#listeners.get(channel);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(channel);
  }

  async get(key: string): Promise<string | null> {
    return this.#records.get(key) ?? null;
  }

  async set(key: string, value: string, ttl: number): Promise<void> {
    this.#records.set(key, value, { ttl });
  }

  async take(key: string): Promise<string | null> {
    const value = this.#records.get(key) ?? null;
    this.#records.delete(key);
    return value;
  }

  async claim(key: string, expected: string | null, value: string, ttl: number): Promise<string | null> {
    const current = this.#records.get(key) ?? null;
    if (current !== expected) return current ?? '';
    this.#records.set(key, value, { ttl });
    return null;
  }

  async append(log: string, entry: string, maxEntries: number, ttl: number): Promise<boolean> {
    this.#logs.set(log, [...(this.#logs.get(log) ?? []), entry].slice(-maxEntries), { ttl });
    await this.publish(log, entry);
    return true;
  }

  async readLog(log: string, maxEntries: number): Promise<string[]> {
    return (this.#logs.get(log) ?? []).slice(-maxEntries);
  }

  async renew(keys: readonly string[], ttl: number): Promise<void> {
    for (const key of keys) {
      const value = this.#records.get(key);
      if (value !== undefined) this.#records.set(key, value, { ttl });
    }
  }
}

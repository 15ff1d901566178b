import { LRUCache } from 'lru-cache';
import type { Adapter, AdapterListener, LogEntry, LogRange } from './adapter.js';

/** Records and logs kept at once. The least recently used is evicted. */
const MAX_RECORDS = 100_000;

interface Log {
  entries: LogEntry[];
  /** Number of the next entry. */
  next: number;
}

/** Serves one process, without any store. */
export class MemoryAdapter implements Adapter {
  readonly isShared = false;
  readonly #listeners = new Map<string, Set<AdapterListener>>();
  readonly #records = new LRUCache<string, string>({ max: MAX_RECORDS });
  readonly #logs = new LRUCache<string, Log>({ max: MAX_RECORDS });

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

  async renew(keys: readonly string[], ttl: number): Promise<void> {
    for (const key of keys) {
      const value = this.#records.get(key);
      if (value !== undefined) this.#records.set(key, value, { ttl });
    }
  }

  async append(name: string, value: string, maxEntries: number, ttl: number): Promise<string> {
    const log = this.#logs.get(name) ?? { entries: [], next: 1 };
    const id = String(log.next++);
    log.entries.push({ id, value });
    if (log.entries.length > maxEntries) log.entries.splice(0, log.entries.length - maxEntries);
    this.#logs.set(name, log, { ttl });
    return id;
  }

  async read(name: string, after: string): Promise<LogRange> {
    const { entries } = this.#logs.get(name) ?? { entries: [] };
    const index = entries.findIndex(({ id }) => id === after);
    return { entries: entries.slice(index + 1), isComplete: index >= 0 };
  }
}

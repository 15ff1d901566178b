import { within } from '../limits/within.js';
import { type Adapter, AdapterUnavailable } from './adapter.js';
import { CallLimit } from './call-limit.js';
import type { Cluster } from './cluster.js';

/** Milliseconds that the store has to write or to take a record. */
const TIMEOUT = 1000;

/** Records that a process leaves to the others. */
export class Records {
  readonly #adapter: Adapter;
  readonly #cluster: Cluster;
  readonly #limit: CallLimit;

  /** @param maxPagesPerIp pages of one address that may come back at once */
  constructor(adapter: Adapter, cluster: Cluster, maxPagesPerIp: number) {
    this.#limit = new CallLimit(maxPagesPerIp);
    this.#adapter = adapter;
    this.#cluster = cluster;
  }

  /** Other processes may take records, and the store can be reached. */
  get isOpen(): boolean {
    return this.#cluster.isUp;
  }

  /** @throws the adapter's error, or AdapterUnavailable if it does not answer in time */
  async set(key: string, value: string, ttl: number): Promise<void> {
    const write = async () => this.#adapter.set(key, value, ttl);
    if ((await within(write(), TIMEOUT, 'late')) === 'late')
      throw new AdapterUnavailable(`The adapter did not answer within ${TIMEOUT} ms.`);
  }

  /**
   * Takes a record for a visitor. Resolves to null if there is none, the store does not answer in time, or too many calls
   * wait.
   *
   * @param address of the visitor: `addressKey`
   * @throws the adapter's error
   */
  async take(key: string, address: string): Promise<string | null> {
    if (!this.isOpen) return null;
    const take = async () => this.#adapter.take(key);
    const record = await this.#limit.run(address, key.length, TIMEOUT, (left) => within(take(), left));
    return typeof record === 'string' ? record : null;
  }
}

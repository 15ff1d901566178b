/** Receives the messages of one channel, those that this process published included. */
export type AdapterListener = (message: string) => void;

/** Reports whether the store behind an adapter can be reached. */
export interface AdapterStatus {
  /** The store went away. Messages may be lost until `onUp`. Called again when another reason is known. */
  onDown(error: Error): void;
  /** The store is back, with all subscriptions. Messages published in between are lost. */
  onUp(): void;
}

/**
 * The seam between processes: a message bus and small records. Every method may reject with
 * {@link AdapterUnavailable}; callers go on with what this process knows.
 *
 * Channels and keys are UTF-8 strings of at most 512 bytes. Values are strings of at most 1 MiB.
 * Times are milliseconds. `fastify-issr/adapter-tests` holds the contract suite.
 */
export interface Adapter {
  /** `false` if the adapter serves one process only: records about other processes are then pointless. */
  readonly isShared: boolean;

  /**
   * Connects and checks that the store answers. Called once, before any other method.
   *
   * @throws the store's error, such as a wrong password
   */
  open(status: AdapterStatus): Promise<void>;

  /** Releases what `open` acquired. A client that the author passed in stays open. */
  close(): Promise<void>;

  /** Sends a message to all subscribers of a channel, in all processes. At most once, in the order sent. */
  publish(channel: string, message: string): Promise<void>;

  /**
   * Subscribes to a channel. Resolves when messages published afterwards will arrive; while the store is away
   * it resolves at once, and the subscription takes effect with `onUp`.
   */
  subscribe(channel: string, listener: AdapterListener): Promise<void>;

  /** Removes a subscription. An unknown one is ignored. */
  unsubscribe(channel: string, listener: AdapterListener): Promise<void>;

  /** Reads a record. Resolves to `null` if it does not exist or has expired. */
  get(key: string): Promise<string | null>;

  /** Writes a record that expires after `ttl`. */
  set(key: string, value: string, ttl: number): Promise<void>;

  /** Reads and deletes a record in one step: of several callers, one gets it. */
  take(key: string): Promise<string | null>;

  /**
   * Writes a record if it holds `expected` (`null`: if it does not exist), in one step.
   *
   * @returns `null` if the write was made, otherwise the value that the record holds (`''` if it is gone)
   */
  claim(key: string, expected: string | null, value: string, ttl: number): Promise<string | null>;

  /**
   * Appends an entry to a log, which keeps its latest `maxEntries` entries, and expires `ttl` after the last one. In the
   * same step, publishes the entry in the channel of that name: subscribers receive all entries in the order of the log.
   *
   * @returns false if a full store could not keep the entry. It is published, and the log is emptied to avoid a gap
   */
  append(log: string, entry: string, maxEntries: number, ttl: number): Promise<boolean>;

  /** Reads the latest entries of a log, the oldest first. */
  readLog(log: string, maxEntries: number): Promise<string[]>;

  /** Extends the lifetime of several records in one round trip. Missing ones are ignored. */
  renew(keys: readonly string[], ttl: number): Promise<void>;
}

/** The store behind an adapter cannot be reached, or did not answer in time. */
export class AdapterUnavailable extends Error {
  override readonly name = 'AdapterUnavailable';
}

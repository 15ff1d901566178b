import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Destination } from './destination.js';
import type { Meter } from './meter.js';
import type { StoredFile } from './rule.js';

/** A file in the author's store, which takes it whole: cut, it begins anew. */
export class StoreFile implements Destination {
  received = 0;
  readonly #store: (stream: Readable, type: string) => Promise<StoredFile>;
  readonly #size: number | undefined;
  readonly #onFailure: () => void;
  #stream = new PassThrough();
  #coming = 0;
  #storing: Promise<StoredFile> | undefined;
  #stored: StoredFile | undefined;

  /**
   * @param size that was announced
   * @param onFailure the store has an error
   */
  constructor(
    store: (stream: Readable, type: string) => Promise<StoredFile>,
    size: number | undefined,
    onFailure: () => void,
  ) {
    this.#store = store;
    this.#size = size;
    this.#onFailure = onFailure;
  }

  get path(): string {
    return this.#stored?.path ?? '';
  }

  reserve(bytes: number): boolean {
    this.#coming += bytes;
    return true;
  }

  open(type: string): void {
    const stream = this.#stream;
    this.#storing = this.#store(stream, type);
    // A store that fails reads no more.
    this.#storing.catch((error) => {
      if (!stream.errored) this.#onFailure();
      stream.destroy(error);
    });
  }

  async take(body: Readable, meter: Meter, signal: AbortSignal): Promise<void> {
    this.#stream = new PassThrough();
    this.#coming = 0;
    try {
      await pipeline(body, meter, this.#stream, { signal });
      if (this.#coming === (this.#size ?? this.#coming)) this.#stored = await this.#storing;
    } finally {
      if (this.#stored) this.received = this.#coming;
      else void this.#storing?.then((kept) => kept.remove?.()).catch(() => {});
      this.#storing = undefined;
    }
  }

  async discard(): Promise<void> {
    const stored = this.#stored;
    this.#stored = undefined;
    this.received = 0;
    await stored?.remove?.();
  }
}

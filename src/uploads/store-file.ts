import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Destination, StoredBytes } from './destination.js';
import type { StoredFile } from './rule.js';
import type { UploadInspector } from './upload-inspector.js';

/** A file in the author's store. The store receives whole files, so a cut upload starts again at byte 0. */
export class StoreFile implements Destination {
  received = 0;
  readonly #store: (stream: Readable, type: string) => Promise<StoredFile>;
  readonly #size: number | undefined;
  readonly #onFailure: () => void;
  #stream = new PassThrough();
  #arrived = 0;
  #storing: Promise<StoredFile> | undefined;
  #stored: StoredFile | undefined;

  /**
   * @param size announced bytes
   * @param onFailure called if the store fails
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

  assignPath(): string {
    return '';
  }

  reserve(bytes: number): boolean {
    this.#arrived += bytes;
    return true;
  }

  open(type: string): void {
    const stream = this.#stream;
    this.#storing = this.#store(stream, type);
    // A failed store stops reading.
    this.#storing.catch((error) => {
      if (!stream.errored) this.#onFailure();
      stream.destroy(error);
    });
  }

  async write(body: Readable, inspector: UploadInspector, signal: AbortSignal): Promise<void> {
    this.#stream = new PassThrough();
    this.#arrived = 0;
    try {
      await pipeline(body, inspector, this.#stream, { signal });
      if (this.#arrived === (this.#size ?? this.#arrived)) this.#stored = await this.#storing;
    } finally {
      if (this.#stored) this.received = this.#arrived;
      else void this.#storing?.then((kept) => kept.remove?.()).catch(() => {});
      this.#storing = undefined;
    }
  }

  adopt({ path, received, remove }: StoredBytes): void {
    this.received = received;
    this.#stored = path !== '' ? { path, ...(remove && { remove }) } : undefined;
  }

  async delete(): Promise<void> {
    const stored = this.#stored;
    this.release();
    await stored?.remove?.();
  }

  release(): void {
    this.#stored = undefined;
    this.received = 0;
  }
}

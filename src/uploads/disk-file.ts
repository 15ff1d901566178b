import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Destination, StoredBytes } from './destination.js';
import type { UploadInspector } from './upload-inspector.js';
import type { Space } from './upload-space.js';

/** A file in the upload folder. A cut upload keeps its bytes and resumes. */
export class DiskFile implements Destination {
  path = '';
  received = 0;
  readonly #space: Space;
  readonly #onFailure: () => void;
  #reserved = 0;

  /** @param onFailure called if the disk fails */
  constructor(space: Space, onFailure: () => void) {
    this.#space = space;
    this.#onFailure = onFailure;
  }

  assignPath(): string {
    this.path ||= this.#space.newPath();
    return this.path;
  }

  reserve(bytes: number): boolean {
    if (this.#space.freeBytes < bytes) return false;
    this.#space.count(bytes);
    this.#reserved += bytes;
    return true;
  }

  open(): void {}

  async write(body: Readable, inspector: UploadInspector, signal: AbortSignal): Promise<void> {
    const start = this.received;
    const sink = createWriteStream(this.assignPath(), { flags: start > 0 ? 'r+' : 'w', start, mode: 0o600 });
    // The pipeline also destroys the sink with errors of the body. Only system calls fail by the disk.
    sink.once('error', ({ syscall }: NodeJS.ErrnoException) => {
      if (syscall !== undefined) this.#onFailure();
    });
    try {
      await pipeline(body, inspector, sink, { signal });
    } finally {
      // A write may be pending until the file is closed.
      if (!sink.closed) await new Promise<void>((resolve) => sink.once('close', () => resolve()));
      this.#settle(start + sink.bytesWritten);
    }
  }

  adopt({ path, received }: StoredBytes): void {
    this.path = path;
    this.#settle(received);
  }

  async delete(): Promise<void> {
    const { path } = this;
    this.release();
    if (path !== '') await rm(path, { force: true });
  }

  release(): void {
    this.path = '';
    this.#settle(0);
  }

  /** Counts what is stored in place of what was reserved. */
  #settle(received: number): void {
    this.#space.count(received - this.#reserved);
    this.received = this.#reserved = received;
  }
}

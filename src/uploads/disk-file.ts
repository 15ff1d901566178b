import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Destination } from './destination.js';
import type { UploadInspector } from './upload-inspector.js';
import type { UploadSpace } from './upload-space.js';

/** A file in the upload folder. A cut upload keeps its bytes and resumes. */
export class DiskFile implements Destination {
  path = '';
  received = 0;
  readonly #space: UploadSpace;
  readonly #onFailure: () => void;
  #reserved = 0;

  /** @param onFailure called if the disk fails */
  constructor(space: UploadSpace, onFailure: () => void) {
    this.#space = space;
    this.#onFailure = onFailure;
  }

  reserve(bytes: number): boolean {
    if (this.#space.freeBytes < bytes) return false;
    this.#space.count(bytes);
    this.#reserved += bytes;
    return true;
  }

  open(): void {}

  async write(body: Readable, inspector: UploadInspector, signal: AbortSignal): Promise<void> {
    this.path ||= this.#space.newPath();
    const start = this.received;
    const sink = createWriteStream(this.path, { flags: start > 0 ? 'r+' : 'w', start, mode: 0o600 });
    // The pipeline also destroys the sink with errors of the body. Only system calls fail by the disk.
    sink.once('error', ({ syscall }: NodeJS.ErrnoException) => {
      if (syscall !== undefined) this.#onFailure();
    });
    try {
      await pipeline(body, inspector, sink, { signal });
    } finally {
      // A write may be pending until the file is closed.
      if (!sink.closed) await new Promise<void>((resolve) => sink.once('close', () => resolve()));
      this.received = start + sink.bytesWritten;
      this.#space.count(this.received - this.#reserved);
      this.#reserved = this.received;
    }
  }

  async delete(): Promise<void> {
    if (this.path === '') return;
    await rm(this.path, { force: true });
    this.#space.count(-this.#reserved);
    this.received = this.#reserved = 0;
  }
}

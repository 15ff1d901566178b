import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Destination } from './destination.js';
import type { UploadFolder } from './folder.js';
import type { UploadInspector } from './upload-inspector.js';

/** A file in the upload folder. A cut upload keeps its bytes and resumes. */
export class DiskFile implements Destination {
  path = '';
  received = 0;
  readonly #folder: UploadFolder;
  readonly #onFailure: () => void;
  #reserved = 0;

  /** @param onFailure called if the disk fails */
  constructor(folder: UploadFolder, onFailure: () => void) {
    this.#folder = folder;
    this.#onFailure = onFailure;
  }

  reserve(bytes: number): boolean {
    if (this.#folder.freeBytes < bytes) return false;
    this.#folder.count(bytes);
    this.#reserved += bytes;
    return true;
  }

  open(): void {}

  async write(body: Readable, inspector: UploadInspector, signal: AbortSignal): Promise<void> {
    this.path ||= this.#folder.newPath();
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
      this.#folder.count(this.received - this.#reserved);
      this.#reserved = this.received;
    }
  }

  async delete(): Promise<void> {
    if (this.path === '') return;
    await rm(this.path, { force: true });
    this.#folder.count(-this.#reserved);
    this.received = this.#reserved = 0;
  }
}

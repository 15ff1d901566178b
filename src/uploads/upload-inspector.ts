import { Transform, type TransformCallback } from 'node:stream';
import { HEADER_BYTES } from './type.js';

/** Checks of the bytes that pass an inspector. An error thrown by one of them stops the stream. */
export interface InspectorChecks {
  /** Called with the number of arriving bytes before they pass. */
  onBytes(count: number): void;
  /** Called with the first `HEADER_BYTES`, or all bytes of a shorter file, before any of them pass. */
  onHeader(header: Buffer): Promise<void>;
}

/** Counts the bytes of a file and holds back its header until its type is checked, so that a wrong type reaches no disk. */
export class UploadInspector extends Transform {
  readonly #checks: InspectorChecks;
  /** Chunks of the header; undefined once the type is known. */
  #header: Buffer[] | undefined;
  #headerBytes = 0;

  constructor(checks: InspectorChecks, isTypeKnown: boolean) {
    super();
    this.#checks = checks;
    this.#header = isTypeKnown ? undefined : [];
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#checks.onBytes(chunk.length);
    } catch (error) {
      done(error as Error);
      return;
    }
    if (!this.#header) {
      done(null, chunk);
      return;
    }
    this.#header.push(chunk);
    this.#headerBytes += chunk.length;
    if (this.#headerBytes < HEADER_BYTES) done();
    else this.#release(done);
  }

  override _flush(done: TransformCallback): void {
    if (this.#header) this.#release(done);
    else done();
  }

  #release(done: TransformCallback): void {
    const header = Buffer.concat(this.#header ?? []);
    this.#header = undefined;
    this.#checks.onHeader(header).then(() => done(null, header), done);
  }
}

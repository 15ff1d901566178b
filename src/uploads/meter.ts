import { Transform, type TransformCallback } from 'node:stream';
import { SAMPLE_BYTES } from './type.js';

/** What a meter asks about the bytes that go through it. It goes on unless it is thrown at. */
export interface MeterListener {
  /** So many bytes more, before they go on. */
  onBytes(count: number): void;
  /** The first `SAMPLE_BYTES`, or all of a shorter file: before any byte goes on. */
  onSample(sample: Buffer): Promise<void>;
}

/** Counts what goes through it. Held back until its type is known, bytes of a wrong type reach no disk. */
export class Meter extends Transform {
  readonly #listener: MeterListener;
  /** Undefined once the type is known. */
  #sample: Buffer[] | undefined;
  #sampled = 0;

  constructor(listener: MeterListener, isTypeKnown: boolean) {
    super();
    this.#listener = listener;
    this.#sample = isTypeKnown ? undefined : [];
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#listener.onBytes(chunk.length);
    } catch (error) {
      done(error as Error);
      return;
    }
    if (!this.#sample) {
      done(null, chunk);
      return;
    }
    this.#sample.push(chunk);
    this.#sampled += chunk.length;
    if (this.#sampled < SAMPLE_BYTES) done();
    else this.#release(done);
  }

  override _flush(done: TransformCallback): void {
    if (this.#sample) this.#release(done);
    else done();
  }

  #release(done: TransformCallback): void {
    const sample = Buffer.concat(this.#sample ?? []);
    this.#sample = undefined;
    this.#listener.onSample(sample).then(() => done(null, sample), done);
  }
}

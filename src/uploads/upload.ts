import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errors } from '../errors.js';
import type { UploadFolder } from './folder.js';
import { Meter, type MeterListener } from './meter.js';
import { sanitizeName } from './name.js';
import type { ResolvedRule, StoredFile, UploadRefusal } from './rule.js';
import { isAllowed, typeOf } from './type.js';

/** One file that a visitor chose, as the handler gets it. */
export interface UploadedFile {
  /** Where it is: a temporary file, to be moved by who wants to keep it; or what the route's `store` said. */
  readonly path: string;
  /** As the visitor's computer calls it, made safe: no path, at most 100 characters. */
  readonly name: string;
  /** By its content, not by its name. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
}

/** What a browser says of a file before it sends it. */
export interface FileClaim {
  name: string;
  type: string;
  /** A form without script does not say it. */
  size?: number;
}

/** `waiting ⇄ receiving → complete | refused`, and from each of them `removed`. */
type UploadState = 'waiting' | 'receiving' | 'complete' | 'refused' | 'removed';

/** One file on its way from a page, in as many pieces as its connections are cut into. */
export class Upload {
  readonly id = randomUUID();
  readonly field: string;
  readonly name: string;
  /** What the browser says. */
  readonly size: number | undefined;
  /** What the visitor is told, once it is refused. */
  refusal = '';
  file: UploadedFile | undefined;
  readonly rule: ResolvedRule;
  readonly #folder: UploadFolder;
  readonly #claimedType: string;
  /** What else of its field there is room for. */
  readonly #room: number;
  #state: UploadState = 'waiting';
  #type = '';
  #received = 0;
  #path = '';
  #stored: StoredFile | undefined;
  #current: { abort: AbortController; done: Promise<void> } | undefined;

  constructor(
    field: string,
    { name, size, type }: FileClaim,
    rule: ResolvedRule,
    folder: UploadFolder,
    room = rule.maxTotalBytes,
  ) {
    this.field = field;
    this.name = sanitizeName(name);
    this.size = size;
    this.#claimedType = type;
    this.rule = rule;
    this.#folder = folder;
    this.#room = room;
  }

  /** Bytes that are here for good: where a cut upload goes on. */
  get received(): number {
    return this.#received;
  }

  /**
   * Takes what comes from `offset` on. Resolves when all that came is kept; the file may still lack its end.
   *
   * @throws ISSR_ERR_UPLOAD_OFFSET, ISSR_ERR_UPLOAD_REFUSED, and what the stream or the store rejects with
   */
  async receive(body: Readable, offset: number): Promise<void> {
    await this.stop();
    if (!this.#isWaiting() || offset !== this.#received) {
      body.destroy();
      throw new errors.ISSR_ERR_UPLOAD_OFFSET(offset, this.#received);
    }
    this.#state = 'receiving';
    const abort = new AbortController();
    const run = this.rule.store ? this.#toStore(body, abort.signal) : this.#toDisk(body, abort.signal);
    const done = run.finally(() => {
      this.#current = undefined;
      if (this.#state === 'refused') return this.#discard();
      this.#state = 'waiting';
      return undefined;
    });
    this.#current = { abort, done: done.catch(() => {}) };
    await done.catch((error) => {
      throw abort.signal.aborted ? new errors.ISSR_ERR_UPLOAD_OFFSET(offset, this.#received) : error;
    });
    if (this.#isWaiting() && this.#isWhole(this.#received)) this.#complete();
  }

  /** Ends what is under way: its connection is dead, or nobody wants the file. */
  async stop(): Promise<void> {
    this.#current?.abort.abort();
    await this.#current?.done;
  }

  refuse(reason: UploadRefusal['reason'], allowed: UploadRefusal['allowed']): void {
    this.#state = 'refused';
    this.refusal = this.rule.message({ reason, name: this.name, allowed });
  }

  async remove(): Promise<void> {
    await this.stop();
    if (this.#state === 'removed') return;
    this.#state = 'removed';
    this.file = undefined;
    await this.#discard();
  }

  async #discard(): Promise<void> {
    const stored = this.#stored;
    this.#stored = undefined;
    await stored?.remove?.();
    if (this.#path === '') return;
    await rm(this.#path, { force: true });
    this.#folder.count(-this.#received);
    this.#received = 0;
  }

  #isWaiting(): boolean {
    return this.#state === 'waiting';
  }

  #isWhole(received: number): boolean {
    return received === (this.size ?? received);
  }

  #complete(): void {
    this.#state = 'complete';
    const path = this.#stored?.path ?? this.#path;
    this.file = { path, name: this.name, type: this.#type, size: this.#received };
  }

  async #toDisk(body: Readable, signal: AbortSignal): Promise<void> {
    if (this.#path === '') this.#path = this.#folder.newPath();
    const start = this.#received;
    const sink = createWriteStream(this.#path, { flags: start > 0 ? 'r+' : 'w', start, mode: 0o600 });
    let metered = 0;
    const meter = this.#meter(start, (count) => {
      metered += count;
      this.#folder.count(count);
    });
    // An error of the body destroys it too, and is not the disk's.
    sink.once('error', ({ syscall }: NodeJS.ErrnoException) => {
      if (syscall !== undefined) this.refuse('failed', 0);
    });
    try {
      await pipeline(body, meter, sink, { signal });
    } finally {
      // A write may be under way until the file is closed.
      if (!sink.closed) await new Promise<void>((resolve) => sink.once('close', () => resolve()));
      this.#received = start + sink.bytesWritten;
      this.#folder.count(sink.bytesWritten - metered);
    }
  }

  /** A store takes a file whole: cut, it begins anew. */
  async #toStore(body: Readable, signal: AbortSignal): Promise<void> {
    const stream = new PassThrough();
    let received = 0;
    let stored: Promise<StoredFile> | undefined;
    const meter = this.#meter(
      0,
      (count) => {
        received += count;
      },
      () => {
        stored = this.#store(stream);
      },
    );
    let isWhole = false;
    try {
      await pipeline(body, meter, stream, { signal });
      isWhole = this.#isWhole(received);
      if (!isWhole) return;
      this.#stored = await stored;
      this.#received = received;
    } finally {
      if (!isWhole) void stored?.then((kept) => kept.remove?.()).catch(() => {});
    }
  }

  #store(stream: PassThrough): Promise<StoredFile> | undefined {
    const { field, name, size } = this;
    const stored = this.rule.store?.({ stream, field, name, size, type: this.#type });
    // A store that fails reads no more.
    stored?.catch((error) => {
      if (!stream.errored) this.refuse('failed', 0);
      stream.destroy(error);
    });
    return stored;
  }

  /** @param onType before the first byte goes on */
  #meter(start: number, onBytes: (count: number) => void, onType?: () => void): Meter {
    let end = start;
    const listener: MeterListener = {
      onBytes: (count) => {
        end += count;
        this.#limit(end, count);
        onBytes(count);
      },
      onSample: async (sample) => {
        this.#type = await typeOf(sample, this.#claimedType, this.rule.types);
        if (!isAllowed(this.#type, this.rule.types)) this.#fail('type', this.rule.types);
        onType?.();
      },
    };
    return new Meter(listener, start > 0);
  }

  /** A browser may lie about a size. */
  #limit(end: number, count: number): void {
    const { maxBytes, maxTotalBytes, store } = this.rule;
    if (end > Math.min(this.size ?? maxBytes, maxBytes)) this.#fail('bytes', maxBytes);
    if (end > this.#room) this.#fail('totalBytes', maxTotalBytes);
    if (!store && this.#folder.room < count) this.#fail('disk', 0);
  }

  #fail(reason: UploadRefusal['reason'], allowed: UploadRefusal['allowed']): never {
    this.refuse(reason, allowed);
    throw new errors.ISSR_ERR_UPLOAD_REFUSED(this.refusal);
  }
}

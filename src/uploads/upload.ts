import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { errors } from '../errors.js';
import type { Destination } from './destination.js';
import { DiskFile } from './disk-file.js';
import type { UploadFolder } from './folder.js';
import { Meter } from './meter.js';
import { sanitizeName } from './name.js';
import type { ResolvedRule, UploadRefusal } from './rule.js';
import { StoreFile } from './store-file.js';
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
  readonly rule: ResolvedRule;
  /** What the visitor is told, once it is refused. */
  refusal = '';
  file: UploadedFile | undefined;
  readonly #claimedType: string;
  /** What else of its field there is room for. */
  readonly #room: number;
  readonly #destination: Destination;
  #state: UploadState = 'waiting';
  #type = '';
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
    this.rule = rule;
    this.#claimedType = type;
    this.#room = room;
    this.#destination = this.#createDestination(folder);
  }

  /** Bytes that are here for good: where a cut upload goes on. */
  get received(): number {
    return this.#destination.received;
  }

  /**
   * Takes what comes from `offset` on. Resolves when all that came is kept; the file may still lack its end.
   *
   * @throws ISSR_ERR_UPLOAD_OFFSET, ISSR_ERR_UPLOAD_REFUSED, and what the stream or the store rejects with
   */
  async receive(body: Readable, offset: number): Promise<void> {
    await this.stop();
    if (!this.#isWaiting() || offset !== this.received) {
      body.destroy();
      throw new errors.ISSR_ERR_UPLOAD_OFFSET(offset, this.received);
    }
    this.#state = 'receiving';
    const abort = new AbortController();
    const done = this.#destination.take(body, this.#createMeter(), abort.signal).finally(() => this.#end());
    this.#current = { abort, done: done.catch(() => {}) };
    await done.catch((error) => {
      throw abort.signal.aborted ? new errors.ISSR_ERR_UPLOAD_OFFSET(offset, this.received) : error;
    });
    if (this.#isWaiting() && this.received === (this.size ?? this.received)) this.#complete();
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
    await this.#destination.discard();
  }

  #createDestination(folder: UploadFolder): Destination {
    const { field, name, size, rule } = this;
    const onFailure = () => this.refuse('failed', 0);
    const { store } = rule;
    if (!store) return new DiskFile(folder, onFailure);
    return new StoreFile(async (stream, type) => store({ stream, field, name, size, type }), size, onFailure);
  }

  #isWaiting(): boolean {
    return this.#state === 'waiting';
  }

  #end(): Promise<void> | undefined {
    this.#current = undefined;
    if (this.#state === 'refused') return this.#destination.discard();
    this.#state = 'waiting';
    return undefined;
  }

  #complete(): void {
    this.#state = 'complete';
    const { path, received } = this.#destination;
    this.file = { path, name: this.name, type: this.#type, size: received };
  }

  #createMeter(): Meter {
    let end = this.received;
    const onBytes = (count: number) => {
      end += count;
      this.#limit(end);
      if (!this.#destination.reserve(count)) this.#fail('disk', 0);
    };
    const onSample = async (sample: Buffer) => {
      const { types } = this.rule;
      this.#type = await typeOf(sample, this.#claimedType, types);
      if (!isAllowed(this.#type, types)) this.#fail('type', types);
      this.#destination.open(this.#type);
    };
    return new Meter({ onBytes, onSample }, end > 0);
  }

  /** A browser may lie about a size. */
  #limit(end: number): void {
    const { maxBytes, maxTotalBytes } = this.rule;
    if (end > Math.min(this.size ?? maxBytes, maxBytes)) this.#fail('bytes', maxBytes);
    if (end > this.#room) this.#fail('totalBytes', maxTotalBytes);
  }

  #fail(reason: UploadRefusal['reason'], allowed: UploadRefusal['allowed']): never {
    this.refuse(reason, allowed);
    throw new errors.ISSR_ERR_UPLOAD_REFUSED(this.refusal);
  }
}

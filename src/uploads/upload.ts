import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { errors } from '../errors.js';
import type { Destination, StoredBytes } from './destination.js';
import { DiskFile } from './disk-file.js';
import { sanitizeName } from './name.js';
import type { ResolvedRule, StoredFile, UploadRefusal } from './rule.js';
import { StoreFile } from './store-file.js';
import { isAllowed, typeOf } from './type.js';
import { UploadInspector } from './upload-inspector.js';
import type { Space } from './upload-space.js';

/** A file that a visitor chose, passed to the handler. */
export interface UploadedFile {
  /** Path of a temporary file, which a handler moves to keep it, or the result of the route's `store`. */
  readonly path: string;
  /** The file's name on the visitor's computer, sanitized: without a path, at most 100 characters. */
  readonly name: string;
  /** Media type, detected from the content. */
  readonly type: string;
  /** Size in bytes. */
  readonly size: number;
}

/** A browser's description of a file before it sends it. */
export interface FileClaim {
  name: string;
  type: string;
  /** Bytes; undefined from a form without script. */
  size?: number;
  /** Set if another process began the upload. */
  id?: string;
}

/** The facts by which a process receives a file for another one. */
export interface UploadDescription {
  field: string;
  name: string;
  /** Announced bytes. */
  size: number;
  /** The browser's type of the file. */
  claimedType: string;
  /** Detected type. Empty before the first byte. */
  type: string;
  /** The field has a `store`. */
  isInStore: boolean;
}

/** The state of an upload, as processes send it to each other. */
export interface UploadProgress extends StoredBytes {
  /** Media type, detected from the content. Empty before the first byte. */
  type: string;
  isComplete: boolean;
  refusal: UploadRefusal | null;
}

/** The state of a file that the page's browser gets, before a refusal has its text. */
export type FileProgress = [id: string, received: number, isComplete: boolean] | UploadRefusal | null;

/** `waiting ⇄ receiving → complete | refused`, and from each of them `removed`. */
type UploadState = 'waiting' | 'receiving' | 'complete' | 'refused' | 'removed';

/** The upload of one file, in one request or, after cuts, in several. */
export class Upload {
  readonly id: string;
  readonly field: string;
  readonly name: string;
  /** Announced bytes. */
  readonly size: number | undefined;
  readonly rule: ResolvedRule;
  refusal: UploadRefusal | null = null;
  file: UploadedFile | undefined;
  readonly claimedType: string;
  /** Bytes that the field may still receive. */
  readonly #remainingTotal: number;
  readonly #destination: Destination;
  #state: UploadState = 'waiting';
  /** Further requests are refused, also those that wait for the running one to stop. */
  #isClosed = false;
  #type = '';
  #current: { abort: AbortController; done: Promise<void> } | undefined;

  constructor(
    field: string,
    { name, size, type, id = randomUUID() }: FileClaim,
    rule: ResolvedRule,
    space: Space,
    remainingTotal = rule.maxTotalBytes,
  ) {
    this.id = id;
    this.field = field;
    this.name = sanitizeName(name);
    this.size = size;
    this.rule = rule;
    this.claimedType = type;
    this.#remainingTotal = remainingTotal;
    this.#destination = this.#createDestination(space);
  }

  /** Stored bytes. A cut upload resumes here. */
  get received(): number {
    return this.#destination.received;
  }

  /**
   * Receives bytes from `offset` on. Resolves when they are stored; the file may still be incomplete.
   *
   * @throws ISSR_ERR_UPLOAD_OFFSET, ISSR_ERR_UPLOAD_REFUSED, and errors of the stream and the store
   */
  async receive(body: Readable, offset: number): Promise<void> {
    await this.stop();
    try {
      this.#begin(offset);
    } catch (error) {
      body.destroy();
      throw error;
    }
    const abort = new AbortController();
    const done = this.#destination
      .write(body, this.#createInspector(), abort.signal)
      .finally(() => this.#end());
    this.#current = { abort, done: done.catch(() => {}) };
    await done.catch((error) => {
      throw abort.signal.aborted ? new errors.ISSR_ERR_UPLOAD_OFFSET(offset, this.received) : error;
    });
    if (this.#isWaiting() && this.received === (this.size ?? this.received)) this.#complete();
  }

  /**
   * Lets another process receive bytes from `offset` on.
   *
   * @param receive gets the path for them, empty for a store. It resolves to the state afterwards, or to undefined if
   *   that process does not answer: then all bytes are dropped.
   * @returns a promise of the end
   * @throws ISSR_ERR_UPLOAD_OFFSET, ISSR_ERR_UPLOAD_REFUSED
   */
  async receiveElsewhere(
    offset: number,
    receive: (path: string, signal: AbortSignal) => Promise<UploadProgress | undefined>,
  ): Promise<{ done: Promise<void> }> {
    await this.stop();
    this.#begin(offset);
    if (!this.#destination.reserve((this.size ?? 0) - offset)) {
      this.refuse('disk', 0);
      await this.#end();
      throw new errors.ISSR_ERR_UPLOAD_REFUSED('disk');
    }
    const abort = new AbortController();
    const done = receive(this.#destination.assignPath(), abort.signal).then((progress) =>
      this.#endElsewhere(progress),
    );
    this.#current = { abort, done: done.catch(() => {}) };
    return { done };
  }

  /** Continues with bytes that are stored already. */
  adopt(progress: UploadProgress): void {
    this.#type = progress.type;
    this.#destination.adopt(progress);
    if (progress.refusal) {
      this.#state = 'refused';
      this.refusal = progress.refusal;
    } else if (progress.isComplete) this.#complete();
  }

  get description(): UploadDescription {
    const { field, name, size = 0, claimedType, rule } = this;
    return { field, name, size, claimedType, type: this.#type, isInStore: rule.store !== undefined };
  }

  get progress(): UploadProgress {
    const { path, received } = this.#destination;
    const isComplete = this.file !== undefined;
    return { path, received, type: this.#type, isComplete, refusal: this.refusal };
  }

  /** Forgets the bytes without deleting them: another process has them now. */
  release(): void {
    this.#state = 'removed';
    this.file = undefined;
    this.#destination.release();
  }

  /** Deletes a file of a page that did not arrive here. In a store it stays: the page's former process still has it. */
  async abandon(): Promise<void> {
    if (this.rule.store) this.release();
    else await this.remove();
  }

  /** Aborts the running request: its connection is dead. */
  async stop(): Promise<void> {
    this.#current?.abort.abort();
    await this.#current?.done;
  }

  /** Aborts the running request and refuses later ones: the file moves to another process, or is removed. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.stop();
  }

  refuse(reason: UploadRefusal['reason'], allowed: UploadRefusal['allowed']): void {
    this.#state = 'refused';
    this.refusal = { reason, name: this.name, allowed };
  }

  async remove(): Promise<void> {
    await this.close();
    if (this.#state === 'removed') return;
    this.#state = 'removed';
    this.file = undefined;
    await this.#destination.delete();
  }

  #createDestination(space: Space): Destination {
    const { field, name, size, rule } = this;
    const onFailure = () => this.refuse('failed', 0);
    const { store } = rule;
    if (!store) return new DiskFile(space, onFailure);
    return new StoreFile(
      async (stream, type) => {
        const stored: unknown = await store({ stream, field, name, size, type });
        return ensureStored(stored, field);
      },
      size,
      onFailure,
    );
  }

  #begin(offset: number): void {
    if (this.#isClosed || !this.#isWaiting() || offset !== this.received)
      throw new errors.ISSR_ERR_UPLOAD_OFFSET(offset, this.received);
    this.#state = 'receiving';
  }

  async #endElsewhere(progress: UploadProgress | undefined): Promise<void> {
    this.#current = undefined;
    this.#state = 'waiting';
    if (progress) this.adopt(progress);
    else this.#type = '';
    if (!progress || this.refusal) await this.#destination.delete();
  }

  #isWaiting(): boolean {
    return this.#state === 'waiting';
  }

  #end(): Promise<void> | undefined {
    this.#current = undefined;
    if (this.#state === 'refused') return this.#destination.delete();
    this.#state = 'waiting';
    return undefined;
  }

  #complete(): void {
    this.#state = 'complete';
    const { path, received } = this.#destination;
    this.file = { path, name: this.name, type: this.#type, size: received };
  }

  #createInspector(): UploadInspector {
    let end = this.received;
    const onBytes = (count: number) => {
      end += count;
      this.#limit(end);
      if (!this.#destination.reserve(count)) this.#fail('disk', 0);
    };
    const onHeader = async (header: Buffer) => {
      const { types } = this.rule;
      this.#type = await typeOf(header, this.claimedType, types);
      if (!isAllowed(this.#type, types)) this.#fail('type', types);
      this.#destination.open(this.#type);
    };
    return new UploadInspector({ onBytes, onHeader }, end > 0);
  }

  /** Enforces the limits by arriving bytes, because a browser may announce a wrong size. */
  #limit(end: number): void {
    const { maxBytes, maxTotalBytes } = this.rule;
    if (end > Math.min(this.size ?? maxBytes, maxBytes)) this.#fail('bytes', maxBytes);
    if (end > this.#remainingTotal) this.#fail('totalBytes', maxTotalBytes);
  }

  #fail(reason: UploadRefusal['reason'], allowed: UploadRefusal['allowed']): never {
    this.refuse(reason, allowed);
    throw new errors.ISSR_ERR_UPLOAD_REFUSED(reason);
  }
}

/** Without a path the file would stay incomplete, and the browser would send it for ever. */
function ensureStored(stored: unknown, field: string): StoredFile {
  const { path } = Object(stored) as Partial<StoredFile>;
  if (typeof path === 'string' && path !== '') return stored as StoredFile;
  throw new TypeError(
    `\`store\` of uploads.${field} must resolve to { path: string }. It resolved to: ${typeof stored}`,
  );
}

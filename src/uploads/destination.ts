import type { Readable } from 'node:stream';
import type { UploadInspector } from './upload-inspector.js';

/** Bytes that another process stored, or this one for another page. */
export interface StoredBytes {
  path: string;
  received: number;
  /** Deletes them from the author's store. */
  remove?: (() => unknown) | undefined;
}

/** The target of one upload's bytes: the disk, or the author's store. */
export interface Destination {
  /** Becomes `UploadedFile.path` once the upload is complete. */
  readonly path: string;
  /** Bytes that are stored. A cut upload resumes here. */
  readonly received: number;
  /** Assigns the path, for another process that writes there. Empty for a store. */
  assignPath(): string;
  /** Announces arriving bytes. Returns false if they do not fit. */
  reserve(bytes: number): boolean;
  /** Called with the detected type before the first byte is written. */
  open(type: string): void;
  /** Writes a request's body through the inspector. */
  write(body: Readable, inspector: UploadInspector, signal: AbortSignal): Promise<void>;
  /** Continues with bytes that are stored already. */
  adopt(stored: StoredBytes): void;
  /** Deletes the stored bytes. The next ones begin at byte 0. */
  delete(): Promise<void>;
  /** Forgets the stored bytes without deleting them. */
  release(): void;
}

import type { Readable } from 'node:stream';
import type { UploadInspector } from './upload-inspector.js';

/** The target of one upload's bytes: the disk, or the author's store. */
export interface Destination {
  /** Becomes `UploadedFile.path` once the upload is complete. */
  readonly path: string;
  /** Bytes that are stored. A cut upload resumes here. */
  readonly received: number;
  /** Announces arriving bytes. Returns false if they do not fit. */
  reserve(bytes: number): boolean;
  /** Called with the detected type before the first byte is written. */
  open(type: string): void;
  /** Writes a request's body through the inspector. */
  write(body: Readable, inspector: UploadInspector, signal: AbortSignal): Promise<void>;
  /** Deletes the stored bytes. */
  delete(): Promise<void>;
}

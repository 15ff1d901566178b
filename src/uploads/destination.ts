import type { Readable } from 'node:stream';
import type { Meter } from './meter.js';

/** Where the bytes of one upload go: the disk, or the author's store. */
export interface Destination {
  /** What the handler gets as `path`, once all is here. */
  readonly path: string;
  /** Bytes that are here for good: where a cut upload goes on. */
  readonly received: number;
  /** So many more come. False: there is no room for them. */
  reserve(bytes: number): boolean;
  /** The type is known, before the first byte comes. */
  open(type: string): void;
  /** Takes what a body brings, through its meter. */
  take(body: Readable, meter: Meter, signal: AbortSignal): Promise<void>;
  /** Removes what is here. */
  discard(): Promise<void>;
}

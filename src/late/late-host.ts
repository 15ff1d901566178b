import { LRUCache } from 'lru-cache';
import { Deadlines } from '../limits/deadlines.js';
import { RenderSlots } from '../limits/render-slots.js';
import type { ResolvedOptions } from '../options/options.js';
import type { LatePart } from './late-part.js';

export type LateOptions = Pick<
  ResolvedOptions,
  | 'lateTimeout'
  | 'maxLateParts'
  | 'maxRunningLateParts'
  | 'maxRunningLatePartsPerIp'
  | 'maxLateBytes'
  | 'maxLateBytesPerPage'
>;

/** Shared by the late parts of all pages of one registration: the slots in which they run, and their memory. */
export class LateHost {
  readonly options: LateOptions;
  readonly slots: RenderSlots;
  readonly deadlines: Deadlines;
  /** Parts with content, by the bytes of it. A part that is evicted is computed again when a render needs it. */
  readonly #kept: LRUCache<LatePart, true>;

  constructor(options: LateOptions) {
    this.options = options;
    this.slots = new RenderSlots({
      max: options.maxRunningLateParts,
      maxPerKey: options.maxRunningLatePartsPerIp,
    });
    this.deadlines = new Deadlines(options.lateTimeout);
    this.#kept = new LRUCache({
      maxSize: options.maxLateBytes,
      sizeCalculation: (_value, part) => Math.max(1, part.bytes),
      dispose: (_value, part) => part.dropContent(),
    });
  }

  keep(part: LatePart): void {
    this.#kept.set(part, true);
  }

  /** Marks a part as used, so that others are evicted before it. */
  touch(part: LatePart): void {
    this.#kept.get(part);
  }

  drop(part: LatePart): void {
    this.#kept.delete(part);
  }
}

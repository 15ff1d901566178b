import type { RenderSlots } from '../limits/render-slots.js';
import { TokenBucket } from '../limits/token-bucket.js';
import type { ResolvedOptions } from '../options/options.js';
import type { ParamChange } from '../protocol.js';
import type { Page } from './page.js';
import { type PageEvent, type QueueWork, RenderQueue } from './render-queue.js';

/** The services that the steps of a page's queue call. */
export interface PageWorkHost {
  readonly options: ResolvedOptions;
  readonly renders: RenderSlots;
  /** Renders a page and sends the change: `rerender.ts`. */
  render(page: Page, event: PageEvent | null): Promise<void> | undefined;
  /** A step of the page's queue threw. */
  onError(page: Page, error: unknown): void;
  /** The page was pushed during each of its last `maxPushesInRow` renders. */
  onPushLoop(page: Page): void;
}

/** Each of these characters of a render's URL and message takes another token of the page's rate. */
const CHARS_PER_TOKEN = 65_536;

/** The steps of one page's queue. */
class PageWork implements QueueWork {
  readonly #page: Page;
  readonly #host: PageWorkHost;

  constructor(page: Page, host: PageWorkHost) {
    this.#page = page;
    this.#host = host;
  }

  render(event: PageEvent | null): Promise<void> | undefined {
    return this.#host.render(this.#page, event);
  }

  change(change: ParamChange): void {
    this.#page.changeByPatch(change);
  }

  cost(event: PageEvent | null, size: number): number {
    const chars = size + this.#page.renderLength;
    return Math.max(1, event?.actions.length ?? 0) + Math.floor(chars / CHARS_PER_TOKEN);
  }

  onError(error: unknown): void {
    this.#host.onError(this.#page, error);
  }

  onPushLoop(): void {
    this.#host.onPushLoop(this.#page);
  }
}

/** Creates the queue of a page's events and pushes. */
export function createQueue(page: Page, host: PageWorkHost): RenderQueue {
  const { maxEventsPerSecond, maxEventBurst, maxPushesInRow } = host.options;
  return new RenderQueue(new PageWork(page, host), {
    rate: new TokenBucket({ perSecond: maxEventsPerSecond, burst: maxEventBurst }),
    slots: host.renders,
    key: page.ipKey,
    maxPushesInRow,
  });
}

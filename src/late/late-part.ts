import type { FastifyBaseLogger } from 'fastify';
import { errors } from '../errors.js';
import type { Deadlines } from '../limits/deadlines.js';

/** Computes the HTML of a part. Never throws: it rejects. */
export type LateWork = (signal: AbortSignal) => Promise<string>;

/** `stopped`: no page needs the part. */
type LateState = 'pending' | 'ready' | 'failed' | 'stopped';

/** A computation of one `<Later>`, for one value of its `when`. */
export class LatePart {
  readonly when: readonly unknown[];
  /** The part whose content shows while this one is pending. */
  previous: LatePart | undefined;
  /** Earlier parts of this place, in a row, that settled and that no render showed. */
  readonly wasted: number;
  /** A render that was sent has shown the outcome. */
  wasShown = false;
  /** The reason of a failure. */
  error: unknown;
  /** Resolves when the part is no longer pending. */
  readonly settled: Promise<void>;
  #state: LateState = 'pending';
  #content: string | undefined;
  #work: LateWork | undefined;
  #resolve = () => {};
  readonly #log: FastifyBaseLogger;
  readonly #controller = new AbortController();

  constructor(when: readonly unknown[], work: LateWork, log: FastifyBaseLogger, replaced?: LatePart) {
    this.when = when;
    this.#work = work;
    this.#log = log;
    this.previous = replaced?.content === undefined ? replaced?.previous : replaced;
    this.wasted =
      replaced === undefined || replaced.wasShown ? 0 : replaced.wasted + Number(replaced.isSettled);
    this.settled = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get state(): LateState {
    return this.#state;
  }

  get isSettled(): boolean {
    return this.#state !== 'pending';
  }

  /** HTML of a ready part, unless it was evicted. */
  get content(): string | undefined {
    return this.#content;
  }

  /** A character takes up to two bytes. */
  get bytes(): number {
    return 2 * (this.#content?.length ?? 0);
  }

  /** Starts the work, once. Returns undefined if there is nothing to do. Never rejects. */
  run(deadlines: Deadlines): Promise<void> | undefined {
    const work = this.#work;
    this.#work = undefined;
    if (!work || this.isSettled) return undefined;
    const deadline = deadlines.add(() => {
      this.fail(new errors.ISSR_ERR_LATE_TIMEOUT(deadlines.timeout));
      this.#controller.abort();
    });
    work(this.#controller.signal)
      .then(
        (content) => this.#finish(content),
        (error) => this.fail(error),
      )
      .finally(() => deadlines.remove(deadline));
    return this.settled;
  }

  /** Aborts the work: no page waits for it. */
  stop(): void {
    this.#work = undefined;
    this.#settle('stopped');
    this.#controller.abort();
  }

  fail(error: unknown): void {
    if (this.#state === 'failed' || this.#state === 'stopped') return;
    this.#log.error({ err: error }, 'issr: a part of a page failed');
    this.error = error;
    this.dropContent();
    this.#settle('failed');
  }

  /** Returns what the author shows for a failure. If that fails too, it is logged, and the rest of the page goes on. */
  showFailure<Content>(show: ((error: unknown) => Content) | undefined): Content | undefined {
    try {
      return show?.(this.error);
    } catch (error) {
      this.#log.error({ err: error }, 'issr: failed of a part failed');
      return undefined;
    }
  }

  /** The content is in the way of others. */
  dropContent(): void {
    this.#content = undefined;
  }

  #finish(content: string): void {
    if (this.isSettled) return;
    this.#content = content;
    this.#settle('ready');
  }

  #settle(state: LateState): void {
    this.#state = state;
    this.#resolve();
  }
}

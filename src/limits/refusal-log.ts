import type { FastifyBaseLogger } from 'fastify';

/** Milliseconds between two lines of the log. */
const INTERVAL = 60_000;

/**
 * Input that was refused. Anyone can send it at any rate, so it is counted, and the log told of it once
 * at its beginning and then at most once in an interval.
 */
export class RefusalLog {
  readonly #log: FastifyBaseLogger;
  #counts = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: FastifyBaseLogger) {
    this.#log = log;
  }

  /** @param what one of few names, and nothing that came from outside */
  count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
    if (!this.#timer) this.flush();
  }

  /** Says what has not been said yet. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#counts.size === 0) return;
    this.#log.warn({ refused: Object.fromEntries(this.#counts) }, 'issr: input refused');
    this.#counts.clear();
    this.#timer = setTimeout(() => this.flush(), INTERVAL).unref();
  }
}

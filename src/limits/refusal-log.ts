import type { FastifyBaseLogger } from 'fastify';
import { diagnostics } from '../diagnostics/diagnostics.js';

/** Milliseconds between two log lines. */
const INTERVAL = 60_000;

/**
 * Counts refused input, which anyone can send at any rate. The first refusal is logged at once, later ones
 * in one line per minute.
 */
export class RefusalLog {
  readonly #log: FastifyBaseLogger;
  #counts = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: FastifyBaseLogger) {
    this.#log = log;
  }

  /** @param what a name from the source, never text from outside */
  count(what: string): void {
    if (diagnostics.refused.hasSubscribers) diagnostics.refused.publish({ what });
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
    if (!this.#timer) this.flush();
  }

  /** Runs a check, and counts the error by which it refuses. */
  watch<Result>(check: () => Result): Result {
    try {
      return check();
    } catch (error) {
      this.count(String((error as { code?: string }).code));
      throw error;
    }
  }

  /** Logs the counts since the last line. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#counts.size === 0) return;
    this.#log.warn({ refused: Object.fromEntries(this.#counts) }, 'issr: input refused');
    this.#counts.clear();
    this.#timer = setTimeout(() => this.flush(), INTERVAL).unref();
  }
}

import type { FastifyBaseLogger } from 'fastify';

/** Lines in the log that one outage may cause. */
const MAX_LINES = 5;

/** Logs that the store behind the adapter went away, reasons for which it stays away, and that it is back. */
export class OutageLog {
  readonly #log: FastifyBaseLogger;
  /** Messages of the errors of this outage. */
  readonly #reasons = new Set<string>();

  constructor(log: FastifyBaseLogger) {
    this.#log = log;
  }

  /** Logs each reason once. */
  down(error: Error): void {
    const { size } = this.#reasons;
    if (size >= MAX_LINES || this.#reasons.has(error.message)) return;
    this.#reasons.add(error.message);
    const message =
      size === 0 ? 'other processes cannot be reached, the adapter is down' : 'the adapter is still down';
    this.#log.warn({ err: error }, `issr: ${message}`);
  }

  up(): void {
    this.#reasons.clear();
    this.#log.info('issr: other processes can be reached again, the adapter is up');
  }
}

import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import type { ServerMessage } from '../protocol.js';

/** Mistakes that are kept for the panels of open pages. The oldest is dropped first. */
const MAX_MISTAKES = 50;
/** Characters that are kept of one. */
const MAX_LENGTH = 1000;

/** A page with an open panel. */
interface DebuggedPage {
  /** Mistakes that its panel has, counted from the start of the process. */
  knownMistakes: number;
  send(message: ServerMessage): void;
}

/** Logs mistakes, and keeps the last ones for the panels of open pages. */
export class MistakeLog {
  /** Mistakes so far, with dropped ones. */
  #count = 0;
  readonly #texts: string[] = [];

  warn(log: FastifyBaseLogger, path: string, mistake: string): void {
    const text = `the page '${path}': ${mistake}`;
    log.warn(`issr: ${text}`);
    this.#count++;
    this.#texts.push(text.slice(0, MAX_LENGTH));
    if (this.#texts.length > MAX_MISTAKES) this.#texts.shift();
  }

  /** Returns the function that logs mistakes of the request's route. */
  of({ routeOptions: { url = '' }, log }: FastifyRequest): (mistake: string) => void {
    return (mistake) => this.warn(log, url, mistake);
  }

  /** Sends the mistakes that the page's panel does not have yet. */
  sendTo(page: DebuggedPage): void {
    if (page.knownMistakes === this.#count) return;
    const dropped = this.#count - this.#texts.length;
    page.send(['mistakes', this.#texts.slice(Math.max(0, page.knownMistakes - dropped))]);
    page.knownMistakes = this.#count;
  }
}

import { errors } from '../errors.js';
import type { LateHost } from './late-host.js';
import type { LatePart } from './late-part.js';

const NONE: ReadonlyMap<string, LatePart> = new Map();

/** The late parts of one page, from the load that started them until the page closes. */
export class LateParts {
  readonly #host: LateHost;
  /** The page's key among the slots of all pages. */
  readonly #key: string;
  #parts = NONE;
  /** Renders the page. Undefined before its join. */
  #onNews: (() => void) | undefined;

  constructor(host: LateHost, key: string) {
    this.#host = host;
    this.#key = key;
  }

  get(place: string): LatePart | undefined {
    return this.#parts.get(place);
  }

  /** A part has an outcome that no render has shown. */
  get hasNews(): boolean {
    return [...this.#parts.values()].some(({ isSettled, wasShown }) => isSettled && !wasShown);
  }

  /** @param onNews renders the page that joined */
  attach(onNews: () => void): void {
    this.#onNews = onNews;
  }

  /** Takes the parts of a render that is sent: starts the new ones and stops those that it did not name. */
  replace(parts: ReadonlyMap<string, LatePart>): void {
    const before = this.#parts;
    this.#parts = parts;
    const needed = new Set(withPrevious(parts.values()));
    for (const part of withPrevious(before.values())) if (!needed.has(part)) this.#stop(part);
    // After the response was written: the synchronous part of the author's function takes time too.
    setImmediate(() => {
      for (const part of parts.values()) this.#start(part);
    });
  }

  close(): void {
    this.#onNews = undefined;
    this.replace(NONE);
  }

  #stop(part: LatePart): void {
    this.#host.drop(part);
    part.stop();
  }

  #start(part: LatePart): void {
    const { slots, deadlines } = this.#host;
    void slots.run(this.#key, () => part.run(deadlines)?.then(() => this.#onSettled(part)));
  }

  #onSettled(part: LatePart): void {
    if (part.state === 'stopped') return;
    if (part.previous) this.#stop(part.previous);
    part.previous = undefined;
    this.#limit(part);
    this.#host.keep(part);
    this.#onNews?.();
  }

  /** Two parts of a page that do not fit would evict each other for ever. */
  #limit(part: LatePart): void {
    const { maxLateBytesPerPage } = this.#host.options;
    let bytes = 0;
    for (const one of this.#parts.values()) bytes += one.bytes;
    if (bytes > maxLateBytesPerPage)
      part.fail(
        new errors.ISSR_ERR_LATE(
          `for ${bytes} bytes of one page, at most ${maxLateBytesPerPage} (see maxLateBytesPerPage)`,
        ),
      );
  }
}

function withPrevious(parts: Iterable<LatePart>): LatePart[] {
  return [...parts].flatMap((part) => (part.previous ? [part, part.previous] : [part]));
}

import { Outline } from '../diff/checkpoints.js';
import { structureHash } from './structure-hash.js';

/** How long a step may be for it to be kept, per character of the page and beside. */
export const STEP_SHARE = 1 / 8;
export const SHORT_STEP = 200;

/** The HTML of a page, shared by all pages that have the same, and what was found out about it. */
export class StoredHtml {
  references = 0;
  #html: string | undefined;
  #outline: Outline | undefined;
  #hash: number | undefined;
  /** The page that a client had before, and the instructions that led here from it. */
  #origin: StoredHtml | undefined;
  #patch: string | null = null;

  constructor(
    readonly key: string,
    html: string,
    readonly bytes: number,
    outline?: Outline,
  ) {
    this.#html = html;
    this.#outline = outline;
  }

  /** Undefined once it was evicted: the page is then answered whole. */
  get html(): string | undefined {
    return this.#html;
  }

  /** What speeds up the diff of this page. */
  get outline(): Outline | undefined {
    if (this.#html !== undefined) this.#outline ??= Outline.of(this.#html);
    return this.#outline;
  }

  /** The structure hash; undefined when it cannot be known. */
  get hash(): number | undefined {
    if (this.#html !== undefined) this.#hash ??= structureHash(this.#html);
    return this.#hash;
  }

  /** The instructions that lead here from another page, if they are those that were found last. */
  patchFrom(origin: StoredHtml): string | null | undefined {
    if (origin === this) return '';
    return origin === this.#origin ? this.#patch : undefined;
  }

  /** A diff has found how one comes here. Long instructions are not kept. */
  learn(origin: StoredHtml, patch: string | null, outline: Outline | undefined): void {
    if (this.#html === undefined) return;
    this.#outline ??= outline;
    if (patch !== null && patch.length > SHORT_STEP + this.#html.length * STEP_SHARE) return;
    this.#origin = origin;
    this.#patch = patch;
  }

  forget(): void {
    this.#html = this.#outline = this.#origin = undefined;
    this.#patch = null;
  }
}

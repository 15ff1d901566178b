import { Checkpoints } from '../diff/checkpoints.js';
import type { HtmlPieces } from '../pieces/html-pieces.js';
import { structureHash } from './structure-hash.js';

/** The longest patch that is cached: characters per character of the page, plus a constant. */
export const PATCH_SHARE = 1 / 8;
export const SHORT_PATCH = 200;

/** The HTML of a page, shared by all pages with equal HTML, and facts about it that are computed once. */
export class StoredHtml {
  references = 0;
  #content: string | HtmlPieces | undefined;
  #checkpoints: Checkpoints | undefined;
  #hash: number | undefined;
  /** The HTML that a client had before, and the instructions that lead from it to this one. */
  #origin: StoredHtml | undefined;
  #patch: string | null = null;

  constructor(
    readonly key: string | number,
    content: string | HtmlPieces,
    readonly bytes: number,
    checkpoints?: Checkpoints,
  ) {
    this.#content = content;
    this.#checkpoints = checkpoints;
  }

  /** Undefined once evicted. The page is then sent whole. */
  get content(): string | HtmlPieces | undefined {
    return this.#content;
  }

  /** The whole text, which is concatenated for each caller if the page is stored in pieces. */
  get html(): string | undefined {
    return typeof this.#content === 'object' ? this.#content.html : this.#content;
  }

  /** Returns false for the same text in other pieces. */
  equals(content: string | HtmlPieces): boolean {
    const own = this.#content;
    if (typeof own !== 'object' || typeof content !== 'object') return own === content;
    return own.equals(content);
  }

  /** Parser states that speed up a diff of this HTML. */
  get checkpoints(): Checkpoints | undefined {
    const html = this.#checkpoints ? undefined : this.html;
    if (html !== undefined) this.#checkpoints = Checkpoints.of(html);
    return this.#checkpoints;
  }

  /** The structure hash, or undefined if the page is evicted or unpredictable. */
  get hash(): number | undefined {
    const html = this.#hash === undefined ? this.html : undefined;
    if (html !== undefined) this.#hash = structureHash(html);
    return this.#hash;
  }

  /** The instructions that lead here from `origin`, if they are the latest that were cached. */
  patchFrom(origin: StoredHtml): string | null | undefined {
    if (origin === this) return '';
    return origin === this.#origin ? this.#patch : undefined;
  }

  /** Caches the result of a diff from `origin`. Long patches are not kept. */
  cachePatch(origin: StoredHtml, patch: string | null, checkpoints: Checkpoints | undefined): void {
    if (this.#content === undefined) return;
    this.#checkpoints ??= checkpoints;
    if (patch !== null && patch.length > SHORT_PATCH + this.#content.length * PATCH_SHARE) return;
    this.#origin = origin;
    this.#patch = patch;
  }

  evict(): void {
    this.#content = this.#checkpoints = this.#origin = undefined;
    this.#patch = null;
  }
}

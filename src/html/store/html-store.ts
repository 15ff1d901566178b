import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import type { Outline } from '../diff/checkpoints.js';
import { diff } from '../diff/diff.js';
import { SHORT_STEP, STEP_SHARE, StoredHtml } from './stored-html.js';

/** What an entry takes beside its text, and what its outline may take per character of it. */
const ENTRY_BYTES = 400;
const OUTLINE_SHARE = 1 / 16;

/** What leads from one stored page to another. */
export interface Step {
  /** Where it leads: to what the client will have. `keep` was called for it. */
  now: StoredHtml;
  /** The instructions as JSON, without the brackets around them; `null`: the page is sent whole. */
  patch: string | null;
}

/**
 * The HTML of all open pages, by content, within a limit of bytes. What was not read for longest is
 * forgotten first. Whoever keeps a page releases it.
 */
export class HtmlStore {
  readonly #entries: LRUCache<string, StoredHtml>;
  #unshared = 0;

  constructor(readonly maxBytes: number) {
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ bytes }) => bytes,
      dispose: (stored) => stored.forget(),
    });
  }

  /** How many different pages are stored. */
  get count(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  /** Stores a page, or finds it. */
  keep(html: string, outline?: Outline): StoredHtml {
    // To read its bytes makes one flat string of a page that was put together from many.
    const key = `${html.length}:${crc32(html)}`;
    const alike = this.#entries.get(key);
    const isSame = alike?.html === html;
    // Of different pages with one length and checksum only the first is shared.
    const free = alike ? `unshared:${this.#unshared++}` : key;
    const stored = isSame ? alike : this.#add(free, html, outline);
    stored.references++;
    return stored;
  }

  /**
   * Stores a page and says what leads to it. Pages that are equal often change alike, by a push or one
   * after the other: the instructions are found once for all of them.
   */
  step(origin: StoredHtml | undefined, html: string): Step {
    const before = origin && this.read(origin);
    const now = this.keep(html);
    if (!origin || before === undefined) return { now, patch: null };
    const known = now.patchFrom(origin);
    return known === undefined ? this.#findStep(origin, before, now, html) : { now, patch: known };
  }

  #findStep(origin: StoredHtml, before: string, now: StoredHtml, html: string): Step {
    const change = diff(before, html, origin.outline);
    const patch = change.instructions && JSON.stringify(change.instructions).slice(1, -1);
    if (change.html !== html) {
      this.release(now);
      return { now: this.keep(change.html, change.outline), patch };
    }
    now.learn(origin, patch, change.outline);
    return { now, patch };
  }

  #add(key: string, html: string, outline?: Outline): StoredHtml {
    const isAscii = Buffer.byteLength(html) === html.length;
    const bytes = (isAscii ? 1 : 2) * html.length;
    const size = Math.ceil(bytes + html.length * (OUTLINE_SHARE + STEP_SHARE)) + ENTRY_BYTES + SHORT_STEP;
    const stored = new StoredHtml(key, html, size, outline);
    this.#entries.set(key, stored);
    // A page larger than the whole store is not taken in.
    if (!this.#entries.has(key)) stored.forget();
    return stored;
  }

  /** The HTML, which thereby counts as just used; undefined when it was evicted. */
  read(stored: StoredHtml): string | undefined {
    return this.#entries.get(stored.key) === stored ? stored.html : undefined;
  }

  /** Takes back one `keep`: with the last one the page is gone. */
  release(stored: StoredHtml): void {
    stored.references--;
    if (stored.references === 0 && this.#entries.peek(stored.key) === stored)
      this.#entries.delete(stored.key);
  }
}

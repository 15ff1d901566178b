import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import { instructionsJson } from '../change/instructions-json.js';
import type { Checkpoints } from '../diff/checkpoints.js';
import { diff } from '../diff/diff.js';
import { diffPieces, type PiecesDiff } from '../pieces/diff-pieces.js';
import type { HtmlPieces } from '../pieces/html-pieces.js';
import { bytesInMemory } from '../pieces/piece.js';
import { PATCH_SHARE, SHORT_PATCH, StoredHtml } from './stored-html.js';

/** Bytes of an entry beside its text, and of its checkpoints per character of the text. */
const ENTRY_BYTES = 400;
const CHECKPOINTS_SHARE = 1 / 16;

/** The change of one page. */
export interface Transition {
  /** The client's HTML afterwards, retained for the caller. */
  after: StoredHtml;
  /** The instructions as JSON without the brackets around them. `null`: send the whole page. */
  patch: string | null;
}

/**
 * The HTML of all open pages, by content, within a limit of bytes. The page that was retained longest ago is evicted first.
 * Pair every `retain` with a `release`.
 */
export class HtmlStore {
  readonly #entries: LRUCache<string | number, StoredHtml>;
  /** The last page, and its checksum: many in a row are equal in a push. */
  #html = '';
  #checksum = 0;

  constructor(readonly maxBytes: number) {
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ bytes }) => bytes,
      dispose: (stored) => stored.evict(),
    });
  }

  /** The number of different pages. */
  get count(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  /** Stores a page, or finds its equal, and counts one more reference. */
  retain(html: string | HtmlPieces, checkpoints?: Checkpoints): StoredHtml {
    // Reading the bytes also turns a page that was concatenated from many strings into one flat string.
    let key: string | number = typeof html === 'string' ? this.#checksumOf(html) : html.hash;
    let alike = this.#entries.get(key);
    if (alike && !alike.equals(html)) {
      // Another page has this checksum, by chance or because a visitor wrote it so.
      key = createHash('sha256').update(wholeHtml(html)).digest('base64');
      alike = this.#entries.get(key);
    }
    const stored = alike ?? this.#add(key, html, checkpoints);
    stored.references++;
    return stored;
  }

  /**
   * Stores a page and finds the change that leads to it. Equal pages often change alike, by a push or one after the
   * other, so the instructions are cached.
   */
  transition(origin: StoredHtml | undefined, html: string | HtmlPieces): Transition {
    const before = origin?.content;
    const after = this.retain(html);
    if (!origin || before === undefined) return { after, patch: null };
    const known = after.patchFrom(origin);
    return known === undefined ? this.#diff(origin, before, after, html) : { after, patch: known };
  }

  #diff(
    origin: StoredHtml,
    before: string | HtmlPieces,
    after: StoredHtml,
    content: string | HtmlPieces,
  ): Transition {
    const { checkpoints } = origin;
    const areInPieces = typeof before === 'object' && typeof content === 'object';
    const shortcut = areInPieces && checkpoints ? diffPieces(before, content, checkpoints) : undefined;
    if (shortcut) return cached(origin, after, shortcut);
    const html = wholeHtml(content);
    const change = diff(wholeHtml(before), html, checkpoints);
    if (change.html === html) return cached(origin, after, change);
    this.release(after);
    return { after: this.retain(change.html, change.checkpoints), patch: patchOf(change) };
  }

  #checksumOf(html: string): number {
    if (html !== this.#html) {
      this.#checksum = crc32(html);
      this.#html = html;
    }
    return this.#checksum;
  }

  #add(key: string | number, html: string | HtmlPieces, checkpoints?: Checkpoints): StoredHtml {
    const bytes = typeof html === 'string' ? bytesInMemory(html) : html.bytes;
    const size =
      Math.ceil(bytes + html.length * (CHECKPOINTS_SHARE + PATCH_SHARE)) + ENTRY_BYTES + SHORT_PATCH;
    const stored = new StoredHtml(key, html, size, checkpoints);
    this.#entries.set(key, stored);
    // The cache refuses a page that is larger than the whole store.
    if (size > this.maxBytes) stored.evict();
    return stored;
  }

  /** Ends one `retain`. The page is deleted with its last reference. */
  release(stored: StoredHtml): void {
    stored.references--;
    if (stored.references === 0 && this.#entries.peek(stored.key) === stored)
      this.#entries.delete(stored.key);
  }
}

function wholeHtml(html: string | HtmlPieces): string {
  return typeof html === 'string' ? html : html.html;
}

function patchOf({ instructions }: PiecesDiff): string | null {
  return instructions && instructionsJson(instructions);
}

function cached(origin: StoredHtml, after: StoredHtml, change: PiecesDiff): Transition {
  const patch = patchOf(change);
  after.cachePatch(origin, patch, change.checkpoints);
  return { after, patch };
}

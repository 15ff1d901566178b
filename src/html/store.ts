import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import { structureHash } from './hash.js';
import { Outline } from './outline.js';

/** What an entry takes beside its text, and what its outline may take per byte of it. */
const ENTRY_BYTES = 400;
const OUTLINE_SHARE = 1 / 16;
/** How many pages of one length and checksum are told apart; more of them are not shared. */
const MAX_ALIKE = 8;

/** The HTML of a page, shared by all pages that have the same. */
export class StoredHtml {
  references = 0;
  #html: string | undefined;
  #outline: Outline | undefined;
  #hash: number | undefined;

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

  forget(): void {
    this.#html = this.#outline = undefined;
  }
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
    // The encoded page makes a flat string again, which keeps no rope and no longer string alive.
    const encoded = Buffer.from(html);
    const { key, found } = this.#find(html, `${html.length}:${crc32(encoded)}`);
    const stored = found ?? this.#add(key, html, encoded, outline);
    stored.references++;
    return stored;
  }

  #find(html: string, prefix: string): { key: string; found?: StoredHtml } {
    let free: string | undefined;
    for (let alike = 0; alike < MAX_ALIKE; alike++) {
      const key = `${prefix}:${alike}`;
      const stored = this.#entries.peek(key);
      if (!stored) free ??= key;
      else if (stored.html === html) return { key, found: this.#entries.get(key) };
    }
    return { key: free ?? `unshared:${this.#unshared++}` };
  }

  #add(key: string, html: string, encoded: Buffer, outline?: Outline): StoredHtml {
    const isAscii = encoded.length === html.length;
    const bytes = (isAscii ? 1 : 2) * html.length;
    const size = Math.ceil(bytes + html.length * OUTLINE_SHARE) + ENTRY_BYTES;
    const stored = new StoredHtml(key, encoded.toString(isAscii ? 'latin1' : 'utf8'), size, outline);
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

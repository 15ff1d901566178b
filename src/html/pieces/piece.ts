import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';

/** A part of the HTML of pages. */
export type Part = Piece | Chunk;

/** A text that pages have in common. Its checksum is computed once, however many pages have it. */
export class Piece {
  /** The chunk that began with this piece most recently. */
  chunk: WeakRef<Chunk> | undefined;
  #hash: number | undefined;
  #bytes = 0;

  constructor(readonly html: string) {}

  get hash(): number {
    this.#hash ??= crc32(this.html);
    return this.#hash;
  }

  /** The bytes of the text in memory. */
  get bytes(): number {
    this.#bytes ||= bytesInMemory(this.html);
    return this.#bytes;
  }

  /** Pieces of one `memo` are most often the same object. */
  equals(other: Part): boolean {
    return this === other || (other instanceof Piece && this.hash === other.hash && this.html === other.html);
  }

  slice(from: number, to: number): string {
    return this.html.slice(from, to);
  }
}

/** A text that is ASCII takes a byte for each character. */
export function bytesInMemory(html: string): number {
  const isAscii = Buffer.byteLength(html) === html.length;
  return (isAscii ? 1 : 2) * html.length;
}

/** Bytes of a part's place in a list, and of a piece's place in the text of a chunk. */
export const PLACE_BYTES = 8;
const ROPE_BYTES = 32;

/**
 * Neighbouring pieces of a long list, as one part of a page. An unchanged part of a list is the same chunk in each render,
 * whose pieces are not read again.
 */
export class Chunk {
  /** The text, which is never flat: the pieces have it. */
  readonly html: string;
  #hash: number | undefined;
  #bytes = 0;

  /** @param isClosed no piece that follows belongs to this chunk */
  constructor(
    readonly pieces: readonly Piece[],
    readonly isClosed: boolean,
  ) {
    this.html = textOf(pieces);
  }

  get hash(): number {
    this.#hash ??= this.pieces.reduce((hash, piece) => (Math.imul(hash, 31) + piece.hash) | 0, 0);
    return this.#hash;
  }

  get bytes(): number {
    this.#bytes ||= this.pieces.reduce((bytes, piece) => bytes + piece.bytes + PLACE_BYTES + ROPE_BYTES, 0);
    return this.#bytes;
  }

  equals(other: Part): boolean {
    if (this === other) return true;
    if (!(other instanceof Chunk) || this.hash !== other.hash) return false;
    const { pieces } = other;
    return (
      pieces.length === this.pieces.length &&
      this.pieces.every((piece, index) => piece.equals(pieces[index] as Piece))
    );
  }

  /** Reads the pieces: a read of the own text would make it flat. */
  slice(from: number, to: number): string {
    let html = '';
    let start = 0;
    for (let index = 0; index < this.pieces.length && start < to; index++) {
      const piece = this.pieces[index] as Piece;
      const end = start + piece.html.length;
      if (end > from) html += piece.html.slice(Math.max(0, from - start), to - start);
      start = end;
    }
    return html;
  }
}

/** The whole text of a list, which is not flat until its first read. */
export function textOf(list: readonly Part[]): string {
  let html = '';
  for (const part of list) html += part.html;
  return html;
}

export function lengthOf(list: readonly Part[]): number {
  let length = 0;
  for (const { html } of list) length += html.length;
  return length;
}

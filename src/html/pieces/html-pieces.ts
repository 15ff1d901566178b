import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { commonPrefix, commonSuffix } from '../change/common-affix.js';

/** A part of the HTML of pages. Its checksum is computed once, however many pages have it. */
export class Piece {
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
  equals(other: Piece): boolean {
    return this === other || (this.hash === other.hash && this.html === other.html);
  }
}

/** A text that is ASCII takes a byte for each character. */
export function bytesInMemory(html: string): number {
  const isAscii = Buffer.byteLength(html) === html.length;
  return (isAscii ? 1 : 2) * html.length;
}

/** Bytes of a piece's place in a list. */
const PLACE_BYTES = 8;

/**
 * The HTML of a page as a list of pieces. Most pieces of a page were in its last HTML too: as the same objects, so that the
 * text of a long page is not read for a small change.
 */
export class HtmlPieces {
  #length: number | undefined;

  /** A place near the last slice: most slices of a page are near its difference. */
  #index = 0;
  #start = 0;

  constructor(readonly list: readonly Piece[]) {}

  get length(): number {
    this.#length ??= lengthOf(this.list);
    return this.#length;
  }

  /** A checksum of the list. Its length is added up on the way: a second walk would load all pieces again. */
  get hash(): number {
    let [hash, length] = [0, 0];
    for (const piece of this.list) {
      hash = (Math.imul(hash, 31) + piece.hash) | 0;
      length += piece.html.length;
    }
    this.#length = length;
    return hash;
  }

  get bytes(): number {
    let bytes = PLACE_BYTES * this.list.length;
    for (const piece of this.list) bytes += piece.bytes;
    return bytes;
  }

  /** The whole text, which is not flat until its first read. */
  get html(): string {
    let html = '';
    for (const piece of this.list) html += piece.html;
    return html;
  }

  equals({ list }: HtmlPieces): boolean {
    return list.length === this.list.length && list.every((piece, i) => piece.equals(this.list[i] as Piece));
  }

  slice(from: number, to: number): string {
    this.#seek(from);
    let html = '';
    let start = this.#start;
    for (let index = this.#index; index < this.list.length && start < to; index++) {
      const piece = this.#htmlAt(index);
      html += piece.slice(Math.max(0, from - start), to - start);
      start += piece.length;
    }
    return html;
  }

  /** Moves the place to the piece with this character. */
  #seek(at: number): void {
    const last = this.list.length - 1;
    let [index, start] = at < this.#start / 2 ? [0, 0] : [this.#index, this.#start];
    while (start > at && index > 0) start -= this.#htmlAt(--index).length;
    while (index < last && start + this.#htmlAt(index).length <= at) start += this.#htmlAt(index++).length;
    this.#index = index;
    this.#start = start;
  }

  #htmlAt(index: number): string {
    return (this.list[index] as Piece).html;
  }
}

/** Whether a list has this many characters. The rest of a longer one is not read. */
export function hasLength(list: readonly Piece[], least: number): boolean {
  let length = 0;
  for (let index = 0; index < list.length && length < least; index++)
    length += (list[index] as Piece).html.length;
  return length >= least;
}

function lengthOf(list: readonly Piece[]): number {
  let length = 0;
  for (const { html } of list) length += html.length;
  return length;
}

/** The number of characters that two pages have in common at their start and at their end, which do not overlap. */
export function commonEnds(before: HtmlPieces, after: HtmlPieces): { prefix: number; suffix: number } {
  const [list, other] = [before.list, after.list];
  const least = Math.min(list.length, other.length);
  let [head, tail, prefix, suffix] = [0, 0, 0, 0];
  for (; head < least; head++) {
    const piece = list[head] as Piece;
    if (!piece.equals(other[head] as Piece)) break;
    prefix += piece.html.length;
  }
  for (; tail < least - head; tail++) {
    const piece = list[list.length - 1 - tail] as Piece;
    if (!piece.equals(other[other.length - 1 - tail] as Piece)) break;
    suffix += piece.html.length;
  }
  if (head + tail === least) return { prefix, suffix };
  // The first and the last piece that differ begin and end alike.
  const inner = commonPrefix(htmlAt(list, head), htmlAt(other, head));
  const [last, otherLast] = [htmlAt(list, -1 - tail), htmlAt(other, -1 - tail)];
  const limit = Math.min(
    last.length,
    otherLast.length,
    Math.min(before.length, after.length) - prefix - inner - suffix,
  );
  return { prefix: prefix + inner, suffix: suffix + commonSuffix(last, otherLast, limit) };
}

function htmlAt(list: readonly Piece[], index: number): string {
  return list.at(index)?.html ?? '';
}

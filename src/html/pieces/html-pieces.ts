import { commonPrefix, commonSuffix } from '../change/common-affix.js';
import { Chunk, lengthOf, type Part, PLACE_BYTES, textOf } from './piece.js';

/** Characters that are read at first where pieces end at different places. */
const SHORT = 64;

/**
 * The HTML of a page as a list of pieces and chunks. Most of them were in the page's last HTML too: as the same objects, so
 * that the text of a long page is not read for a small change.
 */
export class HtmlPieces {
  #length: number | undefined;

  /** The part near the last slice: most slices of a page are near its difference. */
  #index = 0;
  #start = 0;

  constructor(readonly list: readonly Part[]) {}

  get length(): number {
    this.#length ??= lengthOf(this.list);
    return this.#length;
  }

  /** A checksum of the list. Its length is added up on the way: a second walk would load all parts again. */
  get hash(): number {
    let [hash, length] = [0, 0];
    for (const part of this.list) {
      hash = (Math.imul(hash, 31) + part.hash) | 0;
      length += part.html.length;
    }
    this.#length = length;
    return hash;
  }

  get bytes(): number {
    let bytes = PLACE_BYTES * this.list.length;
    for (const part of this.list) bytes += part.bytes;
    return bytes;
  }

  /** The whole text, which is not flat until its first read. */
  get html(): string {
    return textOf(this.list);
  }

  equals({ list }: HtmlPieces): boolean {
    return list.length === this.list.length && list.every((part, i) => part.equals(this.list[i] as Part));
  }

  slice(from: number, to: number): string {
    this.#seek(from);
    let html = '';
    let start = this.#start;
    for (let index = this.#index; index < this.list.length && start < to; index++) {
      const part = this.list[index] as Part;
      html += part.slice(Math.max(0, from - start), to - start);
      start += part.html.length;
    }
    return html;
  }

  /** Moves the place to the part with this character. */
  #seek(at: number): void {
    const last = this.list.length - 1;
    let [index, start] = at < this.#start / 2 ? [0, 0] : [this.#index, this.#start];
    while (start > at && index > 0) start -= this.#lengthAt(--index);
    while (index < last && start + this.#lengthAt(index) <= at) start += this.#lengthAt(index++);
    this.#index = index;
    this.#start = start;
  }

  #lengthAt(index: number): number {
    return (this.list[index] as Part).html.length;
  }
}

/** The number of equal parts and characters at both ends of two lists, which do not overlap. */
export interface EqualEnds {
  head: number;
  tail: number;
  prefix: number;
  suffix: number;
}

export function equalEnds(list: readonly Part[], other: readonly Part[]): EqualEnds {
  const least = Math.min(list.length, other.length);
  let [head, tail, prefix, suffix] = [0, 0, 0, 0];
  for (; head < least; head++) {
    const part = list[head] as Part;
    if (!part.equals(other[head] as Part)) break;
    prefix += part.html.length;
  }
  for (; tail < least - head; tail++) {
    const part = list[list.length - 1 - tail] as Part;
    if (!part.equals(other[other.length - 1 - tail] as Part)) break;
    suffix += part.html.length;
  }
  return { head, tail, prefix, suffix };
}

/** The pieces between equal ends, those of chunks one by one. */
function piecesBetween(list: readonly Part[], { head, tail }: EqualEnds): Part[] {
  const pieces: Part[] = [];
  for (let index = head; index < list.length - tail; index++) {
    const part = list[index] as Part;
    if (part instanceof Chunk) for (const piece of part.pieces) pieces.push(piece);
    else pieces.push(part);
  }
  return pieces;
}

/** The number of characters that two pages have in common at their start and at their end, which do not overlap. */
export function commonEnds(before: HtmlPieces, after: HtmlPieces): { prefix: number; suffix: number } {
  const outer = equalEnds(before.list, after.list);
  const [list, other] = [piecesBetween(before.list, outer), piecesBetween(after.list, outer)];
  const { head, tail, ...inner } = equalEnds(list, other);
  // The first and the last piece that differ begin and end alike.
  const [first, otherFirst] = [htmlAt(list, head), htmlAt(other, head)];
  const begin = commonPrefix(first, otherFirst);
  const known = outer.prefix + inner.prefix + begin;
  const isKnown = begin < Math.min(first.length, otherFirst.length);
  const prefix = isKnown ? known : longerPrefix(before, after, known);
  const rest = Math.min(before.length, after.length) - prefix;
  const suffix = Math.min(outer.suffix + inner.suffix, rest);
  if (head + tail === Math.min(list.length, other.length)) return { prefix, suffix };
  const [last, otherLast] = [htmlAt(list, -1 - tail), htmlAt(other, -1 - tail)];
  const limit = Math.min(last.length, otherLast.length, rest - suffix);
  return { prefix, suffix: suffix + commonSuffix(last, otherLast, limit) };
}

/** Reads on where one of two pieces ends before they differ. */
function longerPrefix(before: HtmlPieces, after: HtmlPieces, from: number): number {
  let at = from;
  for (let size = SHORT; ; size *= 2) {
    const count = commonPrefix(before.slice(at, at + size), after.slice(at, at + size));
    at += count;
    if (count < size) return at;
  }
}

function htmlAt(list: readonly Part[], index: number): string {
  return list.at(index)?.html ?? '';
}

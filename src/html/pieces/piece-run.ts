import { Chunk, type Part, type Piece } from './piece.js';

/** The least and the most pieces of a chunk. Fewer at the end of a run stay single. */
const MIN_PIECES = 16;
const MAX_PIECES = 256;
/** A piece with a hash of zeros here is the last one of its chunk: each 64th. */
const END = 63;

/**
 * Neighbouring pieces, which are cut into chunks. The content of the pieces decides about the cuts. So a list that grows at
 * its start, or changes in the middle, has the same chunks as before elsewhere.
 */
export class PieceRun {
  /** Undefined until there is one, as most runs are short. */
  #parts: Part[] | undefined;
  /** An earlier chunk, whose first `#count` pieces are the last ones of the run. */
  #known: Chunk | undefined;
  #count = 0;
  /** The last pieces of the run, if they are not those of an earlier chunk. */
  #open: Piece[] | undefined;

  add(piece: Piece): void {
    const known = this.#known;
    if (known?.pieces[this.#count] !== piece) {
      this.#addOther(piece);
    } else if (++this.#count === known.pieces.length && known.isClosed) {
      this.#push(known);
      this.#known = undefined;
    }
  }

  #addOther(piece: Piece): void {
    this.#leaveKnown();
    if (this.#open === undefined) {
      this.#known = piece.chunk?.deref();
      this.#count = 1;
      if (this.#known) return;
      this.#open = [piece];
    } else {
      this.#open.push(piece);
      if (isEnd(piece, this.#open.length)) this.#close(this.#open, true);
    }
  }

  /** The run goes on without the rest of an earlier chunk. */
  #leaveKnown(): void {
    if (this.#known) this.#open = this.#known.pieces.slice(0, this.#count);
    this.#known = undefined;
  }

  #close(pieces: readonly Piece[], isClosed: boolean): void {
    const chunk = new Chunk(pieces, isClosed);
    (pieces[0] as Piece).chunk = new WeakRef(chunk);
    this.#push(chunk);
    this.#open = undefined;
  }

  #push(part: Part): void {
    this.#parts ??= [];
    this.#parts.push(part);
  }

  /** The run as parts of a page. No piece is added after the first read. */
  get parts(): readonly Part[] {
    if (this.#known && this.#count === this.#known.pieces.length) this.#push(this.#known);
    else this.#leaveKnown();
    this.#known = undefined;
    if (this.#open && this.#open.length >= MIN_PIECES) this.#close(this.#open, false);
    if (!this.#parts) this.#parts = this.#open ?? [];
    else if (this.#open) this.#parts.push(...this.#open);
    this.#open = undefined;
    return this.#parts;
  }
}

function isEnd(piece: Piece, count: number): boolean {
  return count === MAX_PIECES || (count >= MIN_PIECES && (piece.hash & END) === 0);
}

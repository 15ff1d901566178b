import { BITS, Builder, COUNT, IN_BODY, type MASK, OPEN_FIELDS, START } from '../parse/builder.js';
import { parseToEnd } from '../parse/parse.js';
import { readPlain } from '../parse/plain-markup.js';
import { withScratch } from '../parse/row-pool.js';

/** Fields of a checkpoint: its position, the depth of the open form, the number of open elements, then these elements. */
const AT = 0;
const FORM = 1;
const DEPTH = 2;
const OPEN = 3;

/** The least distance of two checkpoints in characters. All of a page take about a sixteenth of the page's own bytes. */
const SPACING = 4096;
const SHARE = 16;

/** A saved state of the parser, as a row of numbers. */
export type Checkpoint = Int32Array | number[];

/** A change of one element's children, with its effect on the checkpoints behind it. */
export interface Shift {
  /** The start of the changed children, and their end in the page before. */
  from: number;
  to: number;
  /** The number of characters that the page gained. */
  length: number;
  /** The depth of the parent, and the number of children that it gained. */
  depth: number;
  children: number;
  /** The parts of the changed children whose checkpoints are kept, in order. */
  kept?: KeptPart[] | undefined;
}

/** A part of a page between two changes, from a position up to another. */
export interface KeptPart {
  from: number;
  to: number;
  /** The distance to the same part of the new page. */
  length: number;
  /** The elements around the part: their starts in the new page, and the number of children that each gained before it. */
  starts: number[];
  children: number[];
}

/**
 * Saved parser states of a page. The parser resumes at one of them without reading the page before it, so that a
 * change far down is found at once.
 */
export class Checkpoints {
  private constructor(
    /** Whether the parser's result is certain for the whole page. */
    readonly predictable: boolean,
    readonly noQuirks: boolean,
    /** All checkpoints in one array, and the index at which each begins. */
    private readonly rows: Int32Array,
    private readonly starts: number[],
    /** The checkpoint at the page's last change. The next change is often there again. */
    private readonly latest?: Checkpoint,
  ) {}

  static of(html: string): Checkpoints {
    return withScratch(() => Checkpoints.#read(html));
  }

  static #read(html: string): Checkpoints {
    const builder = new Builder(html);
    const rows: number[] = [];
    const starts: number[] = [];
    if (html.includes('\0')) builder.bailOut();
    parseToEnd(builder, () => {
      if (builder.mode !== IN_BODY) return;
      const length = OPEN + builder.depth * OPEN_FIELDS;
      if (isDue(builder.at, length, rows[(starts.at(-1) ?? 0) + AT])) {
        starts.push(rows.length);
        rows.push(...checkpointAt(builder));
      }
      // No checkpoint is due up to there.
      readPlain(builder, (rows[(starts.at(-1) ?? 0) + AT] as number) + SPACING - 1);
    });
    const predictable = builder.predictable && builder.opaqueDepth === Number.POSITIVE_INFINITY;
    return new Checkpoints(predictable, builder.noQuirks, Int32Array.from(rows), starts);
  }

  get bytes(): number {
    return this.rows.byteLength + (this.starts.length + (this.latest?.length ?? 0)) * 8;
  }

  /** The position of the page's last change, or 0. */
  get latestChange(): number {
    return this.latest?.[AT] ?? 0;
  }

  #at(index: number): number {
    return this.rows[(this.starts[index] as number) + AT] as number;
  }

  /** The number of checkpoints up to a position. */
  #countUpTo(position: number): number {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#at(middle) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #start(index: number): number {
    return this.starts[index] ?? this.rows.length;
  }

  /** The last checkpoint up to `limit`. */
  upTo(limit: number): Checkpoint | undefined {
    const index = this.#countUpTo(limit) - 1;
    if (index < 0) return undefined;
    const { latest } = this;
    const isLatest = latest && (latest[AT] as number) <= limit && (latest[AT] as number) > this.#at(index);
    return isLatest ? latest : this.rows.subarray(this.#start(index), this.#start(index + 1));
  }

  /** The position of the checkpoint behind another position, or of a later one for a larger `step`. */
  positionBehind(position: number, step: number): number | undefined {
    const index = this.#countUpTo(position) + step - 1;
    return index < this.starts.length ? this.#at(index) : undefined;
  }

  /** The last checkpoint behind a builder and up to `limit` in which the builder's element at `index` is still open. */
  lastInside(builder: Builder, index: number, limit: number): Checkpoint | undefined {
    const first = this.#countUpTo(builder.at);
    const start = builder.openStart(index);
    let low = first;
    let high = this.#countUpTo(limit);
    while (low < high) {
      const middle = (low + high) >> 1;
      const row = this.#start(middle);
      const isInside =
        index < (this.rows[row + DEPTH] as number) &&
        this.rows[row + OPEN + index * OPEN_FIELDS + START] === start;
      if (isInside) low = middle + 1;
      else high = middle;
    }
    return low > first ? this.rows.subarray(this.#start(low - 1), this.#start(low)) : undefined;
  }

  /** A builder at the last checkpoint up to `limit`. */
  resume(html: string, limit: number): Builder | undefined {
    const row = this.upTo(limit);
    if (!row) return undefined;
    const builder = new Builder(html);
    builder.resume(row, OPEN, row[DEPTH] as number);
    builder.at = row[AT] as number;
    builder.form = row[FORM] as number;
    builder.noQuirks = this.noQuirks;
    return builder;
  }

  /** A checkpoint and those behind it, up to a position, as `move` makes them those of a page that is a part of this one. */
  part(first: Checkpoint, to: number, move: (checkpoint: Checkpoint) => Checkpoint): Checkpoints {
    const rows = [move(first)];
    const end = this.#countUpTo(to);
    for (let index = this.#countUpTo(positionOf(first)); index < end; index++)
      rows.push(move(this.rows.subarray(this.#start(index), this.#start(index + 1))));
    let length = 0;
    const starts = rows.map((row) => {
      length += row.length;
      return length - row.length;
    });
    return new Checkpoints(true, this.noQuirks, joined(rows, length), starts);
  }

  #latestBehind(shift: Shift): Checkpoint | undefined {
    if (!this.latest || (this.latest[AT] as number) < shift.to) return undefined;
    const row = this.latest.slice();
    shiftCheckpoint(row, 0, shift);
    return row;
  }

  /** The checkpoints of the page that a change makes. `change` is the one at its start, if the page was read up to there. */
  shifted(shift: Shift, change?: Checkpoint): Checkpoints {
    const kept = this.#countUpTo(shift.from);
    const behind = this.#countUpTo(shift.to - 1);
    const latest = change ?? this.#latestBehind(shift);
    const last = kept > 0 ? this.#at(kept - 1) : undefined;
    const row = change && isDue(positionOf(change), change.length, last) ? change : [];
    if (row.length === 0 && kept === this.starts.length)
      return new Checkpoints(true, this.noQuirks, this.rows, this.starts, latest);
    const rows: Int32Array[] = [this.rows.subarray(0, this.#start(kept)), Int32Array.from(row)];
    const starts = this.starts.slice(0, kept);
    let length = this.#start(kept);
    if (row.length > 0) starts.push(length);
    length += row.length;
    const add = (first: number, end: number, move: (rows: Int32Array, start: number) => void) => {
      const part = this.rows.slice(this.#start(first), this.#start(end));
      for (let index = first; index < end; index++) {
        const start = this.#start(index) - this.#start(first);
        move(part, start);
        starts.push(length + start);
      }
      rows.push(part);
      length += part.length;
    };
    const parts = shift.kept ?? [];
    for (const [index, part] of parts.entries()) {
      // A part may begin inside of the child that is open at the end of the one before.
      const end = Math.min(part.to, parts[index + 1]?.from ?? part.to);
      add(this.#countUpTo(part.from), this.#countUpTo(end), (rows, start) => moveWith(rows, start, part));
    }
    add(behind, this.starts.length, (rows, start) => shiftCheckpoint(rows, start, shift));
    return new Checkpoints(true, this.noQuirks, joined(rows, length), starts, latest);
  }
}

function joined(parts: Checkpoint[], length: number): Int32Array {
  const rows = new Int32Array(length);
  let at = 0;
  for (const part of parts) {
    rows.set(part, at);
    at += part.length;
  }
  return rows;
}

/** @param length of the checkpoint, which takes its share of the text */
function isDue(at: number, length: number, last: number | undefined): boolean {
  return last === undefined || at - last >= Math.max(SPACING, SHARE * 4 * length);
}

/** The state of a parser in the body. */
export function checkpointOf(builder: Builder): Checkpoint | undefined {
  return builder.mode === IN_BODY ? checkpointAt(builder) : undefined;
}

function checkpointAt(builder: Builder): number[] {
  const row = [builder.at, builder.form, builder.depth];
  builder.save(row);
  return row;
}

export function positionOf(checkpoint: Checkpoint): number {
  return checkpoint[AT] as number;
}

/** The open elements of a checkpoint from the outermost one on: their starts, and the bits of their nodes. */
export function openElementsOf(checkpoint: Checkpoint): { start: number; bits: number }[] {
  const elements: { start: number; bits: number }[] = [];
  for (let element = OPEN; element < checkpoint.length; element += OPEN_FIELDS)
    elements.push({
      start: checkpoint[element + START] as number,
      bits: checkpoint[element + BITS] as number,
    });
  return elements;
}

/** The same checkpoint in another text: at another position, with other starts of the open elements. */
export function moveCheckpoint(checkpoint: Checkpoint, at: number, starts: number[]): Checkpoint {
  const row = Array.from(checkpoint);
  row[AT] = at;
  for (const [index, start] of starts.entries()) row[OPEN + index * OPEN_FIELDS + START] = start;
  return row;
}

function shiftCheckpoint(rows: Checkpoint, start: number, { to, length, depth, children }: Shift): void {
  rows[start + AT] = (rows[start + AT] as number) + length;
  const first = start + OPEN;
  const end = first + (rows[start + DEPTH] as number) * OPEN_FIELDS;
  for (let element = first; element < end; element += OPEN_FIELDS) {
    const position = rows[element + START] as number;
    if (position >= to) rows[element + START] = position + length;
    // An element of this depth that begins before the change is the parent itself.
    else if (element === first + (depth - 1) * OPEN_FIELDS)
      rows[element + COUNT] = (rows[element + COUNT] as number) + children;
  }
}

function moveWith(rows: Checkpoint, start: number, { length, starts, children }: KeptPart): void {
  rows[start + AT] = (rows[start + AT] as number) + length;
  const depth = rows[start + DEPTH] as number;
  for (let index = 0; index < depth; index++) {
    const element = start + OPEN + index * OPEN_FIELDS;
    rows[element + START] = starts[index] ?? (rows[element + START] as number) + length;
    rows[element + COUNT] = (rows[element + COUNT] as number) + (children[index] ?? 0);
  }
}

/** Fields of an open element of a checkpoint. */
export function openField(
  checkpoint: Checkpoint,
  index: number,
  field: typeof START | typeof COUNT | typeof MASK,
): number {
  return checkpoint[OPEN + index * OPEN_FIELDS + field] as number;
}

export function depthOf(checkpoint: Checkpoint): number {
  return checkpoint[DEPTH] as number;
}

export function formOf(checkpoint: Checkpoint): number {
  return checkpoint[FORM] as number;
}

import { Builder, COUNT, FRAME, IN_BODY, START } from '../parse/builder.js';
import { parseToEnd } from '../parse/parse.js';

/** A point in a row of numbers: where it is, how deep the open form is, how many elements are open, then these. */
const AT = 0;
const FORM = 1;
const DEPTH = 2;
const FRAMES = 3;

/** Points lie at least so many characters apart, and take at most about a sixteenth of what the page takes. */
const SPACING = 4096;
const SHARE = 16;

/** A change of one element's children, as the points behind it feel it. */
export interface Shift {
  /** Where the changed children begin, and where they ended before. */
  from: number;
  to: number;
  /** How much longer the page became. */
  length: number;
  /** How deep the parent is, and how many children more it has. */
  depth: number;
  children: number;
}

/**
 * Points of a page from which the scan can go on without reading what stands before them, so that a change
 * far down is found at once; and whether all of the page can be foretold.
 */
export class Outline {
  private constructor(
    readonly sound: boolean,
    readonly noQuirks: boolean,
    /** The rows, one behind the other, and where each begins. */
    private readonly rows: Int32Array,
    private readonly starts: number[],
    /** The point where the page changed last: the next change is often there again. */
    private readonly latest?: number[],
  ) {}

  static of(html: string): Outline {
    const builder = new Builder(html);
    const rows: number[] = [];
    const starts: number[] = [];
    if (html.includes('\0')) builder.unsure();
    parseToEnd(builder, () => {
      if (!isDue(builder, rows[(starts.at(-1) ?? 0) + AT])) return;
      starts.push(rows.length);
      rows.push(...pointAt(builder));
    });
    builder.release();
    const sound = builder.sound && builder.opaqueDepth === Number.POSITIVE_INFINITY;
    return new Outline(sound, builder.noQuirks, Int32Array.from(rows), starts);
  }

  get bytes(): number {
    return this.rows.byteLength + (this.starts.length + (this.latest?.length ?? 0)) * 8;
  }

  #at(point: number): number {
    return this.rows[(this.starts[point] as number) + AT] as number;
  }

  /** How many points lie up to a place. */
  #pointsUpTo(place: number): number {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#at(middle) <= place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #rowStart(point: number): number {
    return this.starts[point] ?? this.rows.length;
  }

  /** A builder at the last point that lies before `limit`. */
  resume(html: string, limit: number): Builder | undefined {
    const point = this.#pointsUpTo(limit) - 1;
    if (point < 0) return undefined;
    const { latest } = this;
    const isLatest = latest && (latest[AT] as number) <= limit && (latest[AT] as number) > this.#at(point);
    const [row, start] = isLatest ? [latest, 0] : [this.rows, this.#rowStart(point)];
    const builder = new Builder(html);
    builder.resume(row, start + FRAMES, row[start + DEPTH] as number);
    builder.at = row[start + AT] as number;
    builder.form = row[start + FORM] as number;
    builder.noQuirks = this.noQuirks;
    return builder;
  }

  #latestBehind(shift: Shift): number[] | undefined {
    if (!this.latest || (this.latest[AT] as number) < shift.to) return undefined;
    const row = this.latest.slice();
    shiftRow(row, 0, shift);
    return row;
  }

  /** The outline of the page that a change makes; `reached` is at its start, when the page was read up to there. */
  shifted(shift: Shift, reached?: Builder): Outline {
    const kept = this.#pointsUpTo(shift.from);
    const behind = this.#pointsUpTo(shift.to - 1);
    const latest = reached ? pointAt(reached) : this.#latestBehind(shift);
    const row = reached && isDue(reached, kept > 0 ? this.#at(kept - 1) : undefined) ? pointAt(reached) : [];
    if (row.length === 0 && kept === this.starts.length)
      return new Outline(true, this.noQuirks, this.rows, this.starts, latest);
    const keptLength = this.#rowStart(kept);
    const gap = keptLength + row.length - this.#rowStart(behind);
    const rows = new Int32Array(this.rows.length + gap);
    rows.set(this.rows.subarray(0, keptLength));
    rows.set(row, keptLength);
    rows.set(this.rows.subarray(this.#rowStart(behind)), keptLength + row.length);
    const starts = this.starts.slice(0, kept);
    if (row.length > 0) starts.push(keptLength);
    for (let point = behind; point < this.starts.length; point++) {
      const start = this.#rowStart(point) + gap;
      shiftRow(rows, start, shift);
      starts.push(start);
    }
    return new Outline(true, this.noQuirks, rows, starts, latest);
  }
}

function isDue({ at, depth, mode }: Builder, last: number | undefined): boolean {
  if (mode !== IN_BODY) return false;
  const spacing = Math.max(SPACING, SHARE * 4 * (FRAMES + depth * FRAME));
  return last === undefined || at - last >= spacing;
}

function pointAt(builder: Builder): number[] {
  const row = [builder.at, builder.form, builder.depth];
  builder.save(row);
  return row;
}

function shiftRow(rows: Int32Array | number[], start: number, { to, length, depth, children }: Shift): void {
  rows[start + AT] = (rows[start + AT] as number) + length;
  const first = start + FRAMES;
  const end = first + (rows[start + DEPTH] as number) * FRAME;
  for (let frame = first; frame < end; frame += FRAME) {
    const place = rows[frame + START] as number;
    // Opened before the change, and no deeper than the parent: one of those around it.
    if (place >= to) rows[frame + START] = place + length;
    else if (frame === first + (depth - 1) * FRAME)
      rows[frame + COUNT] = (rows[frame + COUNT] as number) + children;
  }
}

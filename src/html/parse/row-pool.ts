/** How many arrays wait to be used again, and how long each may be. */
const MAX_SPARE = 16;
const MAX_LENGTH = 1 << 16;
const SMALLEST = 256;

const spare: Int32Array[] = [];

/**
 * A row of numbers for one diff, its content whatever was there before. A new one costs a microsecond,
 * as its memory lies outside of the heap, and a diff of a small page needs a dozen.
 */
export function takeRow(length = SMALLEST): Int32Array {
  const row = spare.pop();
  return row && row.length >= length ? row : new Int32Array(Math.max(SMALLEST, length));
}

/** Gives a row back. Whoever gave it must not touch it again. */
export function giveRow(row: Int32Array): void {
  if (spare.length < MAX_SPARE && row.length <= MAX_LENGTH) spare.push(row);
}

/** A row of twice the length with the same content; the old one is given back. */
export function growRow(row: Int32Array): Int32Array {
  const longer = takeRow(row.length * 2);
  longer.set(row);
  giveRow(row);
  return longer;
}

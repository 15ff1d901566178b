import { equalEnds, HtmlPieces } from './html-pieces.js';
import { type Part, Piece } from './piece.js';

/** Characters of a part that tells where two pages are equal again. Shorter ones may be there many times. */
const MIN_PART = 2048;
/** Equal characters from which on the changes around them are compared each by itself. */
const MIN_GAP = 8192;

/**
 * Makes the page before with the first of several changes, such as the count above a list before that of its rows. Yields
 * nothing if there is one change.
 */
export function* withFirstChange(before: HtmlPieces, after: HtmlPieces): Generator<HtmlPieces> {
  const [list, other] = [before.list, after.list];
  const { head, tail } = equalEnds(list, other);
  const [end, otherEnd] = [list.length - tail, other.length - tail];
  const isPiece = list[head] instanceof Piece && other[head] instanceof Piece;
  if (isPiece && Math.min(end, otherEnd) > head + 1)
    yield new HtmlPieces([...other.slice(0, head + 1), ...list.slice(head + 1)]);
  const places = new Map<Part, number>();
  for (let place = otherEnd - 1; place > head; place--) {
    const part = other[place] as Part;
    if (part.html.length >= MIN_PART) places.set(part, place);
  }
  for (let index = head; index < end && places.size > 0; index++) {
    const place = places.get(list[index] as Part);
    if (place === undefined || !areAlikeFor(MIN_GAP, list, index, other, place)) continue;
    yield new HtmlPieces([...other.slice(0, place), ...list.slice(index)]);
    return;
  }
}

/** Whether two lists have the same parts, from a place of each, for some characters. */
function areAlikeFor(
  length: number,
  list: readonly Part[],
  from: number,
  other: readonly Part[],
  place: number,
): boolean {
  let alike = 0;
  for (let step = 0; alike < length && from + step < list.length; step++) {
    const part = list[from + step] as Part;
    if (part !== other[place + step]) return false;
    alike += part.html.length;
  }
  return alike >= length;
}

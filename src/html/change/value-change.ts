import { AttributeCursor } from '../parse/attributes.js';
import type { Tree } from '../parse/tree.js';
import { type AttributeChanges, changeOfValue, isFirst } from './attribute-changes.js';

const QUOTE = 34;
const APOSTROPHE = 39;

/** A start tag in which one quoted value differs, and nothing else. */
export interface ValueChange {
  changes: AttributeChanges;
  /** The end of the tag in the new page. */
  open: number;
}

/**
 * Finds the change of a start tag whose first difference is in a quoted value, if the rest of the tag is equal. This
 * reads the attributes once, and only up to the difference.
 *
 * @param at the position of the first difference in the page before
 * @param shift the distance to it in the new page
 */
export function valueChange(
  tree: Tree,
  node: number,
  at: number,
  after: string,
  shift: number,
): ValueChange | undefined {
  const { html } = tree;
  const nameEnd = tree.nameEnd(node);
  const cursor = new AttributeCursor(html);
  cursor.at = nameEnd;
  // The lengths of the names in front, as bits: most names of one length are the only ones.
  let lengths = 0;
  let length = 0;
  while (cursor.at <= at) {
    lengths |= length;
    if (!cursor.next()) return undefined;
    length = 1 << (cursor.nameEnd - cursor.name);
  }
  const { value, valueEnd } = cursor;
  const quote = html.charCodeAt(value - 1);
  // Between the name and a quoted value are a `=` and the quote.
  if (value > at || value < cursor.nameEnd + 2 || (quote !== QUOTE && quote !== APOSTROPHE)) return undefined;
  const end = after.indexOf(quote === QUOTE ? '"' : "'", at + shift);
  const rest = html.slice(valueEnd, tree.open(node));
  if (end === -1 || !after.startsWith(rest, end)) return undefined;
  if (lengths & length && !isFirst(cursor, nameEnd)) return undefined;
  const changes = changeOfValue(tree.bits(node), cursor, after.slice(value + shift, end));
  return changes && { changes, open: end + rest.length };
}

import { focusOf } from '../../dom.js';

/** Types of text fields that have a caret and hide it. */
const HIDING = /^(email|number)$/;

/**
 * Remembers the caret of the focused text field. Returns a function that restores it after the text was rewritten.
 *
 * @param readsHidden whether to read a caret that the type hides, which would end an input method's composition
 */
export function watchCaret(field: Element, readsHidden = false): (() => void) | undefined {
  const text = field as HTMLTextAreaElement;
  const { value, selectionEnd, selectionDirection, scrollTop, scrollLeft } = text;
  if (field !== focusOf(document)) return;
  const selectionStart =
    readsHidden && HIDING.test(text.type) ? value.length - readTail() : text.selectionStart;
  // Null for types such as date, and undefined for a select.
  if (typeof selectionStart !== 'number') return;
  return () => {
    const [start, end] = [selectionStart, selectionEnd ?? selectionStart].map((place) =>
      moveCaret(value, text.value, place),
    ) as [number, number];
    if (text.selectionStart !== null) text.setSelectionRange(start, end, selectionDirection);
    else modify('move', text.value.length - start);
    text.scrollTop = scrollTop;
    text.scrollLeft = scrollLeft;
  };
}

/** Returns the number of characters after the caret. In Firefox the page's selection does not include that of a field. */
function readTail(): number {
  const selection = getSelection();
  if (!navigator.vendor || String(selection)) return 0;
  selection?.modify('extend', 'forward', 'documentboundary');
  const { length } = String(selection);
  modify('extend', length);
  return length;
}

function modify(alter: 'extend' | 'move', count: number): void {
  if (navigator.vendor) while (count-- > 0) getSelection()?.modify(alter, 'backward', 'character');
}

/**
 * Returns the new caret position. The text after or before the caret may be unchanged. Otherwise, as when
 * `555|1234` becomes `(555) 123-4`, the caret stays behind the same number of letters and digits.
 */
function moveCaret(before: string, after: string, caret: number): number {
  const head = before.slice(0, caret);
  const tail = before.slice(caret);
  if (after.endsWith(tail)) return after.length - tail.length;
  if (after.toLowerCase().startsWith(head.toLowerCase())) return caret;
  const isWord = /[\p{L}\p{N}]/u;
  let count = [...head].filter((one) => isWord.test(one)).length;
  let place = 0;
  for (const one of after) {
    if (!count) break;
    if (isWord.test(one)) count--;
    place += one.length;
  }
  return place;
}

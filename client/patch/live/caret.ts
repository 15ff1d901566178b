import { focusOf } from '../../dom.js';

/** Remembers the caret of the focused text field. Returns a function that restores it after the text was rewritten. */
export function watchCaret(field: Element): (() => void) | undefined {
  const { value, selectionStart, selectionEnd, selectionDirection, scrollTop, scrollLeft } =
    field as HTMLTextAreaElement;
  // `selectionStart` is null for types such as number and email, and undefined for a select.
  if (field !== focusOf(document) || typeof selectionStart !== 'number') return;
  const text = field as HTMLTextAreaElement;
  return () => {
    if (text.selectionStart === null) return;
    const [start, end] = [selectionStart, selectionEnd].map((place) => moveCaret(value, text.value, place));
    text.setSelectionRange(start as number, end as number, selectionDirection);
    text.scrollTop = scrollTop;
    text.scrollLeft = scrollLeft;
  };
}

/**
 * Returns the new caret position. The text after or before the caret may be unchanged. Otherwise, as when
 * `555|1234` becomes `(555) 123-4`, the caret stays behind the same number of letters and digits.
 */
export function moveCaret(before: string, after: string, caret: number): number {
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

/** Remembers the caret of the focused text field. What it returns puts it back after the text was rewritten. */
export function watchCaret(field: Element): (() => void) | undefined {
  const { value, selectionStart, selectionEnd, selectionDirection, scrollTop, scrollLeft } =
    field as HTMLTextAreaElement;
  // Types such as number and email have no selection: theirs is null. A select's is undefined.
  if (field !== document.activeElement || typeof selectionStart !== 'number') return;
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
 * Where the caret belongs. What stands behind it may have stayed, or what stands before it. If not, as when
 * `555|1234` becomes `(555) 123-4`, it goes behind as many letters and digits as it was.
 */
export function moveCaret(before: string, now: string, caret: number): number {
  const head = before.slice(0, caret);
  const tail = before.slice(caret);
  if (now.endsWith(tail)) return now.length - tail.length;
  if (now.toLowerCase().startsWith(head.toLowerCase())) return caret;
  const isWord = /[\p{L}\p{N}]/u;
  let count = [...head].filter((one) => isWord.test(one)).length;
  let place = 0;
  for (const one of now) {
    if (!count) break;
    if (isWord.test(one)) count--;
    place += one.length;
  }
  return place;
}

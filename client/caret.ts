/**
 * Where the caret belongs after the server rewrote a text. What stands before it, or else what stands
 * behind it, may have stayed. If both changed, as when `555|1234` becomes `(555) 123-4`, the caret goes
 * behind as many letters and digits as it was.
 */
export function moveCaret(before: string, now: string, caret: number): number {
  const head = before.slice(0, caret);
  const tail = before.slice(caret);
  if (tail && now.startsWith(head)) return caret;
  if (now.endsWith(tail)) return now.length - tail.length;
  const isWord = (character: string): boolean => /[\p{L}\p{N}]/u.test(character);
  let count = [...head].filter(isWord).length;
  let place = 0;
  for (const character of now) {
    if (!count) break;
    if (isWord(character)) count--;
    place += character.length;
  }
  return place;
}

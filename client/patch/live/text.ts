import { firstOf, parentOf } from '../../dom.js';
import { liveOf, pair } from '../shadow/pairs.js';

/** Copies the data of a text or comment to its live partner. Replaces only the changed middle, so that selections stay. */
export function syncText(text: CharacterData, live: CharacterData): void {
  const { data } = text;
  if (!parentOf(live)) {
    replaceLost(text, data);
    return;
  }
  const before = live.data;
  const shorter = Math.min(before.length, data.length);
  let start = 0;
  while (start < shorter && before[start] === data[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === data.at(-1 - end)) end++;
  live.replaceData(start, before.length - end - start, data.slice(start, data.length - end));
}

/** Handles a text that a script replaced, as `document.title = …` does: the server's text is newer. */
function replaceLost(text: CharacterData, data: string): void {
  const parent = text.parentNode;
  const live = parent && liveOf(parent);
  if (!live || parent.childNodes.length > 1) return;
  live.textContent = data;
  pair(text, firstOf(live) ?? live);
}

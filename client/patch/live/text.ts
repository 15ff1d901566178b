import { firstOf, parentOf } from '../../dom.js';
import { liveOf, pair } from '../shadow/pairs.js';

/** Brings the data of a text or comment to its live partner; only what differs is replaced, as selections hang on it. */
export function syncText(text: CharacterData, live: CharacterData): void {
  const { data } = text;
  if (!parentOf(live)) {
    replaceLost(text, data);
    return;
  }
  const old = live.data;
  const shorter = Math.min(old.length, data.length);
  let start = 0;
  while (start < shorter && old[start] === data[start]) start++;
  let end = 0;
  while (end < shorter - start && old.at(-1 - end) === data.at(-1 - end)) end++;
  live.replaceData(start, old.length - end - start, data.slice(start, data.length - end));
}

/** A script wrote its own text where ours was, as `document.title = …` does; the server's is newer. */
function replaceLost(text: CharacterData, data: string): void {
  const parent = text.parentNode;
  const live = parent && liveOf(parent);
  if (!live || parent.childNodes.length > 1) return;
  live.textContent = data;
  pair(text, firstOf(live) ?? live);
}

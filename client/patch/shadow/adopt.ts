import { keyedElements, ownerOf } from './keys.js';
import { morph } from './morph.js';
import { liveOf } from './pairs.js';
import { nodesIn } from './records.js';

/**
 * Keeps a field or an element with an id that a patch removed at one place of the shadow and inserted at another: the
 * old node replaces the new one, with the visitor's state. So a field keeps its text when it gets a new wrapper. Only
 * an element that is unique in the page is adopted: the field of a removed row must not appear in another row. Neither
 * must the field of a removed element with an id or key appear in a new one with another.
 */
export function adopt(root: Element, records: MutationRecord[]): void {
  const lost = keyedElements(nodesIn(records, 'removedNodes'));
  if (!lost.size) return;
  const page = keyedElements([root]);
  for (const [key, fresh] of keyedElements(nodesIn(records, 'addedNodes'))) {
    const old = lost.get(key);
    if (!old || !fresh || old.isConnected || !liveOf(old) || liveOf(fresh)) continue;
    if (page.get(key) !== fresh || fresh.hasAttribute('noupdate')) continue;
    const [from, to] = [ownerOf(old, () => true), ownerOf(fresh, (outer) => !liveOf(outer))];
    if (from && to && from !== to) continue;
    fresh.replaceWith(old);
    morph(old, fresh, true);
  }
}

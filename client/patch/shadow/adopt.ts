import { keyedElements } from './keys.js';
import { morph } from './morph.js';
import { liveOf } from './pairs.js';
import { nodesIn } from './records.js';

/**
 * A field or an element with an id that was taken out at one place of the shadow and put in at another
 * is the same one: its old node goes where the new one is, and what the visitor has in it stays. So a
 * field keeps its text when it gets a new wrapper. Only what is one of its kind in the page is adopted:
 * the field of a row that is gone must not turn up in another row.
 */
export function adopt(root: Element, records: MutationRecord[]): void {
  const lost = keyedElements(nodesIn(records, 'removedNodes'));
  if (!lost.size) return;
  const page = keyedElements([root]);
  for (const [key, fresh] of keyedElements(nodesIn(records, 'addedNodes'))) {
    const old = lost.get(key);
    if (!old || !fresh || old.isConnected || !liveOf(old) || liveOf(fresh)) continue;
    if (page.get(key) !== fresh || fresh.hasAttribute('noupdate')) continue;
    fresh.replaceWith(old);
    morph(old, fresh, true);
  }
}

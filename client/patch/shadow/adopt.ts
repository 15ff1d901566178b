import { closest, parentOf } from '../../dom.js';
import { isField, keyedElements, nameOf, RECORDS } from './keys.js';
import { morph } from './morph.js';
import { liveOf } from './pairs.js';
import { nodesIn } from './records.js';

/**
 * Keeps a field or an element with an id that a patch removed at one place of the shadow and inserted at another: the
 * old node replaces the new one, with the visitor's state. So a field keeps its text when it gets a new wrapper. Only
 * an element that is unique in the page is adopted: the field of a removed row must not appear in another row. Neither
 * must a field without an id leave the id or key around it, nor one with an id its row: it may belong to another record
 * there.
 */
export function adopt(root: Element, records: MutationRecord[]): void {
  const lost = keyedElements(nodesIn(records, 'removedNodes'));
  if (!lost.size) return;
  const page = keyedElements([root]);
  for (const [key, fresh] of keyedElements(nodesIn(records, 'addedNodes'))) {
    const old = lost.get(key);
    const live = old && liveOf(old);
    if (!live || !fresh || old.isConnected || liveOf(fresh)) continue;
    if (page.get(key) !== fresh || fresh.hasAttribute('noupdate')) continue;
    const around = fresh.id ? (isField.test(fresh.localName) ? RECORDS : ':not(*)') : '[id],[key]';
    // The live page still has it at its old place.
    const [from, to] = [live, fresh].map((node) => namesAround(node, around)) as [[string], [string]];
    if (!from.includes(to[0]) && !to.includes(from[0])) continue;
    fresh.replaceWith(old);
    morph(old, fresh, true);
  }
}

/** Returns the ids and keys of the elements of a selector around a node, the nearest first, and `''` for the page. */
const namesAround = (node: Node, selector: string): string[] => {
  const parent = parentOf(node);
  const outer = parent instanceof Element && closest(parent, selector);
  return outer ? [nameOf(outer), ...namesAround(outer, selector)] : [''];
};

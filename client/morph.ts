import morphdom from 'morphdom';
import { keyedElements } from './keys.js';

/**
 * Makes a tree of the shadow equal to another, by morphdom. It is given keys that are unique in their
 * tree only, as with two of a kind it loses nodes. `noupdate` elements stay as they are unless `exact`.
 */
export function morph(from: Element, to: Element, exact = false): void {
  const keys = new Map<Node, string>();
  for (const tree of [from, to]) {
    for (const [key, element] of keyedElements(tree)) if (element) keys.set(element, key);
  }
  morphdom(from, to, {
    getNodeKey: (node) => keys.get(node),
    onBeforeElUpdated: (element) => exact || !element.hasAttribute('noupdate'),
  });
}

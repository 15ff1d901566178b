import morphdom from 'morphdom';
import { core } from '../../core.js';
import { keyedElements } from './keys.js';
import { moveRoot } from './roots.js';

const SPECIAL = /[^\w-]|^(on|src|href)/;

/**
 * Makes a tree of the shadow equal to another with morphdom. Only keys that are unique in their tree are passed, as
 * morphdom loses nodes of equal keys. `noupdate` elements stay as they are unless `isExact`.
 */
export function morph(from: Element, to: Element, isExact = false): void {
  const keys = new Map<Node | null, string>();
  for (const tree of [from, to]) {
    for (const [key, element] of keyedElements([tree], 0)) keys.set(element, key);
  }
  keys.delete(null);
  morphdom(from, to, {
    getNodeKey: (node) => keys.get(node),
    onBeforeElUpdated(element, wanted) {
      if (!isExact && element.hasAttribute('noupdate')) return false;
      moveRoot(element, wanted);
      // morphdom would lose the prefix of `xlink:href`, fail at `@click`, and set texts where trusted ones are required.
      for (const attribute of wanted.attributes) {
        if (SPECIAL.test(attribute.name)) core.copyAttribute(element, attribute);
      }
      return true;
    },
  });
}

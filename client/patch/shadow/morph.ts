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
  const wantedOf = keyedElements([to], 0);
  for (const keyed of [keyedElements([from], 0), wantedOf]) {
    for (const [key, element] of keyed) keys.set(element, key);
  }
  keys.delete(null);
  morphdom(from, to, {
    getNodeKey: (node) => keys.get(node),
    onBeforeElUpdated(element, wanted) {
      if (!isExact && element.hasAttribute('noupdate')) return false;
      moveRoot(element, wanted);
      // morphdom reads the next sibling before it morphs a child, which may take that sibling in. A comment stays.
      for (const child of element.children) {
        const parent = wantedOf.get(keys.get(child) as string)?.parentNode;
        if (parent && parent !== wanted) child.before(new Comment());
      }
      // morphdom would lose the prefix of `xlink:href`, fail at `@click`, and set texts where trusted ones are required.
      for (const attribute of wanted.attributes) {
        if (SPECIAL.test(attribute.name)) core.copyAttribute(element, attribute);
      }
      return true;
    },
  });
}

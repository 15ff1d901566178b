import { HASH_SEED, hashText } from '../../protocol.js';
import { elementNumber } from '../parse/elements.js';
import { withScratch } from '../parse/row-pool.js';
import { scan } from '../parse/scan.js';
import { COMMENT_NODE, ELEMENT, KIND, NOUPDATE, OPAQUE, SHADOW_ROOT, type Tree } from '../parse/tree.js';

const NOSCRIPT = elementNumber('noscript');

/** The structure hash of a page as the client computes it, or undefined if the page is unpredictable. */
export function structureHash(html: string): number | undefined {
  return withScratch(() => hashOf(scan(html)));
}

function hashOf(tree: Tree): number | undefined {
  if (!tree.predictable) return undefined;
  let hash = HASH_SEED;
  const ends: number[] = [];
  for (let node = 0; node < tree.size; ) {
    while (ends.length > 0 && (ends.at(-1) as number) <= node) {
      hash = hashText(hash, '>');
      ends.pop();
    }
    const bits = tree.bits(node);
    if (bits & SHADOW_ROOT) {
      node = tree.next(node);
      continue;
    }
    if (bits & OPAQUE && (bits & NOUPDATE) === 0) return undefined;
    hash = hashNode(tree, node, bits, hash);
    const hidden = bits & NOUPDATE || tree.id(node) === NOSCRIPT;
    if ((bits & KIND) === ELEMENT && (bits & NOUPDATE) === 0) ends.push(tree.next(node));
    node = hidden ? tree.next(node) : node + 1;
  }
  return hashText(hash, '>'.repeat(ends.length));
}

function hashNode(tree: Tree, node: number, bits: number, hash: number): number {
  if ((bits & KIND) === ELEMENT) return hashText(hash, `<${tree.name(node)}${bits & NOUPDATE ? '!' : ''}`);
  // UTF-8 cannot hold half an emoji, which a text cut by its length may end with: the browser receives U+FFFD.
  const text = tree.text(node).toWellFormed();
  if ((bits & KIND) === COMMENT_NODE) return hashText(hash, text.startsWith('?') ? '#' : `#${text}`);
  return hashText(hash, `"${text}`);
}

import { Builder } from './builder.js';
import { parseToEnd } from './parse.js';
import { Tree } from './tree.js';

/**
 * Parses a page to the nodes that a browser's parser makes of it. Uncertain elements are opaque. The whole tree is
 * unpredictable for misnested formatting, elements right in a table, nested forms and the like.
 */
export function scan(html: string): Tree {
  const tree = new Tree(html);
  const builder = new Builder(html, tree);
  // The parser drops or replaces NUL, depending on its place.
  if (html.includes('\0')) builder.bailOut();
  parseToEnd(builder);
  tree.predictable = builder.predictable;
  tree.brokenAt = builder.brokenAt;
  return tree;
}

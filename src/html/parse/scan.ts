import { Builder } from './builder.js';
import { parseToEnd } from './parse.js';
import { Tree } from './tree.js';

/**
 * The nodes that a browser's parser makes of a page. What cannot be sure is opaque, or the whole tree is
 * not sound: mis-nested formatting, content right in a table, nested forms and the like.
 */
export function scan(html: string): Tree {
  const tree = new Tree(html);
  const builder = new Builder(html, tree);
  // The parser drops or replaces NUL, depending on where it stands.
  if (html.includes('\0')) builder.unsure();
  parseToEnd(builder);
  tree.sound = builder.sound;
  tree.epilogue = builder.epilogue;
  builder.release();
  return tree;
}

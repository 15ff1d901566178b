import { Builder } from '../parse/builder.js';
import { consume, read } from '../parse/parse.js';
import { Tree } from '../parse/tree.js';

/** Consecutive nodes of a tree: those from `first` up to `end`. */
export interface NodeRange {
  tree: Tree;
  first: number;
  end: number;
}

/**
 * The elements that are open where two pages begin to differ. They are the first nodes of both trees. Their
 * content before the difference is equal in both pages and is in neither tree.
 */
export class OpenElements {
  constructor(
    /** The page before, read up to the difference. */
    readonly parser: Builder,
    /** The number of open elements that the trees have as nodes. */
    readonly depth = parser.depth,
  ) {}

  /** The number of a node's children that are not in its tree. */
  unreadChildren(node: number): number {
    if (node >= this.depth) return 0;
    return this.parser.childCount(node) - (node + 1 < this.parser.depth ? 1 : 0);
  }

  /** Reads a node's unread content, which begins at `open` in the page, until `isEnough` of it was read. */
  readUnread(node: number, open: number, isEnough: (tree: Tree) => boolean): NodeRange {
    const { parser, depth } = this;
    const tree = new Tree(parser.html);
    const builder = new Builder(parser.html, tree);
    builder.follow(parser, node + 1);
    builder.at = open;
    const end = depth < parser.depth ? parser.openStart(depth) : parser.at;
    while (builder.at < end && !isEnough(tree) && read(builder)) consume(builder);
    return { tree, first: node + 1, end: tree.size };
  }
}

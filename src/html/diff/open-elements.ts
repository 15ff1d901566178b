import { Builder } from '../parse/builder.js';
import { consume, read } from '../parse/parse.js';
import { Tree } from '../parse/tree.js';

/** The unread content of the open elements from one of them inwards. */
interface Unread {
  tree: Tree;
  /** The outermost of these open elements. It has the same number as a node of `tree`. */
  outermost: number;
  /** The nodes of all these elements. Each reaches to the end of the tree. */
  nodes: number[];
}

/**
 * The elements that are open where two pages begin to differ. They are the first nodes of both trees. Their
 * content before the difference is equal in both pages and is in neither tree.
 */
export class OpenElements {
  #unread: Unread | undefined;

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

  /** A tree of a node's unread content, which begins at `open` in the page, and the first of its nodes there. */
  unreadContent(node: number, open: number): { tree: Tree; first: number } {
    // Elements are compared from the outermost inwards, so that the content is read once.
    if (!this.#unread || node < this.#unread.outermost) this.#unread = this.#readUnread(node, open);
    const { tree, outermost, nodes } = this.#unread;
    return { tree, first: (nodes[node - outermost] as number) + 1 };
  }

  #readUnread(outermost: number, open: number): Unread {
    const { parser, depth } = this;
    const tree = new Tree(parser.html);
    const builder = new Builder(parser.html, tree);
    builder.follow(parser, outermost + 1);
    builder.at = open;
    const end = depth < parser.depth ? parser.openStart(depth) : parser.at;
    while (builder.at < end && read(builder)) consume(builder);
    const nodes = Array.from({ length: depth - outermost }, (_, index) =>
      builder.openNode(outermost + index),
    );
    return { tree, outermost, nodes };
  }
}

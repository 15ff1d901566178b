import type { Tree } from '../parse/tree.js';
import type { OpenElements } from './open-elements.js';

/** Consecutive nodes of a tree: those from `first` up to `end`. */
export interface NodeRange {
  tree: Tree;
  first: number;
  end: number;
}

/** A tree of a comparison, with an index of named nodes built on first use. */
export class ComparedTree {
  #named: Int32Array | undefined;
  /** The unread content whose index `#unreadNamed` is. */
  #unread: Tree | undefined;
  #unreadNamed: Int32Array | undefined;

  constructor(
    readonly tree: Tree,
    readonly openElements?: OpenElements,
  ) {}

  #isOpen(node: number): boolean {
    return this.openElements !== undefined && node < this.openElements.depth;
  }

  /** A node with its content in document order, wherever it was read. */
  rangesOf(node: number): NodeRange[] {
    const { tree, openElements } = this;
    const end = tree.next(node);
    if (!openElements || !this.#isOpen(node)) return [{ tree, first: node, end }];
    const unread = openElements.unreadContent(node, tree.open(node));
    return [
      { tree, first: node, end: node + 1 },
      { ...unread, end: unread.tree.size },
      { tree, first: openElements.depth, end },
    ];
  }

  /** The position of the first `id` or `name` attribute in an element's content, or 0. */
  nameIn(node: number): number {
    const { tree, openElements } = this;
    const isOpen = openElements !== undefined && this.#isOpen(node);
    const unread = isOpen ? this.#unreadNameIn(openElements, node) : 0;
    if (unread !== 0) return unread;
    this.#named ??= namedNodes(tree);
    const named = this.#named[isOpen ? openElements.depth : node + 1] as number;
    return named < tree.next(node) ? positionOfName(tree, named) : 0;
  }

  #unreadNameIn(openElements: OpenElements, node: number): number {
    const { tree, first } = openElements.unreadContent(node, this.tree.open(node));
    if (this.#unread !== tree || !this.#unreadNamed) {
      this.#unread = tree;
      this.#unreadNamed = namedNodes(tree);
    }
    const named = this.#unreadNamed[first] as number;
    return named < tree.size ? positionOfName(tree, named) : 0;
  }
}

function positionOfName(tree: Tree, node: number): number {
  return tree.idAt(node) || tree.nameAt(node);
}

/** Maps each node to the first element from there on that has an id or a name, or to the number of nodes. */
function namedNodes(tree: Tree): Int32Array {
  const result = new Int32Array(tree.size + 1).fill(tree.size);
  for (let node = tree.size - 1; node >= 0; node--) {
    result[node] = positionOfName(tree, node) !== 0 ? node : (result[node + 1] as number);
  }
  return result;
}

import type { Tree } from '../parse/tree.js';
import type { OpenElements } from './open-elements.js';

/** A tree of a comparison, with an index of named nodes built on first use. */
export class ComparedTree {
  #named: Int32Array | undefined;

  constructor(
    readonly tree: Tree,
    readonly openElements?: OpenElements,
  ) {}

  /** Whether a part of an element's content is not in the tree. */
  isUnread(node: number): boolean {
    return (this.openElements?.unreadChildren(node) ?? 0) > 0 || node + 1 < (this.openElements?.depth ?? 0);
  }

  /** The position of the first `id` or `name` attribute in an element's content, or 0. */
  nameIn(node: number): number {
    const { tree, openElements } = this;
    const isOpen = openElements !== undefined && node < openElements.depth;
    const unread = isOpen ? openElements.nameIn(node, tree.open(node)) : 0;
    if (unread !== 0) return unread;
    this.#named ??= namedNodes(tree);
    const named = this.#named[isOpen ? openElements.depth : node + 1] as number;
    return named < tree.next(node) ? tree.idAt(named) || tree.nameAt(named) : 0;
  }
}

/** Maps each node to the first element from there on that has an id or a name, or to the number of nodes. */
function namedNodes(tree: Tree): Int32Array {
  const result = new Int32Array(tree.size + 1).fill(tree.size);
  for (let node = tree.size - 1; node >= 0; node--) {
    const isNamed = tree.idAt(node) !== 0 || tree.nameAt(node) !== 0;
    result[node] = isNamed ? node : (result[node + 1] as number);
  }
  return result;
}

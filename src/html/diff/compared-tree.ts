import type { Tree } from '../parse/tree.js';
import type { Opening } from './open-elements.js';

/** One of two trees that are compared, with what is reckoned of its nodes when it is first asked for. */
export class Side {
  #named: Int32Array | undefined;

  constructor(
    readonly tree: Tree,
    readonly opening?: Opening,
  ) {}

  /** Where the first `id` or `name` in an element's content stands; 0 for none. */
  nameIn(node: number): number {
    const { tree, opening } = this;
    const isOpen = opening !== undefined && node < opening.depth;
    const skipped = isOpen ? opening.nameIn(node, tree.open(node)) : 0;
    if (skipped !== 0) return skipped;
    this.#named ??= namedNodes(tree);
    const named = this.#named[isOpen ? opening.depth : node + 1] as number;
    return named < tree.next(node) ? tree.idAt(named) || tree.nameAt(named) : 0;
  }
}

/** The first element at or behind each node that has an id or a name; the number of nodes when there is none. */
function namedNodes(tree: Tree): Int32Array {
  const result = new Int32Array(tree.size + 1).fill(tree.size);
  for (let node = tree.size - 1; node >= 0; node--) {
    const isNamed = tree.idAt(node) !== 0 || tree.nameAt(node) !== 0;
    result[node] = isNamed ? node : (result[node + 1] as number);
  }
  return result;
}

import { HASH_SEED } from '../protocol.js';
import { ELEMENT, type Tree } from './tree.js';

/** One of two trees that are compared, with what is reckoned of all its nodes when it is first asked for. */
export class Side {
  #digests: Int32Array | undefined;
  #named: Int32Array | undefined;

  constructor(readonly tree: Tree) {}

  /** A number for the node's source with all that is in it: equal nodes have equal digests. */
  digest(node: number): number {
    this.#digests ??= digests(this.tree);
    return this.#digests[node] as number;
  }

  /** The first element at or behind a node that has an id or a name; the number of nodes when there is none. */
  namedFrom(node: number): number {
    this.#named ??= namedNodes(this.tree);
    return this.#named[node] as number;
  }
}

// In both, what is asked of a node is known of the nodes behind it first: its children, its successor.

function digests(tree: Tree): Int32Array {
  const result = new Int32Array(tree.size);
  for (let node = tree.size - 1; node >= 0; node--) {
    const isElement = tree.kind(node) === ELEMENT;
    let digest = hashRange(tree.html, tree.start(node), isElement ? tree.open(node) : tree.end(node));
    const end = tree.next(node);
    for (let child = node + 1; child < end; child = tree.next(child)) {
      digest = Math.imul(digest ^ (result[child] as number), 0x01000193);
    }
    result[node] = digest;
  }
  return result;
}

function hashRange(text: string, from: number, to: number): number {
  let hash = HASH_SEED;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

function namedNodes(tree: Tree): Int32Array {
  const result = new Int32Array(tree.size + 1).fill(tree.size);
  for (let node = tree.size - 1; node >= 0; node--) {
    const isNamed = tree.idAt(node) !== 0 || tree.nameAt(node) !== 0;
    result[node] = isNamed ? node : (result[node + 1] as number);
  }
  return result;
}

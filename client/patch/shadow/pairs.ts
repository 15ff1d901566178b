import { core } from '../../core.js';
import { firstOf, holderOf, nextOf } from '../../dom.js';

/** The live node is stored on the shadow's node itself: with 100,000 nodes, a property costs a fraction of a WeakMap entry. */
interface Paired extends Node {
  live?: Node;
  /** The processing instruction for which a comment stands. */
  origin?: Node;
}

export function liveOf(node: Node): Node | undefined {
  return (node as Paired).live;
}

export function pair(node: Node, live: Node): void {
  (node as Paired).live = live;
}

/** The live node to create for a shadow node, which may stand for another kind of node. */
export function originOf(node: Node): Node {
  return (node as Paired).origin ?? node;
}

/**
 * Writes each processing instruction as a comment, which is what `<?x>` is to the server and to most parsers. morphdom
 * would replace all that is behind an instruction.
 */
export function plainInstructions(root: Node): void {
  // The root's own document holds images that may hide its methods, in Firefox.
  const nodes = core.inert.createNodeIterator(root, NodeFilter.SHOW_PROCESSING_INSTRUCTION);
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
    const comment: Paired = new Comment(`?${node.nodeName} ${node.nodeValue}?`);
    comment.live = liveOf(node);
    comment.origin = node;
    node.parentNode?.replaceChild(comment, node);
  }
}

/** Forgets the live partners of a tree, so that it is created again, except below nodes that `stays` accepts. */
export function unpair(node: Node, stays: (node: Node) => boolean): void {
  if (stays(node)) return;
  delete (node as Paired).live;
  for (let child = node.firstChild; child; child = child.nextSibling) unpair(child, stays);
}

/** Pairs two trees of the same shape. */
export function pairTree(node: Node, live: Node): void {
  pair(node, live);
  let partner = firstOf(holderOf(live));
  for (let child = node.firstChild; child && partner; child = child.nextSibling) {
    pairTree(child, partner);
    partner = nextOf(partner);
  }
}

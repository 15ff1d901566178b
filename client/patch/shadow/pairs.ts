import { firstOf, holderOf, nextOf } from '../../dom.js';

/** The live node is stored on the shadow's node itself: with 100,000 nodes, a property costs a fraction of a WeakMap entry. */
interface Paired extends Node {
  live?: Node;
}

export function liveOf(node: Node): Node | undefined {
  return (node as Paired).live;
}

export function pair(node: Node, live: Node): void {
  (node as Paired).live = live;
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

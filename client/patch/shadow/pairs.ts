import { firstOf, holderOf, nextOf } from '../../dom.js';

/**
 * Which live node shows which node of the shadow. Kept on the shadow's node itself: the shadow is ours,
 * and a property costs a fraction of a WeakMap entry when a page has 100,000 nodes.
 */
interface Paired extends Node {
  live?: Node;
}

export function liveOf(node: Node): Node | undefined {
  return (node as Paired).live;
}

export function pair(node: Node, live: Node): void {
  (node as Paired).live = live;
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

import { attributesOf, firstOf, getAttribute, holderOf, nameOf, nextOf, textOf } from './dom.js';

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

/** How far ahead a partner is looked for: what others put into a page are a few nodes at one place. */
const LOOK_AHEAD = 12;

/**
 * Pairs the page that the server sent with a live page that others have changed since. What has no
 * counterpart stays alone: a live node without a partner is somebody else's.
 */
export function alignTree(node: Node, live: Node): void {
  pair(node, live);
  const partners: Node[] = [];
  for (let next = firstOf(holderOf(live)); next; next = nextOf(next)) partners.push(next);
  let start = 0;
  for (let child = node.firstChild; child; child = child.nextSibling) {
    const ahead = partners.slice(start, start + LOOK_AHEAD);
    const wanted = child;
    let found = ahead.findIndex(
      (partner) => isAlike(wanted, partner) && textOf(partner) === wanted.textContent,
    );
    if (found < 0) found = ahead.findIndex((partner) => isAlike(wanted, partner));
    if (found < 0) continue;
    alignTree(child, ahead[found] as Node);
    start += found + 1;
  }
}

/** Whether a live node can be the one that the server sent: attributes may have been added to it. */
function isAlike(node: Node, live: Node): boolean {
  if (!(node instanceof Element)) return node.nodeType === live.nodeType;
  if (!(live instanceof Element) || node.localName !== nameOf(live)) return false;
  const id = node.getAttribute('id');
  return id ? id === getAttribute(live, 'id') : attributesOf(live).length >= node.attributes.length;
}

import { closest, contains, firstOf, focusOf, holderOf, nextOf, queryAll } from '../dom.js';
import { liveOf } from './shadow/pairs.js';
import { nodesIn } from './shadow/records.js';

/**
 * Elements that suffer as they move. Without `moveBefore` frames load again, and players start again. With it too, a
 * pressed element loses its click, and the focused one half a date or its `change`.
 */
const FRAGILE = ['iframe,object,embed', 'iframe,object,embed,audio,video,:active'];
/** A morph also moves elements that are in order on the live page. These stay. */
const ANY = '*';

/** Returns the shadow nodes that these records create on the live page or move there. */
export function placedIn(records: MutationRecord[]): Set<Node> {
  const placed = new Set(nodesIn(records, 'addedNodes').filter((node) => node.isConnected));
  for (const selector of [ANY, ...('moveBefore' in Element.prototype ? [':active'] : FRAGILE)]) {
    const moved = [...placed].filter((node) => isFragile(node, selector));
    for (const parent of new Set(moved.map((node) => node.parentNode as Node)))
      keepFragile(parent, selector, placed);
  }
  return placed;
}

/** Whether the live partner of a node is or holds such an element, which scripts may have put there, or the focus. */
function isFragile(node: Node, selector: string): boolean {
  const live = liveOf(node);
  return (
    live instanceof Element &&
    (closest(live, selector) === live ||
      queryAll(live, selector).length > 0 ||
      (selector !== FRAGILE[0] && contains(live, focusOf(document))))
  );
}

/** Moves the other children of an element around its fragile ones, as far as these are in order. */
function keepFragile(parent: Node, selector: string, placed: Set<Node>): void {
  const holder = liveOf(parent);
  if (!holder) return;
  const indexes = new Map<Node, number>();
  for (let live = firstOf(holderOf(holder)); live; live = nextOf(live)) indexes.set(live, indexes.size);
  const indexOf = (node: Node): number => indexes.get(liveOf(node) as Node) as number;
  const children = [...parent.childNodes].filter((node) => indexes.has(liveOf(node) as Node));
  const fragile = new Set<Node>(children.filter((node) => isFragile(node, selector)));
  const isFixed = (node: Node): boolean => fragile.has(node) && !placed.has(node);
  for (const node of inOrder([...fragile], isFixed, indexOf, true)) placed.delete(node);
  const fitting = new Set(inOrder(children, isFixed, indexOf, false));
  for (const node of children) if (!fitting.has(node)) placed.add(node);
}

/** Returns the nodes that are in order with the fixed ones, and with `isChain` also with one another. */
function inOrder(
  nodes: Node[],
  isFixed: (node: Node) => boolean,
  indexOf: (node: Node) => number,
  isChain: boolean,
): Node[] {
  const limits = nodes.filter(isFixed).map(indexOf);
  let last = -1;
  return nodes.filter((node) => {
    const index = indexOf(node);
    if (isFixed(node)) limits.shift();
    const isFitting = index > last && index < (limits[0] ?? Infinity);
    if (isFitting && (isChain || isFixed(node))) last = index;
    return isFitting;
  });
}

/** Returns the shadow's elements whose live partners a script has moved into something that the patch removes. */
export function rescuedFrom(records: MutationRecord[], root: Element): Element[] {
  const lost = new Set<Node | undefined>();
  for (const node of nodesIn(records, 'removedNodes')) {
    const live = liveOf(node);
    if (node.isConnected || !(live instanceof Element && node instanceof Element)) continue;
    for (const inner of queryAll(live, '*')) lost.add(inner);
    for (const inner of node.querySelectorAll('*')) lost.delete(liveOf(inner));
  }
  return lost.size ? [...root.querySelectorAll('*')].filter((element) => lost.has(liveOf(element))) : [];
}

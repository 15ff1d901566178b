import { closest, contains, focusOf, holderOf, queryAll } from '../dom.js';
import { liveOf } from './shadow/pairs.js';
import { nodesIn } from './shadow/records.js';

/** Elements that start again as they move without `moveBefore`. The first ones also load again. */
const RESTARTING = ['iframe,object,embed', 'iframe,object,embed,audio,video'];

/** Returns the shadow nodes that these records create on the live page or move there. */
export function placedIn(records: MutationRecord[]): Set<Node> {
  const placed = new Set(nodesIn(records, 'addedNodes').filter((node) => node.isConnected));
  if ('moveBefore' in Element.prototype) return placed;
  for (const selector of RESTARTING) {
    const moved = [...placed].filter((node) => restarts(node, selector));
    for (const parent of new Set(moved.map((node) => node.parentNode as Node)))
      keepRestarting(parent, selector, placed);
  }
  return placed;
}

/** Whether the live partner of a node is or holds such an element, which scripts may have put there, or the focus. */
function restarts(node: Node, selector: string): boolean {
  const live = liveOf(node);
  return (
    live instanceof Element &&
    (closest(live, selector) === live ||
      queryAll(live, selector).length > 0 ||
      // A field that loses the focus for a moment reports no `change` of what was typed before.
      (selector !== RESTARTING[0] && contains(live, focusOf(document))))
  );
}

/** Moves the other children of an element around its restarting ones, as far as these are in order. */
function keepRestarting(parent: Node, selector: string, placed: Set<Node>): void {
  const holder = liveOf(parent);
  if (!holder) return;
  const indexes = new Map([...holderOf(holder).childNodes].map((live, index) => [live as Node, index]));
  const indexOf = (node: Node): number => indexes.get(liveOf(node) as Node) as number;
  const children = [...parent.childNodes].filter((node) => indexes.has(liveOf(node) as Node));
  const restarting = children.filter((node) => restarts(node, selector));
  const fixed = new Set(restarting.filter((node) => !placed.has(node)));
  for (const node of inOrder(restarting, fixed, indexOf, true)) placed.delete(node);
  const kept = new Set(restarting.filter((node) => !placed.has(node)));
  const fitting = new Set(inOrder(children, kept, indexOf, false));
  for (const node of children) if (!fitting.has(node)) placed.add(node);
}

/** Returns the nodes that are in order with the fixed ones, and with `isChain` also with one another. */
function inOrder(nodes: Node[], fixed: Set<Node>, indexOf: (node: Node) => number, isChain: boolean): Node[] {
  const limits: number[] = [];
  let limit = Infinity;
  for (let i = nodes.length; i-- > 0; ) {
    const node = nodes[i] as Node;
    limits[i] = limit;
    if (fixed.has(node)) limit = indexOf(node);
  }
  let last = -1;
  return nodes.filter((node, i) => {
    const index = indexOf(node);
    const isFitting = index > last && index < (limits[i] as number);
    if (isFitting && (isChain || fixed.has(node))) last = index;
    return isFitting;
  });
}

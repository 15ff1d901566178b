import { create } from './create.js';
import { firstOf, holderOf, nextOf, parentOf, place } from './dom.js';
import { liveOf } from './pairs.js';

/** Carries out one change of a live node, apart from all others. `movesIt`: the node leaves its place. */
export type Attempt = (live: Node, change: () => void, movesIt?: boolean) => void;

/**
 * Brings nodes of the shadow to their places on the live page: new ones are made, the others are moved.
 * Only these move; a live node that is not the server's stays where it is.
 */
export function placeAll(pending: Set<Node>, attempt: Attempt): void {
  for (let node of pending) {
    // Neighbours go first to last: each follows the one before it, and scripts run in that order.
    while (node.previousSibling && pending.has(node.previousSibling)) node = node.previousSibling;
    for (let next: Node | null = node; next && pending.delete(next); next = next.nextSibling) {
      placeOne(next, attempt);
    }
  }
}

function placeOne(node: Node, attempt: Attempt): void {
  const live = liveOf(node);
  const parent = liveOf(node.parentNode as Node);
  // A node that the visitor or a script took out stays out.
  if (!parent || (live && !parentOf(live))) return;
  const change = (): void => {
    if (!node.isConnected) return;
    const holder = holderOf(parent);
    let previous = node.previousSibling;
    while (previous && !isIn(holder, previous)) previous = previous.previousSibling;
    const before = previous ? nextOf(liveOf(previous) as Node) : firstOf(holder);
    if (!live || live !== before) place(holder, live ?? create(node), before);
  };
  attempt(live ?? parent, change, live !== undefined);
}

function isIn(holder: Node, node: Node): boolean {
  const live = liveOf(node);
  return live !== undefined && parentOf(live) === holder;
}

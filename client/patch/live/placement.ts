import { firstOf, holderOf, nextOf, parentOf, place } from '../../dom.js';
import { liveOf } from '../shadow/pairs.js';
import { create } from './create.js';

/**
 * Carries out one change of a live node, apart from all others. `movesIt`: the node leaves its place.
 * `isLate`: the visitor was at work in it, and may have changed it since.
 */
export type Attempt = (live: Node, change: (isLate: boolean) => void, movesIt?: boolean) => void;

/**
 * Brings nodes of the shadow to their places on the live page: new ones are made, the others are moved.
 * Only these move; a live node that is not the server's stays where it is.
 */
export function placeAll(pending: Set<Node>, attempt: Attempt): void {
  // All that has its place beside a node that may move: what stands between and is not of these is no reason to move.
  const moved = [...pending].filter(liveOf);
  const parents = new Set(moved.map((node) => node.parentNode as Node));
  const lives = new Set([...parents].flatMap((parent) => [...parent.childNodes].map(liveOf)));
  const placeRun = (node: Node): void => {
    // What is around it goes first; and neighbours from first to last, as scripts run in that order.
    let outer = node.parentNode;
    while (outer && !pending.has(outer)) outer = outer.parentNode;
    if (outer) placeRun(outer);
    while (node.previousSibling && pending.has(node.previousSibling)) node = node.previousSibling;
    for (let next: Node | null = node; next && pending.delete(next); next = next.nextSibling) {
      placeOne(next, lives, attempt);
    }
  };
  for (const node of pending) placeRun(node);
}

function placeOne(node: Node, lives: Set<Node | undefined>, attempt: Attempt): void {
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
    let next = before;
    while (live && next && !lives.has(next)) next = nextOf(next);
    if (!live || live !== next) place(holder, live ?? create(node), before);
  };
  attempt(live ?? parent, change, live !== undefined);
}

function isIn(holder: Node, node: Node): boolean {
  const live = liveOf(node);
  return live !== undefined && parentOf(live) === holder;
}

import { contains, firstOf, holderOf, nextOf, parentOf, place } from '../../dom.js';
import { liveOf } from '../shadow/pairs.js';
import { create } from './create.js';

/**
 * Applies one change of a live node; a failure does not affect other changes. `relocates` says that the
 * node leaves its place. `wasDeferred` says that the change had to wait, so the visitor may have edited since.
 */
export type ApplyChange = (live: Node, change: (wasDeferred: boolean) => void, relocates?: boolean) => void;

/**
 * Puts shadow nodes at their places on the live page: creates the new ones and moves the others.
 * No other node moves: live nodes of scripts and extensions stay where they are.
 */
export function placeAll(pending: Set<Node>, applyChange: ApplyChange): void {
  // The siblings of nodes that may move. Foreign nodes in between do not force a move.
  const moved = [...pending].filter(liveOf);
  const parents = new Set(moved.map((node) => node.parentNode as Node));
  const lives = new Set([...parents].flatMap((parent) => [...parent.childNodes].map(liveOf)));
  const placeRun = (node: Node): void => {
    // Ancestors first, then siblings in document order, because scripts run in that order. The last ancestor is the
    // shadow's document, whose members named images hide in Firefox.
    let outer = parentOf(node);
    while (outer && !pending.has(outer)) outer = parentOf(outer);
    if (outer) placeRun(outer);
    while (node.previousSibling && pending.has(node.previousSibling)) node = node.previousSibling;
    for (let next: Node | null = node; next && pending.delete(next); next = next.nextSibling) {
      placeOne(next, lives, applyChange);
    }
  };
  for (const node of pending) placeRun(node);
}

function placeOne(node: Node, lives: Set<Node | undefined>, applyChange: ApplyChange): void {
  const live = liveOf(node);
  const parent = liveOf(node.parentNode as Node);
  // A node that a script removed stays removed.
  if (!parent || (live && !parentOf(live))) return;
  const change = (): void => {
    if (!node.isConnected) return;
    const holder = holderOf(parent);
    let previous = node.previousSibling;
    while (previous && !childFor(holder, previous)) previous = previous.previousSibling;
    const before = previous ? nextOf(childFor(holder, previous) as Node) : firstOf(holder);
    let next = before;
    while (live && next && !lives.has(next)) next = nextOf(next);
    if (!live || live !== next) place(holder, live ?? create(node, holder), before);
  };
  applyChange(live ?? parent, change, live !== undefined);
}

/** Whether the live partner of a shadow node is a child of `holder`. */
export const isIn = (holder: Node, node: Node): boolean => parentOf(liveOf(node) ?? node) === holder;

/** Returns the child of `holder` that is the live partner of a shadow node, or that a script wrapped around it. */
export function childFor(holder: Node, node: Node): Node | undefined {
  let live = liveOf(node);
  if (!live || isIn(holder, node)) return live;
  if (!contains(holder, live)) return;
  for (let parent = parentOf(live); parent && parent !== holder; parent = parentOf(live)) live = parent;
  const isServers = [...(node.parentNode as Node).childNodes].some((sibling) => liveOf(sibling) === live);
  return isServers ? undefined : live;
}

/** Returns the shadow's elements whose live partners a script has moved, and the siblings in front of them. */
export const movedIn = (root: Element): Element[] =>
  [...root.querySelectorAll('*')].filter((node) => {
    const [live, parent] = [node, node.parentNode as Node].map(liveOf);
    const next = node.nextSibling && liveOf(node.nextSibling);
    return live && parent && (parentOf(live) !== holderOf(parent) || nextOf(live) !== next);
  });

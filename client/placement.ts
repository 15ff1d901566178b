import { create } from './create.js';
import { holderOf, nextOf, parentOf, place } from './dom.js';
import { liveOf } from './pairs.js';

/** Carries out one change of a live node, apart from all others. `movesIt`: the node leaves its place. */
export type Attempt = (live: Node, change: () => void, movesIt?: boolean) => void;

/**
 * Brings nodes of the shadow to their places on the live page: new ones are made, the others are moved.
 * Only these move; a live node that is not the server's stays where it is. Returns the pairs it made.
 */
export function placeAll(pending: Set<Node>, attempt: Attempt): Set<Node> {
  const created = new Set<Node>();

  const isPlaced = (node: Node, holder: Node): boolean => {
    const live = liveOf(node);
    return live !== undefined && !pending.has(node) && parentOf(live) === holder;
  };

  /** Before which live node these neighbours of the shadow belong. */
  const findPlace = (run: Node[], holder: Node): Node | null => {
    let next = (run.at(-1) as Node).nextSibling;
    while (next && !isPlaced(next, holder)) next = next.nextSibling;
    if (next) return liveOf(next) as Node;
    let last = (run[0] as Node).previousSibling;
    while (last && !isPlaced(last, holder)) last = last.previousSibling;
    let before = last && nextOf(liveOf(last) as Node);
    while (before && run.some((node) => liveOf(node) === before)) before = nextOf(before);
    return before;
  };

  const placeOne = (node: Node, holder: Node, before: Node | null): void => {
    const live = liveOf(node);
    if (!live) {
      const made = create(node, (inner) => {
        created.add(inner);
        pending.delete(inner);
      });
      place(holder, made, before);
    } else if (parentOf(live) && live !== before && (parentOf(live) !== holder || nextOf(live) !== before)) {
      // A node without a parent was taken out by the visitor or a script: it stays out.
      place(holder, live, before);
    }
  };

  /** Places the neighbours in one go, first to last, as scripts among them run in that order. */
  const placeRun = (node: Node): void => {
    const parent = node.parentNode;
    if (!parent) return;
    if (!liveOf(parent)) {
      placeWithin(parent);
      if (!pending.has(node)) return;
    }
    let first = node;
    while (first.previousSibling && pending.has(first.previousSibling)) first = first.previousSibling;
    const run: Node[] = [];
    for (let next: Node | null = first; next && pending.has(next); next = next.nextSibling) run.push(next);
    const shown = liveOf(parent);
    const holder = shown && holderOf(shown);
    const before = holder && findPlace(run, holder);
    for (const one of run) pending.delete(one);
    if (!holder) return;
    let isLate = false;
    for (const one of run) {
      const change = (): void => {
        if (one.isConnected) placeOne(one, holder, isLate ? findPlace([one], holder) : (before ?? null));
      };
      attempt(liveOf(one) ?? holder, change, liveOf(one) !== undefined);
    }
    isLate = true;
  };

  /** A node in new surroundings waits for these. */
  const placeWithin = (parent: Node): void => {
    let outer: Node | null = parent;
    while (outer && !pending.has(outer)) outer = outer.parentNode;
    if (outer) placeRun(outer);
  };

  for (const node of pending) placeRun(node);
  return created;
}

import { scan } from '../html/parse/scan.js';
import { ELEMENT, type Tree } from '../html/parse/tree.js';
import type { Warn } from './warnings.js';

/** A patch that moves nodes, as JSON. */
const MOVES = /\["m",/;

/**
 * Warns of a list whose rows changed their order, if they have neither keys nor ids: a row is then known by its content
 * only, and what its visitor typed may end up in another one.
 *
 * @param patch the instructions from `before` to `after`, as JSON
 */
export function inspectMoves(warn: Warn, patch: string, before: string, after: string): void {
  if (!MOVES.test(patch)) return;
  const [old, now] = [scan(before), scan(after)];
  if (old.size > 0 && now.size > 0) inspectChildren(warn, old, 0, now, 0);
}

/** Descends as long as both pages have the same elements. */
function inspectChildren(warn: Warn, old: Tree, parent: number, now: Tree, partner: number): void {
  const [before, after] = [elementsIn(old, parent), elementsIn(now, partner)];
  if (areMovedRows(old, before, now, after)) {
    const row = after[0] as number;
    const list = now.startTag(partner);
    warn(
      'ISSR_WARN_KEYS',
      `the rows of ${list} changed their order without keys or ids: ${now.startTag(row)}`,
    );
    return;
  }
  for (let i = 0; i < Math.min(before.length, after.length); i++) {
    const [a, b] = [before[i] as number, after[i] as number];
    if (old.name(a) !== now.name(b)) return;
    inspectChildren(warn, old, a, now, b);
  }
}

function elementsIn(tree: Tree, parent: number): number[] {
  const children: number[] = [];
  for (let node = parent + 1; node < tree.next(parent); node = tree.next(node))
    if (tree.kind(node) === ELEMENT) children.push(node);
  return children;
}

/** Returns true if rows of one kind, none with key or id, are in another order. */
function areMovedRows(old: Tree, before: number[], now: Tree, after: number[]): boolean {
  const name = after[0] === undefined ? '' : now.name(after[0]);
  const isRow = (tree: Tree) => (node: number) => tree.name(node) === name && tree.idAt(node) === 0;
  if (after.length < 2 || !before.every(isRow(old)) || !after.every(isRow(now))) return false;
  const places = new Map(before.map((node, place) => [old.source(node), place]));
  // Rows with equal content may swap their places.
  if (places.size < before.length) return false;
  const order = after.flatMap((node) => places.get(now.source(node)) ?? []);
  return order.some((place, i) => place < (order[i - 1] ?? 0));
}

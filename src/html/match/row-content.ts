import { REFERS, STATEFUL, TRAITS } from '../parse/elements.js';
import { ELEMENT, TEXT_NODE, type Tree } from '../parse/tree.js';
import { nameKey } from './child-keys.js';
import { type ComparedTree, positionOfName } from './compared-tree.js';

/** The most nodes of a row that are read. A limit keeps the cost of nested rows linear. */
export const MAX_NODES = 64;

/** Whether one of a row's nodes passes a test. */
function someNode(side: ComparedTree, row: number, test: (tree: Tree, node: number) => boolean): boolean {
  let left = MAX_NODES;
  for (const { tree, first, end } of side.rangesOf(row, MAX_NODES)) {
    for (let node = first; node < end && left > 0; node++, left--) if (test(tree, node)) return true;
  }
  return false;
}

function hasTrait(tree: Tree, node: number, trait: number): boolean {
  return tree.kind(node) === ELEMENT && ((TRAITS[tree.id(node)] as number) & trait) !== 0;
}

/** Whether a visitor may have typed, chosen or opened something in a row. */
export function isStateful(side: ComparedTree, row: number): boolean {
  if (!side.hasStateful && !side.isOpen(row)) return false;
  return someNode(side, row, (tree, node) => hasTrait(tree, node, STATEFUL));
}

/**
 * Maps each part of the rows' content to the index of the only row that has it, or to -1. Texts, and the tags of
 * fields, links and images may identify a record.
 */
export function ownContent(side: ComparedTree, rows: number[]): Map<string, number> {
  return ownParts(side, rows, (tree, node) => (isPart(tree, node) ? partOf(tree, node) : undefined));
}

/** Maps the ids and names in the rows too, beside their content. */
export function ownNames(side: ComparedTree, rows: number[]): Map<string, number> {
  const owners = ownParts(side, rows, (tree, node) =>
    nameKey({ html: tree.html, at: tree.kind(node) === ELEMENT ? positionOfName(tree, node) : 0 }),
  );
  for (const [part, row] of ownContent(side, rows)) owners.set(part, row);
  return owners;
}

function ownParts(
  side: ComparedTree,
  rows: number[],
  partAt: (tree: Tree, node: number) => string | undefined,
): Map<string, number> {
  const owners = new Map<string, number>();
  rows.forEach((row, index) => {
    someNode(side, row, (tree, node) => {
      const part = partAt(tree, node);
      if (part !== undefined) owners.set(part, (owners.get(part) ?? index) === index ? index : -1);
      return false;
    });
  });
  return owners;
}

/** Whether a node may identify a record: texts, and the tags of fields, links and images. */
function isPart(tree: Tree, node: number): boolean {
  return tree.kind(node) === TEXT_NODE || hasTrait(tree, node, REFERS);
}

function partOf(tree: Tree, node: number): string {
  return tree.kind(node) === TEXT_NODE ? tree.source(node) : tree.startTag(node);
}

/**
 * Whether each row can only be the same record as the row at its place in the other list: no part that left
 * one row is in a different one now. This costs much less than `ownContent`, because most parts stay.
 */
export function keepOrder(
  before: ComparedTree,
  rows: number[],
  after: ComparedTree,
  others: number[],
): boolean {
  if (rows.length !== others.length) return false;
  const gone = new Set<string>();
  const added: string[] = [];
  for (const [i, row] of rows.entries()) {
    const other = others[i] as number;
    if (before.isOpen(row) ? row !== other : after.isOpen(other)) return false;
    collectChanges(before, row, after, other, gone, added);
  }
  return !added.some((part) => gone.has(part));
}

/** Compares the parts of two rows in turn. The unread content of an open row is the same in both. */
function collectChanges(
  before: ComparedTree,
  row: number,
  after: ComparedTree,
  other: number,
  gone: Set<string>,
  added: string[],
): void {
  const [tree, otherTree] = [before.tree, after.tree];
  let i = before.firstRead(row);
  let j = after.firstRead(other);
  const end = Math.min(tree.next(row), i + MAX_NODES);
  const otherEnd = Math.min(otherTree.next(other), j + MAX_NODES);
  while (i < end || j < otherEnd) {
    while (i < end && !isPart(tree, i)) i++;
    while (j < otherEnd && !isPart(otherTree, j)) j++;
    const [isThere, isOtherThere] = [i < end, j < otherEnd];
    if (isThere && isOtherThere && partOf(tree, i) === partOf(otherTree, j)) {
      i++;
      j++;
      continue;
    }
    if (isThere) gone.add(partOf(tree, i++));
    if (isOtherThere) added.push(partOf(otherTree, j++));
  }
}

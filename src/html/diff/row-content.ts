import { REFERS, STATEFUL, TRAITS } from '../parse/elements.js';
import { ELEMENT, TEXT_NODE, type Tree } from '../parse/tree.js';
import type { ComparedTree } from './compared-tree.js';

/** The most nodes of a row that are read. A limit keeps the cost of nested rows linear. */
const MAX_NODES = 64;

/** Whether one of a row's nodes passes a test. */
function someNode(side: ComparedTree, row: number, test: (tree: Tree, node: number) => boolean): boolean {
  let left = MAX_NODES;
  for (const { tree, first, end } of side.rangesOf(row)) {
    for (let node = first; node < end && left > 0; node++, left--) if (test(tree, node)) return true;
  }
  return false;
}

function hasTrait(tree: Tree, node: number, trait: number): boolean {
  return tree.kind(node) === ELEMENT && ((TRAITS[tree.id(node)] as number) & trait) !== 0;
}

/** Whether a visitor may have typed, chosen or opened something in a row. */
export function isStateful(side: ComparedTree, row: number): boolean {
  return someNode(side, row, (tree, node) => hasTrait(tree, node, STATEFUL));
}

/**
 * Maps each part of the rows' content to the index of the only row that has it, or to -1. Texts, and the tags of
 * fields, links and images may identify a record.
 */
export function ownContent(side: ComparedTree, rows: number[]): Map<string, number> {
  const owners = new Map<string, number>();
  rows.forEach((row, index) => {
    someNode(side, row, (tree, node) => {
      const isText = tree.kind(node) === TEXT_NODE;
      if (!isText && !hasTrait(tree, node, REFERS)) return false;
      const part = isText ? tree.source(node) : tree.startTag(node);
      owners.set(part, (owners.get(part) ?? index) === index ? index : -1);
      return false;
    });
  });
  return owners;
}

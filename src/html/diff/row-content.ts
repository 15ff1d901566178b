import { REFERS, STATEFUL, TRAITS } from '../parse/elements.js';
import { ELEMENT, TEXT_NODE, type Tree } from '../parse/tree.js';

/** The most nodes of a row that are read. A limit keeps the cost of nested rows linear. */
const MAX_NODES = 64;

function endOf(tree: Tree, node: number): number {
  return Math.min(tree.next(node), node + MAX_NODES);
}

/** Whether a visitor may have typed, chosen or opened something in an element. */
export function isStateful(tree: Tree, node: number): boolean {
  for (let inner = node, end = endOf(tree, node); inner < end; inner++) {
    if (tree.kind(inner) === ELEMENT && (TRAITS[tree.id(inner)] as number) & STATEFUL) return true;
  }
  return false;
}

/** The content that may identify a record: texts, and the tags of fields, links and images. */
function contentOf(tree: Tree, node: number): string[] {
  const content: string[] = [];
  for (let inner = node, end = endOf(tree, node); inner < end; inner++) {
    if (tree.kind(inner) === TEXT_NODE) content.push(tree.source(inner));
    else if (tree.kind(inner) === ELEMENT && (TRAITS[tree.id(inner)] as number) & REFERS)
      content.push(tree.startTag(inner));
  }
  return content;
}

/** Maps each part of the rows' content to the index of the only row that has it, or to -1. */
export function ownContent(tree: Tree, rows: number[]): Map<string, number> {
  const owners = new Map<string, number>();
  rows.forEach((row, index) => {
    for (const part of contentOf(tree, row)) {
      owners.set(part, (owners.get(part) ?? index) === index ? index : -1);
    }
  });
  return owners;
}

import { includesAny } from '../change/includes-any.js';
import { attributeSource } from '../parse/attributes.js';
import { areEqual, SKIPPED, type Tree } from '../parse/tree.js';
import { isAnonymous } from './child-keys.js';
import type { ComparedTree } from './compared-tree.js';

/** The most texts that are looked for among skipped children: for more of them, reading these children takes less time. */
const MAX_SOUGHT = 1000;

/** The children of one element before and after, with the index of each child's partner, or -1. */
interface Lists {
  before: ComparedTree;
  beforeNodes: number[];
  partnersBefore: number[];
  after: ComparedTree;
  afterNodes: number[];
  partnersAfter: number[];
}

/**
 * Pairs the children that were not read with their equals. Returns false if a child that was read may have one of them as its
 * partner, so that all children must be read.
 */
export function pairSkipped(lists: Lists, pair: (before: number, after: number) => void): boolean {
  const { before, beforeNodes, partnersBefore, after, afterNodes, partnersAfter } = lists;
  let i = nextSkipped(before.tree, beforeNodes, 0);
  for (let j = nextSkipped(after.tree, afterNodes, 0); j < afterNodes.length; ) {
    const node = beforeNodes[i];
    if (node === undefined || !after.tree.isCopyOf(afterNodes[j] as number, before.tree, node)) return false;
    pair(i, j);
    i = nextSkipped(before.tree, beforeNodes, i + 1);
    j = nextSkipped(after.tree, afterNodes, j + 1);
  }
  if (i < beforeNodes.length) return false;
  const sought = new Set<string>();
  const besideBefore = new Set<number>();
  const besideAfter = new Set<number>();
  markBesideSkipped(lists, besideBefore, besideAfter);
  addKeySources(sought, before, beforeNodes, (i) => partnersBefore[i] === -1 && !besideBefore.has(i));
  addKeySources(sought, after, afterNodes, (j) => partnersAfter[j] === -1 && !besideAfter.has(j));
  return !areSkipped(sought, before.tree, beforeNodes);
}

function nextSkipped(tree: Tree, nodes: number[], from: number): number {
  let i = from;
  while (i < nodes.length && tree.kind(nodes[i] as number) !== SKIPPED) i++;
  return i;
}

/** Marks the equal children in front of skipped ones and behind them, which go together whatever is between them. */
function markBesideSkipped(lists: Lists, besideBefore: Set<number>, besideAfter: Set<number>): void {
  const { before, beforeNodes, partnersBefore, after, afterNodes, partnersAfter } = lists;
  const mark = (index: number, partner: number, step: number) => {
    let [i, j] = [index + step, partner + step];
    while (
      partnersBefore[i] === -1 &&
      partnersAfter[j] === -1 &&
      !besideBefore.has(i) &&
      !besideAfter.has(j)
    ) {
      if (!areEqual(before.tree, beforeNodes[i] as number, after.tree, afterNodes[j] as number)) return;
      besideBefore.add(i);
      besideAfter.add(j);
      i += step;
      j += step;
    }
  };
  for (let i = 0; i < partnersBefore.length; i++) {
    const partner = partnersBefore[i] as number;
    if (partner === -1) continue;
    if (partnersBefore[i - 1] === -1) mark(i, partner, -1);
    if (partnersBefore[i + 1] === -1) mark(i, partner, 1);
  }
}

/** Adds a part of the source that all elements have which may have one element's partner: its id, or else its whole source. */
function addKeySources(
  sources: Set<string>,
  side: ComparedTree,
  nodes: number[],
  isWanted: (index: number) => boolean,
): void {
  const { tree } = side;
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as number;
    if (!isWanted(i)) continue;
    if (isAnonymous(side, node)) sources.add(tree.source(node));
    else if (tree.idAt(node) !== 0) sources.add(attributeSource(tree.html, tree.idAt(node)));
  }
}

/** Whether the source of skipped ones among some nodes may have one of several texts. */
export function areSkipped(sought: Set<string>, tree: Tree, nodes: number[]): boolean {
  if (sought.size > MAX_SOUGHT) return true;
  if (sought.size === 0) return false;
  return nodes.some(
    (node) =>
      tree.kind(node) === SKIPPED &&
      tree.start(node) < tree.end(node) &&
      includesAny(tree.html, tree.start(node), tree.end(node), sought),
  );
}

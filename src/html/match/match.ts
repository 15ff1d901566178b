import { areEqual, type Tree } from '../parse/tree.js';
import {
  contentKey,
  contentSample,
  fieldKey,
  haveSameId,
  haveSameSecondName,
  idKey,
  innerKey,
  isAnonymous,
  type Key,
  type KeyOf,
  kindKey,
  rowKey,
} from './child-keys.js';
import type { ComparedTree } from './compared-tree.js';
import { isStateful, keepOrder, ownContent, ownNames } from './row-content.js';
import { pairSkipped } from './skipped-pairs.js';

/** Up to this many comparisons of two children are cheaper than keys. */
const MAX_PAIRWISE = 64;

/** The most sources of one sample that are compared in turn. */
const MAX_ALIKE = 4;

/** The children of one element before and after, with the index of each child's partner, or -1. */
export class Matching {
  readonly partnersBefore: number[];
  readonly partnersAfter: number[];
  /** The most pairs that are still possible. */
  #unpaired: number;

  constructor(
    readonly before: ComparedTree,
    readonly beforeNodes: number[],
    readonly after: ComparedTree,
    readonly afterNodes: number[],
  ) {
    this.partnersBefore = new Array<number>(beforeNodes.length).fill(-1);
    this.partnersAfter = new Array<number>(afterNodes.length).fill(-1);
    this.#unpaired = Math.min(beforeNodes.length, afterNodes.length);
  }

  /** Pairs a single child with a single child by the result that all rules have in this case. */
  pairOnly(): void {
    const [before, after] = [this.beforeNodes[0] as number, this.afterNodes[0] as number];
    const key = kindKey(this.before, before) ?? idKey(this.before, before);
    if (key === (kindKey(this.after, after) ?? idKey(this.after, after))) this.#pair(0, 0);
  }

  #pair(before: number, after: number): void {
    this.#unpaired--;
    this.partnersBefore[before] = after;
    this.partnersAfter[after] = before;
  }

  #areEqual(before: number, after: number): boolean {
    const [node, other] = [this.beforeNodes[before] as number, this.afterNodes[after] as number];
    return areEqual(this.before.tree, node, this.after.tree, other);
  }

  /** Pairs the children that were not read. Returns false if all of them must be read. */
  pairSkipped(): boolean {
    return pairSkipped(this, (before, after) => this.#pair(before, after));
  }

  /** Groups the unpaired children by key, in order. */
  #group(side: ComparedTree, nodes: number[], partners: number[], keyOf: KeyOf): Map<Key, number[]> {
    const groups = new Map<Key, number[]>();
    for (let index = 0; index < nodes.length; index++) {
      const key = partners[index] === -1 ? keyOf(side, nodes[index] as number) : undefined;
      if (key === undefined) continue;
      const group = groups.get(key);
      if (group) group.push(index);
      else groups.set(key, [index]);
    }
    return groups;
  }

  /** Pairs equal elements without ids, in order. */
  pairEqual(): void {
    if (this.#unpaired === 0) return;
    if (this.beforeNodes.length * this.afterNodes.length <= MAX_PAIRWISE) return this.#pairEachEqual();
    this.#pairEqualInPlace();
    if (this.#unpaired === 0) return;
    // Hashing all content costs more than the few samples that differ for most unequal children.
    const samples = new Set<number>();
    this.beforeNodes.forEach((node, i) => {
      if (this.partnersBefore[i] === -1) samples.add(contentSample(this.before.tree, node));
    });
    const isSampled: KeyOf = (side, node) =>
      samples.has(contentSample(side.tree, node)) ? contentKey(side, node) : undefined;
    const isShared = (node: number, i: number) =>
      this.partnersAfter[i] === -1 && isSampled(this.after, node) !== undefined;
    if (this.afterNodes.some(isShared)) this.pairByKey(isSampled, { onlyEqual: true });
  }

  /** Pairs the equal elements at one place whose content no other child has, except for those at one place too. */
  #pairEqualInPlace(): void {
    const { before, beforeNodes, after, afterNodes } = this;
    const kept: number[] = [];
    const moved = new Map<number, string[]>();
    for (let i = 0; i < beforeNodes.length || i < afterNodes.length; i++) {
      const isOld = i < beforeNodes.length && this.partnersBefore[i] === -1;
      const isNew = i < afterNodes.length && this.partnersAfter[i] === -1;
      if (isOld && isNew && this.#areEqual(i, i)) kept.push(i);
      else {
        if (isOld) addSource(moved, before.tree, beforeNodes[i] as number);
        if (isNew) addSource(moved, after.tree, afterNodes[i] as number);
      }
    }
    for (const i of kept) {
      const node = beforeNodes[i] as number;
      if (isAnonymous(before, node) && !mayHaveSource(moved, before.tree, node)) this.#pair(i, i);
    }
  }

  #pairEachEqual(): void {
    const { before, beforeNodes, afterNodes, partnersBefore, partnersAfter } = this;
    for (let i = 0; i < beforeNodes.length; i++) {
      if (partnersBefore[i] !== -1 || !isAnonymous(before, beforeNodes[i] as number)) continue;
      const j = afterNodes.findIndex((_, j) => partnersAfter[j] === -1 && this.#areEqual(i, j));
      if (j !== -1) this.#pair(i, j);
    }
  }

  /** Pairs children of equal keys, in order. */
  pairByKey(keyOf: KeyOf, { onlyEqual = false } = {}): void {
    if (this.#unpaired === 0) return;
    const before = this.#group(this.before, this.beforeNodes, this.partnersBefore, keyOf);
    if (before.size === 0) return;
    const after = this.#group(this.after, this.afterNodes, this.partnersAfter, keyOf);
    for (const [key, indexes] of before) {
      const others = after.get(key);
      if (!others) continue;
      for (let i = 0; i < indexes.length && i < others.length; i++) {
        const [index, other] = [indexes[i] as number, others[i] as number];
        if (!onlyEqual || this.#areEqual(index, other)) this.#pair(index, other);
      }
    }
  }

  /** Pairs children of equal keys that both lists have once. */
  pairByUniqueKey(keyOf: KeyOf): void {
    if (this.#unpaired === 0) return;
    for (const [index, other] of this.#uniquePairs(keyOf)) this.#pair(index, other);
  }

  /** Finds the children of equal keys that both lists have once. */
  #uniquePairs(keyOf: KeyOf): [index: number, other: number][] {
    const before = this.#group(this.before, this.beforeNodes, this.partnersBefore, keyOf);
    if (before.size === 0) return [];
    const after = this.#group(this.after, this.afterNodes, this.partnersAfter, keyOf);
    const pairs: [number, number][] = [];
    for (const [key, [index, next]] of before) {
      const [other, nextOther] = after.get(key) ?? [];
      if (index === undefined || other === undefined) continue;
      if (next === undefined && nextOther === undefined) pairs.push([index, other]);
    }
    return pairs;
  }

  /** Pairs children by their ids. Most lists keep their order, apart from a few children. */
  pairById(): void {
    const { before, beforeNodes, after, afterNodes } = this;
    const length = Math.min(beforeNodes.length, afterNodes.length);
    const kept: number[] = [];
    const moved = new Set<Key | undefined>();
    for (let i = 0; i < length; i++) {
      if (this.partnersBefore[i] !== -1 && this.partnersAfter[i] !== -1) continue;
      const [node, other] = [beforeNodes[i] as number, afterNodes[i] as number];
      if (haveSameId(before, node, after, other)) kept.push(i);
      else moved.add(idKey(before, node)).add(idKey(after, other));
    }
    for (const node of beforeNodes.slice(length)) moved.add(idKey(before, node));
    for (const node of afterNodes.slice(length)) moved.add(idKey(after, node));
    moved.delete(undefined);
    for (const index of kept) {
      const node = beforeNodes[index] as number;
      if (before.tree.idAt(node) === 0) continue;
      // A key that is at the same places in both lists, and nowhere else, has its partners there.
      if (moved.size === 0 || !moved.has(idKey(before, node))) this.#pair(index, index);
    }
    if (moved.size > 0) this.pairByKey(idKey);
  }

  /** Pairs rows that may hold a visitor's state: elements of one tag, by the content that they alone have. */
  pairByContent(): void {
    if (this.#unpaired === 0) return;
    const before = this.#group(this.before, this.beforeNodes, this.partnersBefore, rowKey);
    const after = this.#group(this.after, this.afterNodes, this.partnersAfter, rowKey);
    for (const [tag, rows] of before) {
      const others = after.get(tag);
      if (others && rows.length + others.length > 2) this.#pairRows(rows, others);
    }
  }

  #pairRows(rows: number[], others: number[]): void {
    const nodes = rows.map((i) => this.beforeNodes[i] as number);
    const otherNodes = others.map((i) => this.afterNodes[i] as number);
    if (!nodes.some((node) => isStateful(this.before, node))) return;
    if (keepOrder(this.before, nodes, this.after, otherNodes)) {
      for (const [i, row] of rows.entries()) this.#pair(row, others[i] as number);
      return;
    }
    this.#pairByVotes(rows, others, ownContent);
  }

  /**
   * Each part that one row before and one row after have, and no other row, is a vote for this pair. Most votes go first, and
   * among equal ones the rows that are nearest to each other.
   */
  #pairByVotes(rows: number[], others: number[], ownParts: typeof ownContent): void {
    const nodes = rows.map((i) => this.beforeNodes[i] as number);
    const otherNodes = others.map((i) => this.afterNodes[i] as number);
    const owners = ownParts(this.after, otherNodes);
    const votes = new Map<number, number>();
    for (const [part, row] of ownParts(this.before, nodes)) {
      const other = owners.get(part) ?? -1;
      if (row === -1 || other === -1) continue;
      const pair = row * others.length + other;
      votes.set(pair, (votes.get(pair) ?? 0) + 1);
    }
    const counted = [...votes].map(([pair, count]) => {
      const [row, other] = [Math.floor(pair / others.length), pair % others.length];
      return {
        index: rows[row] as number,
        partner: others[other] as number,
        count,
        distance: Math.abs(row - other),
      };
    });
    counted.sort((a, b) => b.count - a.count || a.distance - b.distance);
    for (const { index, partner } of counted) {
      if (this.partnersBefore[index] === -1 && this.partnersAfter[partner] === -1) this.#pair(index, partner);
    }
  }

  /**
   * Pairs elements by the first id or name inside, if no other element has it as its first. A pair is unsure if it is not at
   * one place and its second names differ: the first card of a column may have moved to another column. Then everything
   * inside decides.
   */
  pairByInnerName(): void {
    if (this.#unpaired === 0) return;
    const pairs = this.#uniquePairs(innerKey);
    const { before, beforeNodes, after, afterNodes } = this;
    const isSure = ([i, j]: [number, number]) =>
      i === j || haveSameSecondName(before, beforeNodes[i] as number, after, afterNodes[j] as number);
    if (pairs.every(isSure)) {
      for (const [i, j] of pairs) this.#pair(i, j);
      return;
    }
    if (before.tree.hasSkipped || after.tree.hasSkipped) before.asksForSkipped = true;
    const others = this.#group(after, afterNodes, this.partnersAfter, rowKey);
    for (const [tag, rows] of this.#group(before, beforeNodes, this.partnersBefore, rowKey)) {
      this.#pairByVotes(rows, others.get(tag) ?? [], ownNames);
    }
  }

  /** Pairs children between the same neighbours: first those that follow a pair, then those that precede one. */
  pairByPosition(): void {
    if (this.#unpaired === 0) return;
    const { partnersBefore } = this;
    this.#pairRuns(0, 0);
    for (let i = 0; i < partnersBefore.length; i++) {
      const partner = partnersBefore[i] as number;
      if (partner !== -1) this.#pairRuns(i + 1, partner + 1);
    }
    for (let i = partnersBefore.length - 1; i >= 0; i--) {
      const partner = partnersBefore[i] as number;
      if (partner !== -1) this.#pairRunsUpTo(i, partner);
    }
    this.#pairRunsUpTo(partnersBefore.length, this.partnersAfter.length);
  }

  #pairRunsUpTo(before: number, after: number): void {
    let from = before;
    while (from > 0 && this.partnersBefore[from - 1] === -1) from--;
    let fromAfter = after;
    while (fromAfter > 0 && this.partnersAfter[fromAfter - 1] === -1) fromAfter--;
    if (from < before && fromAfter < after) this.#pairRuns(from, fromAfter);
  }

  /** Pairs two runs of unpaired children in order, by kind. */
  #pairRuns(before: number, after: number): void {
    const queues = new Map<Key, number[]>();
    let [i, j] = [before, after];
    // Two runs of the same kinds in the same order need no queues.
    for (; this.partnersBefore[i] === -1 && this.partnersAfter[j] === -1; i++, j++) {
      const key = kindKey(this.before, this.beforeNodes[i] as number);
      if (key === undefined || key !== kindKey(this.after, this.afterNodes[j] as number)) break;
      this.#pair(i, j);
    }
    const end = this.#runEnd(i);
    if (i === end) return;
    for (; this.partnersAfter[j] === -1; j++) {
      const key = kindKey(this.after, this.afterNodes[j] as number);
      if (key === undefined) continue;
      const queue = queues.get(key);
      if (queue) queue.push(j);
      else queues.set(key, [j]);
    }
    if (queues.size === 0) return;
    const taken = new Map<Key, number>();
    for (; i < end; i++) {
      const key = kindKey(this.before, this.beforeNodes[i] as number);
      if (key === undefined) continue;
      const next = taken.get(key) ?? 0;
      const partner = queues.get(key)?.[next];
      if (partner === undefined) continue;
      taken.set(key, next + 1);
      this.#pair(i, partner);
    }
  }

  #runEnd(from: number): number {
    let end = from;
    while (this.partnersBefore[end] === -1) end++;
    return end;
  }
}

/**
 * Pairs the children of an element before with those after, from the surest sign to the weakest, so that no
 * weaker sign takes a partner from a surer one: an equal `id` or `key`; equal content; a field's own type and name,
 * or the first id or name inside; most of a row's content; the same kind between the same neighbours.
 */
export function match(
  before: ComparedTree,
  beforeNodes: number[],
  after: ComparedTree,
  afterNodes: number[],
): Matching {
  const matching = new Matching(before, beforeNodes, after, afterNodes);
  if (beforeNodes.length === 1 && afterNodes.length === 1) matching.pairOnly();
  else {
    if (before.tree.hasSkipped && !matching.pairSkipped()) before.asksForSkipped = true;
    matching.pairById();
    matching.pairEqual();
    if (before.hasNames || after.hasNames) {
      matching.pairByUniqueKey(fieldKey);
      matching.pairByInnerName();
    }
    matching.pairByContent();
    matching.pairByPosition();
  }
  return matching;
}

/** Adds a node's source to sources by their samples. */
function addSource(sources: Map<number, string[]>, tree: Tree, node: number): void {
  const sample = contentSample(tree, node);
  const alike = sources.get(sample);
  if (!alike) sources.set(sample, [tree.source(node)]);
  else if (alike.length <= MAX_ALIKE) alike.push(tree.source(node));
}

/** Returns false if no source is that of a node. */
function mayHaveSource(sources: Map<number, string[]>, tree: Tree, node: number): boolean {
  const alike = sources.get(contentSample(tree, node));
  return alike !== undefined && (alike.length > MAX_ALIKE || alike.includes(tree.source(node)));
}

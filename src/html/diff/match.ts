import { readAttribute, readAttributes } from '../parse/attributes.js';
import { FIELD, TRAITS } from '../parse/elements.js';
import { areEqual, COMMENT_NODE, ELEMENT, KIND, MATHML, SVG, TEXT_NODE } from '../parse/tree.js';
import type { ComparedTree } from './compared-tree.js';

/** Up to this many comparisons of two children are cheaper than keys. */
const MAX_PAIRWISE = 64;

/** The first letter of `id`. */
const CHAR_I = 105;

type Key = string;

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
    if (this.beforeNodes.length * this.afterNodes.length <= MAX_PAIRWISE) this.#pairEachEqual();
    else this.pairByKey(contentKey, { onlyEqual: true });
  }

  #pairEachEqual(): void {
    const { before, beforeNodes, afterNodes, partnersBefore, partnersAfter } = this;
    for (let i = 0; i < beforeNodes.length; i++) {
      if (partnersBefore[i] !== -1 || !isAnonymous(before, beforeNodes[i] as number)) continue;
      const j = afterNodes.findIndex((_, j) => partnersAfter[j] === -1 && this.#areEqual(i, j));
      if (j !== -1) this.#pair(i, j);
    }
  }

  /** Pairs children of equal keys: in order, or only where both lists have the key once. */
  pairByKey(keyOf: KeyOf, { onlyUnique = false, onlyEqual = false } = {}): void {
    if (this.#unpaired === 0) return;
    const before = this.#group(this.before, this.beforeNodes, this.partnersBefore, keyOf);
    if (before.size === 0) return;
    const after = this.#group(this.after, this.afterNodes, this.partnersAfter, keyOf);
    for (const [key, indexes] of before) {
      const others = after.get(key);
      if (!others || (onlyUnique && (indexes.length > 1 || others.length > 1))) continue;
      for (let i = 0; i < indexes.length && i < others.length; i++) {
        const [index, other] = [indexes[i] as number, others[i] as number];
        if (!onlyEqual || this.#areEqual(index, other)) this.#pair(index, other);
      }
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
    for (let j = after; this.partnersAfter[j] === -1; j++) {
      const key = kindKey(this.after, this.afterNodes[j] as number);
      if (key === undefined) continue;
      const queue = queues.get(key);
      if (queue) queue.push(j);
      else queues.set(key, [j]);
    }
    if (queues.size === 0) return;
    const taken = new Map<Key, number>();
    let i = before;
    const end = this.#runEnd(before);
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

type KeyOf = (side: ComparedTree, node: number) => Key | undefined;

/**
 * Pairs the children of an element before with those after, from the surest sign to the weakest, so that no
 * weaker sign takes a partner from a surer one: an equal `id`; equal content; a field's own type and name, or the
 * first id or name inside; the same kind between the same neighbours.
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
    matching.pairByKey(idKey);
    matching.pairEqual();
    if (before.tree.hasNames || after.tree.hasNames) {
      matching.pairByKey(fieldKey, { onlyUnique: true });
      matching.pairByKey(innerKey, { onlyUnique: true });
    }
    matching.pairByPosition();
  }
  return matching;
}

function tagKey({ tree }: ComparedTree, node: number): string {
  return `${tree.name(node)} ${tree.bits(node) & (SVG | MATHML)}`;
}

function idKey(side: ComparedTree, node: number): Key | undefined {
  const { tree } = side;
  const at = tree.idAt(node);
  return at === 0 ? undefined : `${tagKey(side, node)} #${readAttribute(tree.html, at)}`;
}

function isAnonymous({ tree }: ComparedTree, node: number): boolean {
  return tree.kind(node) === ELEMENT && tree.idAt(node) === 0;
}

function contentKey(side: ComparedTree, node: number): Key | undefined {
  return isAnonymous(side, node) ? side.tree.source(node) : undefined;
}

function isField({ tree }: ComparedTree, node: number): boolean {
  return ((TRAITS[tree.id(node)] as number) & FIELD) !== 0;
}

/** Key of a field: its type and name. Boxes and buttons of one name differ by their value. */
function fieldKey(side: ComparedTree, node: number): Key | undefined {
  const { tree } = side;
  if (!isField(side, node) || tree.idAt(node) !== 0 || tree.nameAt(node) === 0) return undefined;
  const attributes = readAttributes(tree.html, tree.nameEnd(node));
  const type = attributes.get('type') ?? '';
  const value = /^(?:radio|checkbox|submit|button)$/i.test(type) ? attributes.get('value') : '';
  return `${tagKey(side, node)} ${type} ${attributes.get('name')} ${value}`;
}

/** Key of an element without an id: the first id or name inside it. */
function innerKey(side: ComparedTree, node: number): Key | undefined {
  const { tree } = side;
  if (!isAnonymous(side, node) || isField(side, node)) return undefined;
  const at = side.nameIn(node);
  if (at === 0) return undefined;
  const isId = (tree.html.charCodeAt(at) | 32) === CHAR_I;
  return `${tagKey(side, node)} ${isId ? '#' : '@'}${readAttribute(tree.html, at)}`;
}

/** Key for pairs of equal position. An element with an id has none: it is paired by its id alone. */
function kindKey(side: ComparedTree, node: number): Key | undefined {
  const { tree } = side;
  const kind = tree.bits(node) & KIND;
  if (kind === TEXT_NODE) return '"';
  if (kind === COMMENT_NODE) return '#';
  if (tree.idAt(node) !== 0) return undefined;
  const at = isField(side, node) ? tree.nameAt(node) : 0;
  return at === 0 ? tagKey(side, node) : `${tagKey(side, node)} @${readAttribute(tree.html, at)}`;
}

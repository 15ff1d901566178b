import { readAttribute, readAttributes } from '../parse/attributes.js';
import { FIELD, TRAITS } from '../parse/elements.js';
import { areEqual, COMMENT_NODE, ELEMENT, KIND, MATHML, SVG, TEXT_NODE } from '../parse/tree.js';
import type { Side } from './compared-tree.js';

/** So many comparisons of one child with another are cheaper than keys. */
const FEW = 64;

/** The first letter of `id`. */
const SMALL_I = 105;

type Key = string;

/** Children of one element before and after, and who is whose partner: -1 for none. */
export class Matching {
  readonly partnersBefore: number[];
  readonly partnersNow: number[];
  /** How many more can find a partner at most. */
  #waiting: number;

  constructor(
    readonly before: Side,
    readonly beforeNodes: number[],
    readonly now: Side,
    readonly nowNodes: number[],
  ) {
    this.partnersBefore = new Array<number>(beforeNodes.length).fill(-1);
    this.partnersNow = new Array<number>(nowNodes.length).fill(-1);
    this.#waiting = Math.min(beforeNodes.length, nowNodes.length);
  }

  /** One child before and one now, as in most places that changed: what all the rules come to. */
  joinOnly(): void {
    const [before, now] = [this.beforeNodes[0] as number, this.nowNodes[0] as number];
    const key = kindKey(this.before, before) ?? idKey(this.before, before);
    if (key === (kindKey(this.now, now) ?? idKey(this.now, now))) this.#join(0, 0);
  }

  #join(before: number, now: number): void {
    this.#waiting--;
    this.partnersBefore[before] = now;
    this.partnersNow[now] = before;
  }

  #areEqual(before: number, now: number): boolean {
    const [node, other] = [this.beforeNodes[before] as number, this.nowNodes[now] as number];
    return areEqual(this.before.tree, node, this.now.tree, other);
  }

  /** The children that have no partner yet, by key, in order. */
  #group(side: Side, nodes: number[], partners: number[], keyOf: KeyOf): Map<Key, number[]> {
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

  /** Joins elements without ids that are the same on both sides, in order. */
  joinEqual(): void {
    if (this.beforeNodes.length * this.nowNodes.length <= FEW) this.#joinEachEqual();
    else this.joinBy(contentKey, { onlyEqual: true });
  }

  #joinEachEqual(): void {
    const { before, beforeNodes, nowNodes, partnersBefore, partnersNow } = this;
    for (let i = 0; i < beforeNodes.length; i++) {
      if (partnersBefore[i] !== -1 || !isAnonymous(before, beforeNodes[i] as number)) continue;
      const j = nowNodes.findIndex((_, j) => partnersNow[j] === -1 && this.#areEqual(i, j));
      if (j !== -1) this.#join(i, j);
    }
  }

  /** Joins children of equal keys: in order, or only where the key is there once on both sides. */
  joinBy(keyOf: KeyOf, { onlyUnique = false, onlyEqual = false } = {}): void {
    if (this.#waiting === 0) return;
    const before = this.#group(this.before, this.beforeNodes, this.partnersBefore, keyOf);
    if (before.size === 0) return;
    const now = this.#group(this.now, this.nowNodes, this.partnersNow, keyOf);
    for (const [key, indexes] of before) {
      const others = now.get(key);
      if (!others || (onlyUnique && (indexes.length > 1 || others.length > 1))) continue;
      for (let i = 0; i < indexes.length && i < others.length; i++) {
        const [index, other] = [indexes[i] as number, others[i] as number];
        if (!onlyEqual || this.#areEqual(index, other)) this.#join(index, other);
      }
    }
  }

  /** Joins what stands between the same neighbours: first what follows a pair, then what leads up to one. */
  joinByPlace(): void {
    if (this.#waiting === 0) return;
    const { partnersBefore } = this;
    this.#joinRuns(0, 0);
    for (let i = 0; i < partnersBefore.length; i++) {
      const partner = partnersBefore[i] as number;
      if (partner !== -1) this.#joinRuns(i + 1, partner + 1);
    }
    for (let i = partnersBefore.length - 1; i >= 0; i--) {
      const partner = partnersBefore[i] as number;
      if (partner !== -1) this.#joinRunsUpTo(i, partner);
    }
    this.#joinRunsUpTo(partnersBefore.length, this.partnersNow.length);
  }

  #joinRunsUpTo(before: number, now: number): void {
    let from = before;
    while (from > 0 && this.partnersBefore[from - 1] === -1) from--;
    let fromNow = now;
    while (fromNow > 0 && this.partnersNow[fromNow - 1] === -1) fromNow--;
    if (from < before && fromNow < now) this.#joinRuns(from, fromNow);
  }

  /** Joins the children without partner that begin at two places, in order, by what they are. */
  #joinRuns(before: number, now: number): void {
    const waiting = new Map<Key, number[]>();
    for (let j = now; this.partnersNow[j] === -1; j++) {
      const key = kindKey(this.now, this.nowNodes[j] as number);
      if (key === undefined) continue;
      const queue = waiting.get(key);
      if (queue) queue.push(j);
      else waiting.set(key, [j]);
    }
    if (waiting.size === 0) return;
    const taken = new Map<Key, number>();
    let i = before;
    const end = this.#runEnd(before);
    for (; i < end; i++) {
      const key = kindKey(this.before, this.beforeNodes[i] as number);
      if (key === undefined) continue;
      const next = taken.get(key) ?? 0;
      const partner = waiting.get(key)?.[next];
      if (partner === undefined) continue;
      taken.set(key, next + 1);
      this.#join(i, partner);
    }
  }

  #runEnd(from: number): number {
    let end = from;
    while (this.partnersBefore[end] === -1) end++;
    return end;
  }
}

type KeyOf = (side: Side, node: number) => Key | undefined;

/** Pairs the children of an element before with those now: by id, then by what they are. */
export function match(before: Side, beforeNodes: number[], now: Side, nowNodes: number[]): Matching {
  const matching = new Matching(before, beforeNodes, now, nowNodes);
  if (beforeNodes.length === 1 && nowNodes.length === 1) matching.joinOnly();
  else {
    matching.joinBy(idKey);
    matching.joinEqual();
    if (before.tree.hasNames || now.tree.hasNames) {
      matching.joinBy(fieldKey, { onlyUnique: true });
      matching.joinBy(innerKey, { onlyUnique: true });
    }
    matching.joinByPlace();
  }
  return matching;
}

function tagKey({ tree }: Side, node: number): string {
  return `${tree.name(node)} ${tree.bits(node) & (SVG | MATHML)}`;
}

function idKey(side: Side, node: number): Key | undefined {
  const { tree } = side;
  const at = tree.idAt(node);
  return at === 0 ? undefined : `${tagKey(side, node)} #${readAttribute(tree.html, at)}`;
}

function isAnonymous({ tree }: Side, node: number): boolean {
  return tree.kind(node) === ELEMENT && tree.idAt(node) === 0;
}

function contentKey(side: Side, node: number): Key | undefined {
  return isAnonymous(side, node) ? side.tree.source(node) : undefined;
}

function isField({ tree }: Side, node: number): boolean {
  return ((TRAITS[tree.id(node)] as number) & FIELD) !== 0;
}

/** A field with a name, by its type and name; boxes and buttons of one name differ in their value. */
function fieldKey(side: Side, node: number): Key | undefined {
  const { tree } = side;
  if (!isField(side, node) || tree.idAt(node) !== 0 || tree.nameAt(node) === 0) return undefined;
  const attributes = readAttributes(tree.html, tree.nameEnd(node));
  const type = attributes.get('type') ?? '';
  const value = /^(?:radio|checkbox|submit|button)$/i.test(type) ? attributes.get('value') : '';
  return `${tagKey(side, node)} ${type} ${attributes.get('name')} ${value}`;
}

/** An element without id, by the first thing in it that has an id or name. */
function innerKey(side: Side, node: number): Key | undefined {
  const { tree } = side;
  if (!isAnonymous(side, node) || isField(side, node)) return undefined;
  const at = side.nameIn(node);
  if (at === 0) return undefined;
  const isId = (tree.html.charCodeAt(at) | 32) === SMALL_I;
  return `${tagKey(side, node)} ${isId ? '#' : '@'}${readAttribute(tree.html, at)}`;
}

/** What may follow what in one place. Elements with an id are paired by it alone. */
function kindKey(side: Side, node: number): Key | undefined {
  const { tree } = side;
  const kind = tree.bits(node) & KIND;
  if (kind === TEXT_NODE) return '"';
  if (kind === COMMENT_NODE) return '#';
  if (tree.idAt(node) !== 0) return undefined;
  const at = isField(side, node) ? tree.nameAt(node) : 0;
  return at === 0 ? tagKey(side, node) : `${tagKey(side, node)} @${readAttribute(tree.html, at)}`;
}

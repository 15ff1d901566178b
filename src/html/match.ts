import { readAttribute, readAttributes } from './attributes.js';
import { FIELD, TRAITS } from './elements.js';
import type { Side } from './side.js';
import { COMMENT_NODE, ELEMENT, KIND, MATHML, SVG, TEXT_NODE } from './tree.js';

type Key = string | number;

/** Children of one element before and after, and who is whose partner: -1 for none. */
export class Matching {
  readonly partnersBefore: Int32Array;
  readonly partnersNow: Int32Array;
  /** How many more can find a partner at most. */
  #waiting: number;

  constructor(
    readonly before: Side,
    readonly beforeNodes: number[],
    readonly now: Side,
    readonly nowNodes: number[],
  ) {
    this.partnersBefore = new Int32Array(beforeNodes.length).fill(-1);
    this.partnersNow = new Int32Array(nowNodes.length).fill(-1);
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
    const source = this.before.tree.source(this.beforeNodes[before] as number);
    return source === this.now.tree.source(this.nowNodes[now] as number);
  }

  /** The children that have no partner yet, by key, in order. */
  #group(side: Side, nodes: number[], partners: Int32Array, keyOf: KeyOf): Map<Key, number[]> {
    const groups = new Map<Key, number[]>();
    nodes.forEach((node, index) => {
      const key = partners[index] === -1 ? keyOf(side, node) : undefined;
      if (key === undefined) return;
      const group = groups.get(key);
      if (group) group.push(index);
      else groups.set(key, [index]);
    });
    return groups;
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
    matching.joinBy(contentKey, { onlyEqual: true });
    matching.joinBy(fieldKey, { onlyUnique: true });
    matching.joinBy(innerKey, { onlyUnique: true });
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

function contentKey(side: Side, node: number): Key | undefined {
  const isElement = (side.tree.bits(node) & KIND) === ELEMENT;
  return isElement && side.tree.idAt(node) === 0 ? side.digest(node) : undefined;
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
  if ((tree.bits(node) & KIND) !== ELEMENT || tree.idAt(node) !== 0 || isField(side, node)) return undefined;
  const named = side.namedFrom(node + 1);
  if (named >= tree.next(node)) return undefined;
  const at = tree.idAt(named) || tree.nameAt(named);
  return `${tagKey(side, node)} ${tree.idAt(named) ? '#' : '@'}${readAttribute(tree.html, at)}`;
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

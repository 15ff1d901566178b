import { STATEFUL, TRAITS } from '../parse/elements.js';
import { ELEMENT, SKIPPED, type Tree } from '../parse/tree.js';
import type { NodeRange, OpenElements } from './open-elements.js';

/** An attribute that names an element, or a text like it. */
const NAME = /(?:id|key|name)[\s=/>]/i;

/** The position of an `id`, `key` or `name` attribute in a text; 0 for none. */
export interface NamePlace {
  html: string;
  at: number;
}

/** A tree of a comparison, with an index of named nodes built on first use. */
export class ComparedTree {
  #named: Int32Array | undefined;
  /** The first name in the unread content from the position `from` of a text on; at 0 if there is none. */
  #unreadName: (NamePlace & { from: number }) | undefined;

  #hasStateful: boolean | undefined;
  #hasNames: boolean | undefined;

  /** Set if children that were not read decide about partners. The result is then useless. */
  asksForSkipped = false;

  constructor(
    readonly tree: Tree,
    readonly openElements?: OpenElements,
  ) {}

  /** Whether a node was not read from its start: part of its content is in no tree. */
  isOpen(node: number): boolean {
    return this.openElements !== undefined && node < this.openElements.depth;
  }

  /** Whether a node's source may not be in the tree's text, as the text is a part of the page. */
  isCut(node: number): boolean {
    return this.openElements?.readOuter !== undefined && this.isOpen(node);
  }

  /** The node itself, or the first node of an open element's content that was read. */
  firstRead(node: number): number {
    return this.openElements && this.isOpen(node) ? this.openElements.depth : node;
  }

  /** Whether an element that was read from its start holds a visitor's state. */
  get hasStateful(): boolean {
    this.#hasStateful ??= hasStateful(this.tree);
    return this.#hasStateful;
  }

  /** Whether an element that was read or skipped has an id or a name. */
  get hasNames(): boolean {
    const { tree } = this;
    this.#hasNames ??= tree.hasNames || (tree.hasSkipped && skipsNames(tree));
    return this.#hasNames;
  }

  /** A node with its content in document order, wherever it was read: at least its first `count` nodes. */
  rangesOf(node: number, count: number): NodeRange[] {
    const { tree, openElements } = this;
    const end = tree.next(node);
    if (!openElements || !this.isOpen(node)) return [{ tree, first: node, end }];
    return [
      { tree, first: node, end: node + 1 },
      openElements.readUnread(node, tree.open(node), ({ size }) => size > node + count),
      { tree, first: openElements.depth, end },
    ];
  }

  /** The first `id` or `name` attribute in an element's content. */
  nameIn(node: number): NamePlace {
    const { tree, openElements } = this;
    const isOpen = openElements !== undefined && this.isOpen(node);
    const unread = isOpen ? this.#unreadNameIn(openElements, node) : undefined;
    if (unread && unread.at !== 0) return unread;
    return this.#nameFrom(isOpen ? openElements.depth : node + 1, tree.next(node)).place;
  }

  /** The second one. */
  secondNameIn(node: number): NamePlace {
    const end = this.tree.next(node);
    const unread = this.openElements && this.isOpen(node) ? this.#unreadNamesIn(this.openElements, node) : [];
    const [first, second] = unread;
    if (second) return second;
    const { named, place } = this.#nameFrom(this.firstRead(node + 1), end);
    return first ? place : this.#nameFrom(named + 1, end).place;
  }

  /** Reads up to the second name. */
  #unreadNamesIn(openElements: OpenElements, node: number): NamePlace[] {
    const places: NamePlace[] = [];
    let read = 0;
    const isEnough = (tree: Tree): boolean => {
      for (; read < tree.size; read++) {
        const at = positionOfName(tree, read);
        if (at !== 0) places.push({ html: tree.html, at });
      }
      return places.length > 1;
    };
    isEnough(openElements.readUnread(node, this.tree.open(node), isEnough).tree);
    return places;
  }

  /** The first node from `first` up to `end` that has a name, and where. */
  #nameFrom(first: number, end: number): { named: number; place: NamePlace } {
    const { tree } = this;
    this.#named ??= namedNodes(tree);
    const named = this.#named[Math.min(first, tree.size)] as number;
    if (named >= end) return { named, place: { html: tree.html, at: 0 } };
    if (tree.kind(named) === SKIPPED) this.asksForSkipped = true;
    return { named, place: { html: tree.html, at: positionOfName(tree, named) } };
  }

  /** Reads up to the first name. The content of an inner open element is the end of an outer one's. */
  #unreadNameIn(openElements: OpenElements, node: number): NamePlace {
    const open = this.tree.open(node);
    const known = this.#unreadName;
    const isKnown = known?.html === openElements.parser.html && known.from <= open;
    if (isKnown && (known.at === 0 || known.at >= open)) return known;
    const { tree, first, end } = openElements.readUnread(node, open, ({ hasNames }) => hasNames);
    let at = 0;
    for (let child = first; child < end && at === 0; child++) at = positionOfName(tree, child);
    this.#unreadName = { html: tree.html, from: open, at };
    return this.#unreadName;
  }
}

function hasStateful(tree: Tree): boolean {
  for (let node = 0; node < tree.size; node++) {
    if (tree.kind(node) === ELEMENT && (TRAITS[tree.id(node)] as number) & STATEFUL) return true;
  }
  return false;
}

/** Whether the source that a skipped node stands for may have an id or a name. */
function mayHaveNames(tree: Tree, node: number): boolean {
  return tree.kind(node) === SKIPPED && NAME.test(tree.source(node));
}

function skipsNames(tree: Tree): boolean {
  for (let node = 0; node < tree.size; node++) if (mayHaveNames(tree, node)) return true;
  return false;
}

export function positionOfName(tree: Tree, node: number): number {
  return tree.idAt(node) || tree.nameAt(node);
}

/** Maps each node to the first element from there on that has an id or a name, or to the number of nodes. */
function namedNodes(tree: Tree): Int32Array {
  const result = new Int32Array(tree.size + 1).fill(tree.size);
  for (let node = tree.size - 1; node >= 0; node--) {
    const isNamed = positionOfName(tree, node) !== 0 || mayHaveNames(tree, node);
    result[node] = isNamed ? node : (result[node + 1] as number);
  }
  return result;
}

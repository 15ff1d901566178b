import { GREATER, isSpace, SLASH } from './attributes.js';
import { decodedText, rawText } from './decode.js';
import { NAMES } from './elements.js';
import { acquire, grow } from './row-pool.js';
import { svgName } from './svg-names.js';

/** The kind and flags of a node, as bits. */
export const ELEMENT = 0;
export const TEXT_NODE = 1;
export const COMMENT_NODE = 2;
/** A child that was not read, in a text that both pages have. */
export const SKIPPED = 3;
export const KIND = 3;
/** Text without character references. */
export const RAW_TEXT = 1 << 2;
/** Its content differs from the source or is uncertain: compared and sent whole. */
export const OPAQUE = 1 << 3;
/** Its content is certain but out of reach of instructions: sent whole. */
export const SEALED = 1 << 4;
export const NOUPDATE = 1 << 5;
/** Has no start tag in the source. */
export const IMPLIED = 1 << 6;
export const SVG = 1 << 8;
export const MATHML = 1 << 9;
export const FOREIGN_ELEMENT = SVG | MATHML;
/** A `<template shadowrootmode>`: the browser turns it into a shadow root, which is not a child. */
export const SHADOW_ROOT = 1 << 10;
/** Begins before the text: its source is incomplete, and no other element's is equal to it. */
export const UNREAD = 1 << 11;
/** The element's number is stored above the flags. */
export const ID_SHIFT = 16;

/** Fields of a node. */
const BITS = 0;
const START = 1;
const OPEN = 2;
const CLOSE = 3;
const END = 4;
const NEXT = 5;
const ID_AT = 6;
const NAME_AT = 7;
const FIELDS = 8;

const NO_ORIGINAL = -1;

/**
 * Nodes in document order, each as a row of numbers: positions in the source, and the number of the first node
 * behind its subtree. The first child of `n` is `n + 1`, and the next sibling of `c` is `next(c)`.
 */
export class Tree {
  size = 0;
  /** Whether a node has an id or a name, except those set by `describe`. */
  hasNames = false;
  /** Whether some children were not read. */
  hasSkipped = false;
  /** If false, the browser may make other nodes: do not use these. */
  predictable = true;
  /** The end of the tag or text that made the tree unpredictable. */
  brokenAt = 0;
  #rows = acquire();
  /** The tree from which nodes were copied, and for each node up to the last copy, its original. */
  #origin: Tree | undefined;
  #originals: Int32Array | undefined;
  #noted = 0;

  constructor(readonly html: string) {}

  add(bits: number, start: number, open: number, idAt = 0, nameAt = 0): number {
    const node = this.size++;
    const row = node * FIELDS;
    if (row + FIELDS > this.#rows.length) this.#rows = grow(this.#rows);
    const rows = this.#rows;
    rows[row + BITS] = bits;
    rows[row + START] = start;
    rows[row + OPEN] = open;
    rows[row + CLOSE] = open;
    rows[row + END] = open;
    rows[row + NEXT] = node + 1;
    rows[row + ID_AT] = idAt;
    rows[row + NAME_AT] = nameAt;
    if (idAt | nameAt) this.hasNames = true;
    return node;
  }

  /**
   * Adds children that are not read. The first node stands for their whole source, which ends at `end` if it is followed by
   * the same markup up to `decided`.
   */
  addSkipped(count: number, start: number, end: number, decided: number): void {
    const first = this.add(SKIPPED, start, start);
    this.hasSkipped = true;
    this.#rows[first * FIELDS + CLOSE] = decided;
    this.#rows[first * FIELDS + END] = end;
    for (let child = 1; child < count; child++) this.add(SKIPPED, end, end);
  }

  /** The number of nodes from a node on that are copied at once: all skipped ones, or the one. */
  widthOf(node: number): number {
    if (this.kind(node) !== SKIPPED) return 1;
    let end = node + 1;
    while (end < this.size && this.kind(end) === SKIPPED) end++;
    return end - node;
  }

  /** The first node behind those that are copied at once. */
  behind(node: number): number {
    return this.kind(node) === SKIPPED ? node + this.widthOf(node) : this.next(node);
  }

  /** Sets the fields of an element that its start tag decides. */
  describe(node: number, open: number, idAt: number, nameAt: number): void {
    const row = node * FIELDS;
    this.#rows[row + OPEN] = open;
    this.#rows[row + ID_AT] = idAt;
    this.#rows[row + NAME_AT] = nameAt;
  }

  /** Completes a node's subtree. */
  finish(node: number, close: number, end: number): void {
    const row = node * FIELDS;
    this.#rows[row + CLOSE] = close;
    this.#rows[row + END] = end;
    this.#rows[row + NEXT] = this.size;
  }

  /** Adds the complete subtree of another tree, or its skipped children, whose source is repeated at `start`. Returns the end of the source. */
  copy(other: Tree, node: number, start: number): number {
    const shift = start - other.start(node);
    const first = this.size;
    const from = node * FIELDS;
    const width = other.widthOf(node);
    const behind = other.behind(node);
    const to = behind * FIELDS;
    this.size += behind - node;
    while (this.size * FIELDS > this.#rows.length) this.#rows = grow(this.#rows);
    const [rows, copies] = [other.#rows, this.#rows];
    for (let row = from, copy = first * FIELDS; row < to; row += FIELDS, copy += FIELDS) {
      const idAt = rows[row + ID_AT] as number;
      const nameAt = rows[row + NAME_AT] as number;
      copies[copy + BITS] = rows[row + BITS] as number;
      copies[copy + START] = (rows[row + START] as number) + shift;
      copies[copy + OPEN] = (rows[row + OPEN] as number) + shift;
      copies[copy + CLOSE] = (rows[row + CLOSE] as number) + shift;
      copies[copy + END] = (rows[row + END] as number) + shift;
      copies[copy + NEXT] = (rows[row + NEXT] as number) + first - node;
      copies[copy + ID_AT] = idAt && idAt + shift;
      copies[copy + NAME_AT] = nameAt && nameAt + shift;
      if (idAt | nameAt) this.hasNames = true;
    }
    if (other.hasSkipped) this.hasSkipped = true;
    for (let child = 0; child < width; child++) this.#noteCopy(other, node + child, first + child);
    return other.end(node) + shift;
  }

  #noteCopy(other: Tree, node: number, copy: number): void {
    this.#origin = other;
    this.#originals ??= acquire();
    while (copy >= this.#originals.length) this.#originals = grow(this.#originals);
    this.#originals.fill(NO_ORIGINAL, this.#noted, copy);
    this.#originals[copy] = node;
    this.#noted = copy + 1;
  }

  /** Whether a node was copied from a node of another tree, so that both are equal. */
  isCopyOf(node: number, other: Tree, original: number): boolean {
    return this.#origin === other && node < this.#noted && this.#originals?.[node] === original;
  }

  mark(node: number, bits: number): void {
    this.#rows[node * FIELDS] = this.bits(node) | bits;
  }

  bits(node: number): number {
    return this.#rows[node * FIELDS] as number;
  }
  /** The element's number, see `elements.ts`. */
  id(node: number): number {
    return this.bits(node) >> ID_SHIFT;
  }
  start(node: number): number {
    return this.#rows[node * FIELDS + START] as number;
  }
  /** The end of the start tag. Texts and comments: the start of the text. */
  open(node: number): number {
    return this.#rows[node * FIELDS + OPEN] as number;
  }
  /** The start of the end tag. Texts and comments: the end of the text. */
  close(node: number): number {
    return this.#rows[node * FIELDS + CLOSE] as number;
  }
  end(node: number): number {
    return this.#rows[node * FIELDS + END] as number;
  }
  next(node: number): number {
    return this.#rows[node * FIELDS + NEXT] as number;
  }
  /** The position of the `id` attribute, or else of the `key` attribute, or 0. */
  idAt(node: number): number {
    return this.#rows[node * FIELDS + ID_AT] as number;
  }
  /** The position of the `name` attribute, or 0. */
  nameAt(node: number): number {
    return this.#rows[node * FIELDS + NAME_AT] as number;
  }

  kind(node: number): number {
    return this.bits(node) & KIND;
  }
  source(node: number): string {
    return this.html.slice(this.start(node), this.end(node));
  }
  startTag(node: number): string {
    return this.html.slice(this.start(node), this.open(node));
  }

  /** The end of the name in the start tag. */
  nameEnd(node: number): number {
    let at = this.start(node) + 1;
    for (let code = 0; at < this.html.length; at++) {
      code = this.html.charCodeAt(at);
      if (isSpace(code) || code === SLASH || code === GREATER) break;
    }
    return at;
  }

  /** The local name as in the DOM. */
  name(node: number): string {
    const bits = this.bits(node);
    const id = bits >> ID_SHIFT;
    if (id !== 0) return NAMES[id] as string;
    const name = this.html.slice(this.start(node) + 1, this.nameEnd(node)).toLowerCase();
    return bits & SVG ? svgName(name) : name;
  }

  /** The text of a text or comment. */
  text(node: number): string {
    const bits = this.bits(node);
    const source = this.html.slice(this.open(node), this.close(node));
    if ((bits & KIND) === COMMENT_NODE || bits & RAW_TEXT) return rawText(source);
    return decodedText(source);
  }
}

/** Whether two nodes are equal, content included. */
export function areEqual(tree: Tree, node: number, other: Tree, otherNode: number): boolean {
  if (other.isCopyOf(otherNode, tree, node)) return true;
  const length = tree.end(node) - tree.start(node);
  if (length !== other.end(otherNode) - other.start(otherNode)) return false;
  if (tree.kind(node) === SKIPPED) return false;
  return tree.bits(node) === other.bits(otherNode) && tree.source(node) === other.source(otherNode);
}

/** The nodes of a list of children, from `first` up to the node `end`. */
export function nodesBetween(tree: Tree, first: number, end: number): number[] {
  const nodes: number[] = [];
  for (let node = first; node < end; node = tree.next(node)) nodes.push(node);
  return nodes;
}

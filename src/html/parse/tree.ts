import { GREATER, isSpace, SLASH } from './attributes.js';
import { decodedText, rawText } from './decode.js';
import { NAMES } from './elements.js';
import { giveRow, growRow, takeRow } from './row-pool.js';
import { svgName } from './svg-names.js';

/** What a node is, as bits. */
export const ELEMENT = 0;
export const TEXT_NODE = 1;
export const COMMENT_NODE = 2;
export const KIND = 3;
/** Text without character references. */
export const RAW_TEXT = 1 << 2;
/** Its content is not what the source says, or cannot be told: compared and sent as a whole. */
export const OPAQUE = 1 << 3;
/** Its content is known but not for instructions: sent as a whole. */
export const SEALED = 1 << 4;
export const NOUPDATE = 1 << 5;
/** Has no start tag in the source. */
export const IMPLIED = 1 << 6;
/** A text with `</body>` or `</html>` in its midst. */
export const SPLIT = 1 << 7;
export const SVG = 1 << 8;
export const MATHML = 1 << 9;
/** A `<template shadowrootmode>`: the browser makes a shadow root of it, so that it is no child. */
export const SHADOW_ROOT = 1 << 10;
const ID_SHIFT = 16;

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

/**
 * Nodes in document order, each a row of numbers: positions in the source, and the number of the first
 * node behind its subtree. The children of `n` begin at `n + 1`; the sibling of `c` is `next(c)`.
 */
export class Tree {
  size = 0;
  /** A node has an id or a name, apart from those that `describe` told of. */
  hasNames = false;
  /** False when the parser's result could not be foretold: the nodes are not to be used. */
  sound = true;
  /** The source of comments behind `</html>`, which belong to the document. */
  epilogue = '';
  #rows = takeRow();

  constructor(readonly html: string) {}

  add(bits: number, id: number, start: number, open: number, idAt = 0, nameAt = 0): number {
    const node = this.size++;
    const row = node * FIELDS;
    if (row + FIELDS > this.#rows.length) this.#rows = growRow(this.#rows);
    const rows = this.#rows;
    rows[row + BITS] = bits | (id << ID_SHIFT);
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

  /** Adds to an element what its start tag says. */
  describe(node: number, bits: number, open: number, idAt: number, nameAt: number): void {
    const row = node * FIELDS;
    this.mark(node, bits);
    this.#rows[row + OPEN] = open;
    this.#rows[row + ID_AT] = idAt;
    this.#rows[row + NAME_AT] = nameAt;
  }

  /** It is not needed any more. */
  release(): void {
    giveRow(this.#rows);
  }

  /** The node's subtree is complete. */
  finish(node: number, close: number, end: number): void {
    const row = node * FIELDS;
    this.#rows[row + CLOSE] = close;
    this.#rows[row + END] = end;
    this.#rows[row + NEXT] = this.size;
  }

  /** Space behind `</body>` goes on with a text before it. */
  extendText(node: number, end: number): void {
    this.#rows[node * FIELDS + CLOSE] = end;
    this.#rows[node * FIELDS + END] = end;
    this.mark(node, SPLIT);
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
  /** Where the start tag ends. Of a text or comment: where its text begins. */
  open(node: number): number {
    return this.#rows[node * FIELDS + OPEN] as number;
  }
  /** Where the end tag begins. Of a text or comment: where its text ends. */
  close(node: number): number {
    return this.#rows[node * FIELDS + CLOSE] as number;
  }
  end(node: number): number {
    return this.#rows[node * FIELDS + END] as number;
  }
  next(node: number): number {
    return this.#rows[node * FIELDS + NEXT] as number;
  }
  /** Where the `id` attribute stands; 0 for none. */
  idAt(node: number): number {
    return this.#rows[node * FIELDS + ID_AT] as number;
  }
  /** Where the `name` attribute stands; 0 for none. */
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

  /** Where the name in the start tag ends. */
  nameEnd(node: number): number {
    let at = this.start(node) + 1;
    for (let code = 0; at < this.html.length; at++) {
      code = this.html.charCodeAt(at);
      if (isSpace(code) || code === SLASH || code === GREATER) break;
    }
    return at;
  }

  /** The local name, as the DOM has it. */
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
    return decodedText(bits & SPLIT ? source.replace(/<\/(?:body|html)[^>]*>/gi, '') : source);
  }
}

/** Whether two nodes are the same, with all that is in them. */
export function areEqual(tree: Tree, node: number, other: Tree, otherNode: number): boolean {
  const length = tree.end(node) - tree.start(node);
  if (length !== other.end(otherNode) - other.start(otherNode)) return false;
  return tree.bits(node) === other.bits(otherNode) && tree.source(node) === other.source(otherNode);
}

import { GREATER, isSpace, SLASH } from './attributes.js';
import {
  elementNumber,
  FOREIGN,
  FORMATTING,
  IMPLIED_END,
  MARKER,
  ODD,
  OPEN_SELECT,
  OPEN_TEMPLATE,
  openIn,
  RAW,
  RCDATA,
  SKIPS_NEWLINE,
  TRAITS,
  VOID,
} from './elements.js';
import { acquire, grow } from './row-pool.js';
import { Tokenizer } from './tokenizer.js';
import {
  COMMENT_NODE,
  ELEMENT,
  FOREIGN_ELEMENT,
  ID_SHIFT,
  IMPLIED,
  NOUPDATE,
  OPAQUE,
  RAW_TEXT,
  SEALED,
  SHADOW_ROOT,
  TEXT_NODE,
  type Tree,
} from './tree.js';

/** Modes of the parser, in the order of a page. */
export const INITIAL = 0;
export const BEFORE_HEAD = 1;
export const IN_HEAD = 2;
export const AFTER_HEAD = 3;
export const IN_BODY = 4;
export const AFTER_BODY = 5;
export const AFTER_HTML = 6;

/** Browsers nest no deeper than 512. The difference is for elements that scripts add around the page's own. */
const MAX_DEPTH = 480;
/** The most open elements that an end tag is compared with: without a limit, the search is quadratic. */
const MAX_SEARCH = 512;

/** Fields of an open element. `BITS` are those of its node, `COUNT` is its number of children so far, `NODE` its node. */
export const BITS = 0;
export const MASK = 1;
const OPEN_TRAITS = 2;
export const START = 3;
export const COUNT = 4;
const NODE = 5;
export const OPEN_FIELDS = 6;

const FORM = elementNumber('form');
const NOSCRIPT = elementNumber('noscript');
const TEMPLATE = elementNumber('template');

/**
 * The parser's state: its position in the page and the stack of open elements, as rows of numbers. With a tree it
 * records nodes, without one it only counts them.
 */
export class Builder {
  readonly token: Tokenizer;
  at = 0;
  mode = INITIAL;
  depth = 0;
  /** The depth of the form that owns further fields; 0 for none. */
  form = 0;
  /** False once the browser's result is uncertain from here on. */
  predictable = true;
  /** The end of the tag or text that made it uncertain. */
  brokenAt = 0;
  /** The least depth since the start or the last `resume`. */
  floor = 0;
  /** The depth of the outermost opaque element. */
  opaqueDepth = Number.POSITIVE_INFINITY;
  noQuirks = false;
  /** The position of `</body>`. */
  bodyEnd = 0;
  /** Fields of the innermost open element. */
  id = 0;
  bits = 0;
  mask = 0;
  traits = 0;
  #elements = acquire();

  constructor(
    readonly html: string,
    readonly tree?: Tree,
  ) {
    this.token = new Tokenizer(html);
  }

  /** Reads the next token without consuming it. */
  read(): void {
    const inner = this.depth > 0 && (this.bits & IMPLIED) === 0 ? this.openStart(this.depth - 1) + 1 : -1;
    this.token.read(this.at, (this.mask & FOREIGN) !== 0, inner);
    if (this.token.closesInner) this.token.id = this.id;
  }

  bailOut(): void {
    this.brokenAt = this.at;
    this.predictable = false;
  }

  openBits(index: number): number {
    return this.#elements[index * OPEN_FIELDS + BITS] as number;
  }
  openId(index: number): number {
    return this.openBits(index) >> ID_SHIFT;
  }
  openTraits(index: number): number {
    return this.#elements[index * OPEN_FIELDS + OPEN_TRAITS] as number;
  }
  openStart(index: number): number {
    return this.#elements[index * OPEN_FIELDS + START] as number;
  }
  openMask(index: number): number {
    return this.#elements[index * OPEN_FIELDS + MASK] as number;
  }
  /** The node of an open element, or -1 without a tree. */
  openNode(index: number): number {
    return this.#elements[index * OPEN_FIELDS + NODE] as number;
  }
  childCount(index: number): number {
    return this.#elements[index * OPEN_FIELDS + COUNT] as number;
  }

  /** Appends the fields of all open elements to a row, for a later `resume`. */
  save(row: number[]): void {
    for (let field = 0; field < this.depth * OPEN_FIELDS; field++) row.push(this.#elements[field] as number);
  }

  /** Resumes in a body with `depth` open elements, whose fields begin at `from` in a row. */
  resume(row: ArrayLike<number>, from: number, depth: number): void {
    while (this.#elements.length < depth * OPEN_FIELDS) this.#elements = grow(this.#elements);
    for (let field = 0; field < depth * OPEN_FIELDS; field++)
      this.#elements[field] = row[from + field] as number;
    this.depth = this.floor = depth;
    this.mode = IN_BODY;
    this.#refresh();
  }

  /**
   * Resumes where another builder had opened `depth` elements, in its own page or in one that is equal up to there.
   * They become the first nodes of the tree. `describe` completes those of them that are compared.
   */
  follow(other: Builder, depth: number): void {
    this.resume(other.#elements, 0, depth);
    this.at = depth < other.depth ? other.openStart(depth) : other.at;
    this.form = other.form <= depth ? other.form : 0;
    this.noQuirks = other.noQuirks;
    for (let index = 0; index < depth; index++) {
      const start = this.openStart(index);
      this.#elements[index * OPEN_FIELDS + NODE] = this.tree?.add(this.openBits(index), start, start) ?? -1;
    }
  }

  /** Reads the start tag of the open element at `index` into its node, which has the same number in `tree`. */
  describe(index: number, tree: Tree): void {
    const { token } = this;
    const bits = this.openBits(index);
    if (bits & IMPLIED) return;
    token.read(this.openStart(index), (bits & FOREIGN_ELEMENT) !== 0, -1);
    tree.describe(index, token.open, token.idAt, token.nameAt);
  }

  #refresh(): void {
    const row = (this.depth - 1) * OPEN_FIELDS;
    this.bits = this.depth ? (this.#elements[row + BITS] as number) : 0;
    this.id = this.bits >> ID_SHIFT;
    this.mask = this.depth ? (this.#elements[row + MASK] as number) : 0;
    this.traits = this.depth ? (this.#elements[row + OPEN_TRAITS] as number) : 0;
  }

  /** Adds bits to the mask of the innermost element. */
  addMask(bits: number): void {
    this.mask |= bits;
    this.#elements[(this.depth - 1) * OPEN_FIELDS + MASK] = this.mask;
  }

  #count(): void {
    if (this.depth > 0) this.#countAll(1);
  }

  #countAll(children: number): void {
    const field = (this.depth - 1) * OPEN_FIELDS + COUNT;
    this.#elements[field] = (this.#elements[field] as number) + children;
  }

  /** Opens an element. `flags` are those of its node. */
  push(id: number, mask: number, traits: number, flags: number): void {
    const { token } = this;
    const bits = this.#bitsOf(flags, id);
    const node = this.#add(bits, bits & IMPLIED ? token.start : token.open);
    if ((this.depth + 1) * OPEN_FIELDS > this.#elements.length) this.#elements = grow(this.#elements);
    const row = this.depth++ * OPEN_FIELDS;
    this.#elements[row + BITS] = this.bits = bits;
    this.id = id;
    this.#elements[row + MASK] = this.mask = mask;
    this.#elements[row + OPEN_TRAITS] = this.traits = traits;
    this.#elements[row + START] = token.start;
    this.#elements[row + COUNT] = 0;
    this.#elements[row + NODE] = node;
    if (this.depth > MAX_DEPTH) this.markOpaque(MAX_DEPTH - 1);
  }

  #bitsOf(flags: number, id: number): number {
    const noupdate = this.token.noupdate && (flags & IMPLIED) === 0 ? NOUPDATE : 0;
    return flags | noupdate | (id << ID_SHIFT);
  }

  #add(bits: number, open: number): number {
    if ((bits & SHADOW_ROOT) === 0) this.#count();
    if (!this.tree) return -1;
    const { token } = this;
    if (bits & IMPLIED) return this.tree.add(bits, token.start, open);
    // A page has one <html>, <head> and <body> each, whatever their ids.
    const idAt = (TRAITS[bits >> ID_SHIFT] as number) & ODD ? 0 : token.idAt;
    return this.tree.add(bits, token.start, open, idAt, token.nameAt);
  }

  /** Adds children of the innermost element without reading them. See `Tree.addSkipped`. */
  skip(children: number, to: number, decided: number): void {
    this.#countAll(children);
    this.tree?.addSkipped(children, this.at, to, decided);
    this.at = to;
  }

  /** Adds an element of another tree, or its skipped children, whose source is repeated at this place. */
  copy(tree: Tree, node: number): void {
    this.#countAll(tree.widthOf(node));
    this.at = this.tree?.copy(tree, node, this.at) ?? this.at;
  }

  /** Opens the HTML element of the current start tag, or adds it if nothing follows inside it. */
  open(): void {
    const { id } = this.token;
    const traits = TRAITS[id] as number;
    if (traits & VOID) this.#add(this.#bitsOf(ELEMENT, id), this.token.open);
    else if (traits & (RAW | RCDATA)) this.#addRawElement(id, traits);
    else if (id === TEMPLATE && this.token.shadowRoot) this.#openShadowRoot(id, traits);
    else {
      this.push(id, openIn(id, this.mask), traits, ELEMENT);
      if (id === FORM && (this.mask & OPEN_TEMPLATE) === 0) this.form = this.depth;
      if (traits & SKIPS_NEWLINE && this.token.hidesNewline) this.markOpaque(this.depth - 1);
    }
  }

  #openShadowRoot(id: number, traits: number): void {
    this.markOpaque(this.depth - 1, SEALED);
    this.push(id, openIn(id, this.mask), traits, ELEMENT | SHADOW_ROOT);
  }

  openImplied(id: number): void {
    this.push(id, openIn(id, this.mask), TRAITS[id] as number, IMPLIED);
  }

  #addRawElement(id: number, traits: number): void {
    const { token, tree } = this;
    // The content of <noscript> is text with scripts enabled, and elements without.
    const odd = traits & SKIPS_NEWLINE && token.hidesNewline ? OPAQUE : 0;
    const node = this.#add(this.#bitsOf(id === NOSCRIPT ? SEALED : odd, id), token.open);
    if (odd) this.opaqueDepth = Math.min(this.opaqueDepth, this.depth);
    if (!tree) return;
    if (id !== NOSCRIPT && token.from < token.to) {
      const text = tree.add(TEXT_NODE | (traits & RAW ? RAW_TEXT : 0), token.from, token.from);
      tree.finish(text, token.to, token.to);
    }
    tree.finish(node, token.to, token.end);
  }

  addText(from: number, to: number, bits = 0): void {
    this.#addLeaf(TEXT_NODE | bits, from, from, to, to);
  }

  addComment(): void {
    const { start, from, to, end } = this.token;
    this.#addLeaf(COMMENT_NODE, start, from, to, end);
  }

  #addLeaf(bits: number, start: number, from: number, to: number, end: number): void {
    this.#count();
    if (!this.tree) return;
    const node = this.tree.add(bits, start, from);
    this.tree.finish(node, to, end);
  }

  /** Closes the innermost element. */
  pop(close: number, end: number): void {
    const node = this.#elements[(this.depth - 1) * OPEN_FIELDS + NODE] as number;
    if (node !== -1) this.tree?.finish(node, close, end);
    if (this.form === this.depth) this.form = 0;
    this.depth--;
    if (this.depth < this.floor) this.floor = this.depth;
    this.#refresh();
  }

  /** Closes the innermost element before the current token. */
  popImplied(): void {
    this.pop(this.token.start, this.token.start);
  }

  /** Closes the innermost element with the current end tag. */
  popTag(): void {
    this.pop(this.token.start, this.token.end);
  }

  /** Closes the elements that are open inside the one at `index`, as if their end tags were omitted. */
  closeInner(index: number): void {
    const forgets = this.openTraits(index) & MARKER;
    while (this.depth - 1 > index) {
      if (this.traits & FORMATTING && !forgets) this.bailOut();
      if (this.traits & MARKER || this.id === FORM || this.#isSelect()) this.bailOut();
      this.popImplied();
    }
  }

  #isSelect(): boolean {
    return (this.mask & OPEN_SELECT) !== 0 && (this.openMask(this.depth - 2) & OPEN_SELECT) === 0;
  }

  closeWithTag(index: number): void {
    this.closeInner(index);
    this.popTag();
  }

  closeImplied(index: number): void {
    this.closeInner(index);
    if (this.id === FORM) this.bailOut();
    this.popImplied();
  }

  /** "Generate implied end tags". */
  popImpliedEnds(): void {
    while (this.traits & IMPLIED_END) this.popImplied();
  }

  /** The innermost open element with number `id`, or -1 if an element with a trait of `stop` is found first. */
  find(id: number, stop: number): number {
    for (let index = this.depth - 1; index >= 0; index--) {
      if (this.openId(index) === id) return index;
      if ((this.openTraits(index) & stop) !== 0) return -1;
    }
    return -1;
  }

  /** The innermost open element that the current end tag names, or -1 if a trait of `stop` is found first. */
  findNamed(stop: number): number {
    const last = Math.max(0, this.depth - MAX_SEARCH);
    for (let index = this.depth - 1; index >= last; index--) {
      if (this.isNamed(index)) return index;
      if ((this.openTraits(index) & stop) !== 0) return -1;
    }
    this.bailOut();
    return -1;
  }

  /** Whether the current end tag names the open element at `index`, and this is not one of SVG or MathML. */
  isNamed(index: number): boolean {
    const { id } = this.token;
    if (this.openId(index) !== id || this.openBits(index) & FOREIGN_ELEMENT) return false;
    return id !== 0 || this.hasSameName(index);
  }

  /** Whether both names in the source are equal, whatever their case. */
  hasSameName(index: number): boolean {
    const { html, token } = this;
    if (token.closesInner && index === this.depth - 1) return true;
    const start = this.openStart(index) + 1;
    const length = token.nameEnd - token.start - 2;
    const code = html.charCodeAt(start + length);
    if (code !== GREATER && code !== SLASH && !isSpace(code)) return false;
    const name = html.slice(start, start + length);
    const ending = html.slice(token.start + 2, token.nameEnd);
    return name === ending || name.toLowerCase() === ending.toLowerCase();
  }

  /** Marks the open element at `index` as one whose content the tree may not know. */
  markOpaque(index: number, bits = OPAQUE): void {
    this.opaqueDepth = Math.min(this.opaqueDepth, index);
    const node = this.#elements[index * OPEN_FIELDS + NODE] as number;
    if (index < 0 || node === -1) return;
    this.tree?.mark(node, bits);
  }

  /** Ignores a tag as the browser does. The texts around it become one, which shifts positions. */
  ignoreTag(): void {
    if (this.depth === 0) this.bailOut();
    else this.markOpaque(this.depth - 1);
  }

  isBlank(from: number, to: number): boolean {
    for (let at = from; at < to; at++) if (!isSpace(this.html.charCodeAt(at))) return false;
    return true;
  }
}

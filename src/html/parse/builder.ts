import { GREATER, isSpace, SLASH } from './attributes.js';
import {
  elementNumber,
  FOREIGN,
  FOREIGN_ELEMENT,
  FORMATTING,
  IMPLIED_END,
  IN_MATHML,
  KEPT,
  MARKER,
  NAMELESS,
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
import { giveRow, growRow, takeRow } from './row-pool.js';
import { Tokens } from './tokenizer.js';
import {
  COMMENT_NODE,
  ELEMENT,
  IMPLIED,
  MATHML,
  NOUPDATE,
  OPAQUE,
  RAW_TEXT,
  SEALED,
  SHADOW_ROOT,
  SVG,
  TEXT_NODE,
  type Tree,
} from './tree.js';

/** Where the parser is, in the order in which a page passes through. */
export const INITIAL = 0;
export const BEFORE_HEAD = 1;
export const IN_HEAD = 2;
export const AFTER_HEAD = 3;
export const IN_BODY = 4;
export const AFTER_BODY = 5;
export const AFTER_HTML = 6;

/** Browsers nest no deeper than 512; some nodes are kept in reserve for what the page itself adds. */
const MAX_DEPTH = 480;
/** How far an end tag looks for its element: what is farther away is not worth a quadratic search. */
const MAX_SEARCH = 512;

/** Fields of an open element; `COUNT` is how many children it has by now, `NODE` its node in the tree. */
const ID = 0;
const MASK = 1;
const FRAME_TRAITS = 2;
export const START = 3;
export const COUNT = 4;
const NODE = 5;
export const FRAME = 6;

const FORM = elementNumber('form');
const NOSCRIPT = elementNumber('noscript');
const TEMPLATE = elementNumber('template');

/**
 * The parser's state: its place in the page and the stack of open elements, as rows of numbers. With a
 * tree it records nodes, without one it only counts them. The rules are in `outside-body.ts`,
 * `in-body.ts` and `in-table.ts`.
 */
export class Builder {
  readonly tokens: Tokens;
  at = 0;
  mode = INITIAL;
  depth = 0;
  /** How deep the form is that further fields belong to; 0 for none. */
  form = 0;
  /** False when the parser's result can no longer be foretold: the page goes as a whole. */
  sound = true;
  /** The least depth since this was last set. */
  floor = 0;
  /** How deep the outermost opaque element is. */
  opaqueDepth = Number.POSITIVE_INFINITY;
  noQuirks = false;
  /** Where `</body>` stands. */
  bodyEnd = 0;
  /** The text that space behind `</body>` goes on with, -1 for none; and where that space ends. */
  bodyText = -1;
  bodyTextEnd = 0;
  /** The source of comments behind `</html>`, which belong to the document. */
  epilogue = '';
  /** Of the innermost open element. */
  id = 0;
  mask = 0;
  traits = 0;
  #frames = takeRow();

  constructor(
    readonly html: string,
    readonly tree?: Tree,
  ) {
    this.tokens = new Tokens(html);
  }

  /** Reads the next token without taking it. */
  read(): void {
    const inner = this.depth > 0 && (this.traits & NAMELESS) === 0 ? this.frameStart(this.depth - 1) + 1 : -1;
    this.tokens.read(this.at, (this.mask & FOREIGN) !== 0, inner);
    if (this.tokens.closesInner) this.tokens.id = this.id;
  }

  unsure(): void {
    this.sound = false;
  }

  frameId(index: number): number {
    return this.#frames[index * FRAME + ID] as number;
  }
  frameTraits(index: number): number {
    return this.#frames[index * FRAME + FRAME_TRAITS] as number;
  }
  frameStart(index: number): number {
    return this.#frames[index * FRAME + START] as number;
  }
  frameMask(index: number): number {
    return this.#frames[index * FRAME + MASK] as number;
  }
  childCount(index: number): number {
    return this.#frames[index * FRAME + COUNT] as number;
  }

  /** It is not needed any more; its tree may be. */
  release(): void {
    giveRow(this.#frames);
  }

  /** Adds the fields of all open elements to a row, to go on from later. */
  save(row: number[]): void {
    for (let field = 0; field < this.depth * FRAME; field++) row.push(this.#frames[field] as number);
  }

  /** Goes on in a body with `depth` open elements, whose fields stand at `from` in a row. */
  resume(row: ArrayLike<number>, from: number, depth: number): void {
    while (this.#frames.length < depth * FRAME) this.#frames = growRow(this.#frames);
    for (let field = 0; field < depth * FRAME; field++) this.#frames[field] = row[from + field] as number;
    this.depth = this.floor = depth;
    this.mode = IN_BODY;
    this.#refresh();
  }

  /**
   * Goes on where another builder has opened `depth` elements, in its page or in one that is the same up to
   * there. They become the first nodes of the tree, by now without what `describe` says of them.
   */
  follow(other: Builder, depth: number): void {
    this.resume(other.#frames, 0, depth);
    this.at = depth < other.depth ? other.frameStart(depth) : other.at;
    this.form = other.form <= depth ? other.form : 0;
    this.noQuirks = other.noQuirks;
    for (let index = 0; index < depth; index++) {
      const start = this.frameStart(index);
      this.#frames[index * FRAME + NODE] = this.tree?.add(ELEMENT, this.frameId(index), start, start) ?? -1;
    }
  }

  /** Says in a tree, whose first nodes are those of the open elements, what the start tag of the one at `index` says. */
  describe(index: number, tree: Tree): void {
    const { tokens } = this;
    const traits = this.frameTraits(index);
    if (traits & NAMELESS) return tree.mark(index, IMPLIED);
    const isForeign = (traits & FOREIGN_ELEMENT) !== 0;
    const language = this.frameMask(index) & IN_MATHML ? MATHML : SVG;
    tokens.read(this.frameStart(index), isForeign, -1);
    const bits = (isForeign ? language : ELEMENT) | (tokens.noupdate ? NOUPDATE : 0);
    tree.describe(index, bits, tokens.open, tokens.idAt, tokens.nameAt);
  }

  #refresh(): void {
    const row = (this.depth - 1) * FRAME;
    this.id = this.depth ? (this.#frames[row + ID] as number) : 0;
    this.mask = this.depth ? (this.#frames[row + MASK] as number) : 0;
    this.traits = this.depth ? (this.#frames[row + FRAME_TRAITS] as number) : 0;
  }

  /** Adds bits to what is open in the innermost element. */
  addMask(bits: number): void {
    this.mask |= bits;
    this.#frames[(this.depth - 1) * FRAME + MASK] = this.mask;
  }

  #count(): void {
    if (this.depth === 0) return;
    const field = (this.depth - 1) * FRAME + COUNT;
    this.#frames[field] = (this.#frames[field] as number) + 1;
  }

  /** Opens an element; `bits` are those of its node. */
  push(id: number, mask: number, traits: number, bits: number): void {
    const { tokens } = this;
    const open = bits & IMPLIED ? tokens.start : tokens.open;
    const node = this.#add(bits, id, open);
    if ((this.depth + 1) * FRAME > this.#frames.length) this.#frames = growRow(this.#frames);
    const row = this.depth++ * FRAME;
    this.#frames[row + ID] = this.id = id;
    this.#frames[row + MASK] = this.mask = mask;
    const own = bits & IMPLIED ? NAMELESS : tokens.noupdate ? KEPT : 0;
    this.#frames[row + FRAME_TRAITS] = this.traits = traits | own;
    this.#frames[row + START] = tokens.start;
    this.#frames[row + COUNT] = 0;
    this.#frames[row + NODE] = node;
    if (this.depth > MAX_DEPTH) this.markOpaque(MAX_DEPTH - 1);
  }

  #add(bits: number, id: number, open: number): number {
    if ((bits & SHADOW_ROOT) === 0) this.#count();
    if (!this.tree) return -1;
    const { tokens } = this;
    if (bits & IMPLIED) return this.tree.add(bits, id, tokens.start, open);
    const noupdate = tokens.noupdate ? NOUPDATE : 0;
    // Of <html>, <head> and <body> there is one each, whatever their ids.
    const idAt = (TRAITS[id] as number) & ODD ? 0 : tokens.idAt;
    return this.tree.add(bits | noupdate, id, tokens.start, open, idAt, tokens.nameAt);
  }

  /** Opens the HTML element of the current start tag, or adds it if it has no content to come. */
  open(): void {
    const { id } = this.tokens;
    const traits = TRAITS[id] as number;
    if (traits & VOID) this.#add(ELEMENT, id, this.tokens.open);
    else if (traits & (RAW | RCDATA)) this.#addRawElement(id, traits);
    else if (id === TEMPLATE && this.tokens.shadowRoot) this.#openShadowRoot(id, traits);
    else {
      this.push(id, openIn(id, this.mask), traits, ELEMENT);
      if (id === FORM && (this.mask & OPEN_TEMPLATE) === 0) this.form = this.depth;
      if (traits & SKIPS_NEWLINE && this.tokens.hidesNewline) this.markOpaque(this.depth - 1);
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
    const { tokens, tree } = this;
    // With script the browser reads `<noscript>` as text, without script as elements.
    const odd = traits & SKIPS_NEWLINE && tokens.hidesNewline ? OPAQUE : 0;
    const node = this.#add(id === NOSCRIPT ? SEALED : odd, id, tokens.open);
    if (odd) this.opaqueDepth = Math.min(this.opaqueDepth, this.depth);
    if (!tree) return;
    if (id !== NOSCRIPT && tokens.from < tokens.to) {
      const text = tree.add(TEXT_NODE | (traits & RAW ? RAW_TEXT : 0), 0, tokens.from, tokens.from);
      tree.finish(text, tokens.to, tokens.to);
    }
    tree.finish(node, tokens.to, tokens.end);
  }

  addText(from: number, to: number, bits = 0): void {
    this.#addLeaf(TEXT_NODE | bits, from, from, to, to);
  }

  addComment(): void {
    const { start, from, to, end } = this.tokens;
    this.#addLeaf(COMMENT_NODE, start, from, to, end);
  }

  #addLeaf(bits: number, start: number, from: number, to: number, end: number): void {
    this.#count();
    if (!this.tree) return;
    const node = this.tree.add(bits, 0, start, from);
    this.tree.finish(node, to, end);
  }

  /** Closes the innermost element. */
  pop(close: number, end: number): void {
    const node = this.#frames[(this.depth - 1) * FRAME + NODE] as number;
    if (node !== -1) this.tree?.finish(node, close, end);
    if (this.form === this.depth) this.form = 0;
    this.depth--;
    if (this.depth < this.floor) this.floor = this.depth;
    this.#refresh();
  }

  /** Closes the innermost element before the current token. */
  popImplied(): void {
    this.pop(this.tokens.start, this.tokens.start);
  }

  /** Closes the innermost element with the current end tag. */
  popTag(): void {
    this.pop(this.tokens.start, this.tokens.end);
  }

  /** Closes the element at `index`, and before it what is open in it, as if their end tags were left out. */
  closeInner(index: number): void {
    const forgets = this.frameTraits(index) & MARKER;
    while (this.depth - 1 > index) {
      if (this.traits & FORMATTING && !forgets) this.unsure();
      if (this.traits & MARKER || this.id === FORM || this.#isSelect()) this.unsure();
      this.popImplied();
    }
  }

  #isSelect(): boolean {
    return (this.mask & OPEN_SELECT) !== 0 && (this.frameMask(this.depth - 2) & OPEN_SELECT) === 0;
  }

  closeWithTag(index: number): void {
    this.closeInner(index);
    this.popTag();
  }

  closeImplied(index: number): void {
    this.closeInner(index);
    if (this.id === FORM) this.unsure();
    this.popImplied();
  }

  /** "Generate implied end tags". */
  popImpliedEnds(): void {
    while (this.traits & IMPLIED_END) this.popImplied();
  }

  /** The innermost open element with number `id`, or -1 when one of the traits `stop` comes first. */
  find(id: number, stop: number): number {
    for (let index = this.depth - 1; index >= 0; index--) {
      if (this.frameId(index) === id) return index;
      if ((this.frameTraits(index) & stop) !== 0) return -1;
    }
    return -1;
  }

  /** The innermost open element that the current end tag names, or -1 when `stop` comes first. */
  findNamed(stop: number): number {
    const last = Math.max(0, this.depth - MAX_SEARCH);
    for (let index = this.depth - 1; index >= last; index--) {
      if (this.isNamed(index)) return index;
      if ((this.frameTraits(index) & stop) !== 0) return -1;
    }
    this.unsure();
    return -1;
  }

  /** Whether the current end tag, of HTML, names the open element at `index`: none of SVG or MathML. */
  isNamed(index: number): boolean {
    const { id } = this.tokens;
    if (this.frameId(index) !== id || this.frameTraits(index) & FOREIGN_ELEMENT) return false;
    return id !== 0 || this.hasSameName(index);
  }

  /** Whether the names in the source are equal, whatever their case. */
  hasSameName(index: number): boolean {
    const { html, tokens } = this;
    if (tokens.closesInner && index === this.depth - 1) return true;
    const start = this.frameStart(index) + 1;
    const length = tokens.nameEnd - tokens.start - 2;
    const code = html.charCodeAt(start + length);
    if (code !== GREATER && code !== SLASH && !isSpace(code)) return false;
    const name = html.slice(start, start + length);
    const ending = html.slice(tokens.start + 2, tokens.nameEnd);
    return name === ending || name.toLowerCase() === ending.toLowerCase();
  }

  /** The element at `index` cannot be trusted to contain what the tree says. */
  markOpaque(index: number, bits = OPAQUE): void {
    this.opaqueDepth = Math.min(this.opaqueDepth, index);
    const node = this.#frames[index * FRAME + NODE] as number;
    if (index < 0 || node === -1) return;
    this.tree?.mark(node, bits);
  }

  /** A tag that the parser ignores: the texts around it become one, so that positions are not certain. */
  stray(): void {
    if (this.depth === 0) this.unsure();
    else this.markOpaque(this.depth - 1);
  }

  isBlank(from: number, to: number): boolean {
    for (let at = from; at < to; at++) if (!isSpace(this.html.charCodeAt(at))) return false;
    return true;
  }
}

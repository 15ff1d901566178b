import type { Instruction, Path } from '../../protocol.js';
import { type AttributeChanges, attributeChanges } from '../change/attribute-changes.js';
import { commonRun } from '../change/common-affix.js';
import { textChange } from '../change/text-change.js';
import { findAttribute, readAttribute } from '../parse/attributes.js';
import { decodedText } from '../parse/decode.js';
import {
  elementNumber,
  FIELD,
  RAW,
  RCDATA,
  SKIPS_NEWLINE,
  TABLE_CONTEXT,
  TRAITS,
} from '../parse/elements.js';
import { START_TAG, TEXT, Tokenizer } from '../parse/tokenizer.js';
import { ELEMENT, FOREIGN_ELEMENT, IMPLIED, KIND, NOUPDATE, TEXT_NODE, Tree } from '../parse/tree.js';
import { ChangedChildren } from './changed-children.js';
import { HAS_VALUE, haveSameId } from './child-keys.js';
import { ComparedTree } from './compared-tree.js';
import type { OpenElements } from './open-elements.js';

const TEMPLATE = elementNumber('template');

/** Elements whose start tag decides how their content is read. */
const UNUSUAL = RAW | RCDATA | SKIPS_NEWLINE;

/** Attributes that distinguish a field from others. */
const TELLS_FIELDS = /^(?:type|name)$/;

/** The children of one element, one of which is current. */
interface Level {
  parent: number;
  /** The current child, its index, and the child before it or -1. */
  child: number;
  index: number;
  previous: number;
  /** The number of the first node that is not in the element. */
  end: number;
  /** The first child that differs, or -1, and the distance to its place in the new page. Most often it is the only one. */
  first: number;
  firstShift: number;
  /** All children that differ, if there are several. */
  changed: ChangedChildren | undefined;
}

/** The children of an element that may differ, from one position of the page before to another. */
export interface InStepPart {
  openElements: OpenElements;
  /** The depth of the parent, and the path to it. */
  depth: number;
  path: Path;
  from: number;
  to: number;
}

/**
 * Compares two pages of the same elements in step, if only texts and attributes differ. This takes the nodes of the page
 * before, and of the new page only the tokens that differ are read.
 */
export class InStep {
  readonly instructions: Instruction[] = [];
  readonly #before: ComparedTree;
  /** The nodes of the new page that were read. */
  readonly #after: ComparedTree;
  readonly #levels: Level[] = [];
  readonly #token: Tokenizer;
  readonly #tokenAfter: Tokenizer;
  /** The last text that was read, which is read once. */
  #lastText = -1;
  /** The distance from a place in the page before to the same place in the new page. */
  #shift = 0;
  /** The end of each change in the page before, and the distance from there on. */
  readonly #changes: { at: number; shift: number }[] = [];

  constructor(
    before: Tree,
    after: string,
    private readonly part: InStepPart,
  ) {
    this.#before = new ComparedTree(before, part.openElements);
    this.#after = new ComparedTree(new Tree(after));
    this.#token = new Tokenizer(before.html);
    this.#tokenAfter = new Tokenizer(after);
  }

  /** Returns false if the elements differ, or if children may have other partners. The instructions are then useless. */
  run(): boolean {
    const { tree } = this.#before;
    const { html } = tree;
    const { html: htmlAfter } = this.#after.tree;
    const { from, to, depth } = this.part;
    if (tree.size === depth) return false;
    this.#enter(depth - 1, tree.size);
    // The distance from change to change is often the same.
    for (let [at, run] = [from, 0]; ; ) {
      run = commonRun(html, at, htmlAfter, at + this.#shift, to - at, run);
      at += run;
      if (at >= to) break;
      at = this.#readChange(at);
      if (at === -1) return false;
      this.#changes.push({ at, shift: this.#shift });
    }
    const growth = htmlAfter.length - html.length;
    // The last text may have grown.
    if (this.#shift !== growth && this.#readChange(to) !== to) return false;
    return this.#shift === growth && this.#leave(0);
  }

  /** The distance from a place in the page before, outside of changes, to the same place in the new page. */
  shiftAt(place: number): number {
    return this.#changes.findLast(({ at }) => at <= place)?.shift ?? 0;
  }

  #enter(parent: number, end: number): void {
    const index = this.part.openElements.unreadChildren(parent);
    this.#levels.push({
      parent,
      child: parent + 1,
      index,
      previous: -1,
      end,
      first: -1,
      firstShift: 0,
      changed: undefined,
    });
  }

  /** Leaves the levels from `depth` on. Returns false if one of their children may have another partner. */
  #leave(depth: number): boolean {
    while (this.#levels.length > depth) {
      const { changed } = this.#levels.pop() as Level;
      changed?.close(this.#shift);
      if (changed?.stayInPlace() === false) return false;
    }
    return true;
  }

  /** Reads the token of both pages that differs at a position. Returns its end in the page before, or -1. */
  #readChange(at: number): number {
    const level = this.#find(at);
    if (!level) return -1;
    const { tree } = this.#before;
    const { child, previous } = level;
    const start = tree.start(child);
    if (tree.kind(child) === TEXT_NODE) return at > tree.end(child) ? -1 : this.#readText(level, child);
    if (at > start) return at < tree.open(child) ? this.#readTag(level) : -1;
    // The text before the element has grown.
    if (previous === -1 || previous + 1 !== child || tree.end(previous) !== at) return -1;
    level.index--;
    const end = tree.kind(previous) === TEXT_NODE ? this.#readText(level, previous) : -1;
    level.index++;
    return end;
  }

  /** Finds the last node that begins up to a position: it is the current child of the last level. */
  #find(at: number): Level | undefined {
    const { tree } = this.#before;
    for (let depth = 0; ; depth++) {
      const level = this.#levels[depth] as Level;
      const { child } = level;
      advance(tree, level, at);
      if (level.child !== child && !this.#leave(depth + 1)) return undefined;
      const first = level.child + 1;
      const isInside = first < tree.next(level.child) && tree.start(first) <= at;
      if (!isInside) return this.#leave(depth + 1) ? level : undefined;
      if (tree.bits(level.child) & NOUPDATE) return undefined;
      if (this.#levels.length === depth + 1) this.#enter(level.child, tree.next(level.child));
    }
  }

  #readText(level: Level, node: number): number {
    const { tree } = this.#before;
    const parent = level.parent;
    const traits = TRAITS[tree.id(parent)] as number;
    if (traits & (TABLE_CONTEXT | UNUSUAL) || tree.id(parent) === TEMPLATE || tree.bits(node) !== TEXT_NODE)
      return -1;
    // The pages differ right behind this text: the new one may end there.
    if (node === this.#lastText) return -1;
    this.#lastText = node;
    const token = this.#tokenAfter;
    token.read(tree.start(node) + this.#shift, false, -1);
    if (token.kind !== TEXT) return -1;
    const after = decodedText(token.html.slice(token.from, token.to));
    const change = textChange(this.#note(level, node), tree.text(node), after);
    if (change) this.instructions.push(change);
    this.#shift = token.end - tree.end(node);
    return tree.end(node);
  }

  #readTag(level: Level): number {
    const { tree } = this.#before;
    const node = level.child;
    const bits = tree.bits(node);
    const traits = TRAITS[tree.id(node)] as number;
    if ((bits & KIND) !== ELEMENT || bits & (IMPLIED | NOUPDATE) || traits & UNUSUAL) return -1;
    const isForeign = (bits & FOREIGN_ELEMENT) !== 0;
    const [token, after] = [this.#token, this.#tokenAfter];
    token.read(tree.start(node), isForeign, -1);
    after.read(tree.start(node) + this.#shift, isForeign, -1);
    if (!areAlike(token, after) || (isForeign && token.selfClosing !== after.selfClosing)) return -1;
    const other = this.#after.tree.add(bits, after.start, after.open, after.idAt, after.nameAt);
    if (!haveSameId(this.#before, node, this.#after, other) || !haveSameName(token, after)) return -1;
    const changes = attributeChanges(tree, node, this.#after.tree, other);
    if (!changes || (traits & FIELD && distinguishFields(token, changes))) return -1;
    const path = this.#note(level, node);
    if (changes.length > 0) this.instructions.push(['s', path, ...changes]);
    this.#shift = after.open - tree.open(node);
    return tree.open(node);
  }

  /** Notes the change of a child of the last level. Returns the path to it. */
  #note(last: Level, node: number): Path {
    const path = this.part.path.slice();
    for (const level of this.#levels) {
      this.#noteChild(level, level === last ? node : level.child);
      path.push(level.index);
    }
    return path;
  }

  #noteChild(level: Level, child: number): void {
    if (level.first === -1) {
      level.first = child;
      level.firstShift = this.#shift;
    } else if (level.changed) level.changed.add(child, this.#shift);
    else if (child !== level.first) {
      level.changed = new ChangedChildren(this.#before, this.#after.tree.html);
      level.changed.add(level.first, level.firstShift);
      level.changed.add(child, this.#shift);
    }
  }
}

/** Moves to the last child that begins up to a position. */
function advance(tree: Tree, level: Level, at: number): void {
  for (;;) {
    const next = tree.next(level.child);
    if (next >= level.end || tree.start(next) > at) return;
    level.previous = level.child;
    level.child = next;
    level.index++;
  }
}

/** Whether the parser opens the same element for two start tags. */
function areAlike(token: Tokenizer, other: Tokenizer): boolean {
  if (token.kind !== START_TAG || other.kind !== START_TAG) return false;
  if (other.noupdate || token.shadowRoot || other.shadowRoot) return false;
  return token.html.slice(token.start, token.nameEnd) === other.html.slice(other.start, other.nameEnd);
}

function haveSameName(token: Tokenizer, other: Tokenizer): boolean {
  if (token.nameAt === 0 || other.nameAt === 0) return token.nameAt === other.nameAt;
  return readAttribute(token.html, token.nameAt) === readAttribute(other.html, other.nameAt);
}

function distinguishFields({ html, nameEnd }: Tokenizer, changes: AttributeChanges): boolean {
  return changes.some((name, i) => {
    if (i % 2 === 1 || name === null) return false;
    if (name === 'value') return HAS_VALUE.test(findAttribute(html, nameEnd, 'type') ?? '');
    return TELLS_FIELDS.test(name);
  });
}

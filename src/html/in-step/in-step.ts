import type { Instruction, Path } from '../../protocol.js';
import { type AttributeChanges, attributeChanges } from '../change/attribute-changes.js';
import { insertedHtml, readAppended, removal } from '../change/child-changes.js';
import { commonRun } from '../change/common-affix.js';
import { textChange } from '../change/text-change.js';
import { valueChange } from '../change/value-change.js';
import { HAS_VALUE, haveSameId } from '../match/child-keys.js';
import { ComparedTree } from '../match/compared-tree.js';
import type { OpenElements } from '../match/open-elements.js';
import { findAttribute, readAttribute } from '../parse/attributes.js';
import { Builder } from '../parse/builder.js';
import { decodedText } from '../parse/decode.js';
import {
  elementNumber,
  FIELD,
  openIn,
  RAW,
  RCDATA,
  SKIPS_NEWLINE,
  TABLE_CONTEXT,
  TRAITS,
  VOID,
} from '../parse/elements.js';
import { endOfText, isLetter, START_TAG, Tokenizer } from '../parse/tokenizer.js';
import {
  ELEMENT,
  FOREIGN_ELEMENT,
  ID_SHIFT,
  IMPLIED,
  KIND,
  NOUPDATE,
  nodesBetween,
  SKIPPED,
  TEXT_NODE,
  Tree,
} from '../parse/tree.js';
import { ChangedChildren } from './changed-children.js';

const LESS = 60;
const SLASH = 47;

const FORM = elementNumber('form');
const INPUT = elementNumber('input');
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
 * Compares two pages in step, if only texts and attributes differ, and the ends of lists. This takes the nodes of the page
 * before, and of the new page only what differs is read.
 */
export class InStep {
  readonly instructions: Instruction[] = [];
  readonly #before: ComparedTree;
  /** The nodes of the new page that were read. */
  readonly #after: ComparedTree;
  readonly #levels: Level[] = [];
  /** The last text that was read, which is read once. */
  #lastText = -1;
  /** An element with a name was appended or removed. */
  #changesNames = false;
  /** The distance from a place in the page before to the same place in the new page. */
  #shift = 0;
  /** The end of each change in the page before, and the distance from there on. */
  readonly #changes: { at: number; shift: number }[] = [];

  constructor(
    before: Tree,
    after: Tree,
    private readonly part: InStepPart,
  ) {
    this.#before = new ComparedTree(before, part.openElements);
    this.#after = new ComparedTree(after);
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
      // An element without an id may be paired by the first name inside.
      if (changed && (this.#changesNames || !changed.stayInPlace())) return false;
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
    if (tree.html.charCodeAt(at - 1) === LESS) {
      const [code, codeAfter] = [
        tree.html.charCodeAt(at),
        this.#after.tree.html.charCodeAt(at + this.#shift),
      ];
      if (code === SLASH && isLetter(codeAfter)) return this.#readAppended(at - 1);
      if (isLetter(code) && codeAfter === SLASH && start === at - 1) return this.#readRemoved(level);
    }
    if (tree.kind(child) === TEXT_NODE) return at > tree.end(child) ? -1 : this.#readText(level, child);
    if (at > start) return at < tree.open(child) ? this.#readTag(level, at) : -1;
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

  /** Reads the children that the new page has in front of the end tag at a position. */
  #readAppended(start: number): number {
    const { tree } = this.#before;
    const isEnding = ({ child }: Level) => tree.close(child) === start && start < tree.end(child);
    let level = this.#levels.at(-1) as Level;
    let count = this.part.openElements.unreadChildren(level.child);
    while (!isEnding(level)) {
      count = level.index + 1;
      if (this.#levels.length === 1 || !isFirstChange(level) || mayGoOn(tree, level.child)) return -1;
      this.#levels.pop();
      level = this.#levels.at(-1) as Level;
    }
    const parent = level.child;
    const builder = this.#reopen();
    const at = start + this.#shift;
    if (!builder?.tree) return -1;
    builder.at = at;
    if (!readAppended(builder, tree.html.slice(start, tree.end(parent)))) return -1;
    const nodes = nodesBetween(builder.tree, builder.openNode(builder.depth - 1) + 1, builder.tree.size);
    const html = insertedHtml(builder.tree, nodes[0] as number, nodes.at(-1) as number);
    this.#changesNames ||= builder.tree.hasNames;
    this.instructions.push(['i', this.#note(level, parent), count, html]);
    this.#shift = builder.at - start;
    return tree.end(parent);
  }

  /** A parser of the new page in which the current child of each level is open. */
  #reopen(): Builder | undefined {
    const { tree } = this.#before;
    const { html } = this.#after.tree;
    const builder = new Builder(html, new Tree(html));
    builder.follow(this.part.openElements.parser, this.part.depth);
    for (const level of this.#levels) {
      const id = tree.id(level.child);
      if (!isPlain(tree, level.child)) return undefined;
      const start = this.#startAfter(level);
      builder.token.startPlain(start, id, start);
      builder.push(id, openIn(id, builder.mask), TRAITS[id] as number, ELEMENT);
      if (id === FORM) builder.form = builder.depth;
    }
    return builder;
  }

  /** The start of a level's current child in the new page. */
  #startAfter({ child, first, firstShift, changed }: Level): number {
    const start = this.#before.tree.start(child);
    if (this.part.openElements.depth > child) return start;
    return changed?.startAfter(child) ?? start + (first === child ? firstShift : this.#shift);
  }

  /** Reads the end tag that the new page has in front of the last children of an element. */
  #readRemoved(level: Level): number {
    const { tree } = this.#before;
    const { parent, child, index } = level;
    const start = tree.start(child);
    const endTag = tree.html.slice(tree.close(parent), tree.end(parent));
    if (this.#levels.length === 1 || !isFirstChange(level)) return -1;
    if (endTag === '' || !isPlain(tree, parent)) return -1;
    if (!this.#after.tree.html.startsWith(endTag, start + this.#shift)) return -1;
    const end = tree.next(parent);
    for (let node = child; node < end; node++) {
      if (tree.kind(node) === SKIPPED) return -1;
      this.#changesNames ||= tree.idAt(node) !== 0 || tree.nameAt(node) !== 0;
    }
    this.#levels.pop();
    const path = this.#note(this.#levels.at(-1) as Level, parent);
    this.instructions.push(removal(path, index, nodesBetween(tree, child, end).length));
    this.#shift += start - tree.close(parent);
    return tree.end(parent);
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
    const { html } = this.#after.tree;
    const start = tree.start(node) + this.#shift;
    const end = endOfText(html, start);
    if (end <= start) return -1;
    const after = decodedText(html.slice(start, end));
    const change = textChange(this.#note(level, node), tree.text(node), after);
    if (change) this.instructions.push(change);
    this.#shift = end - tree.end(node);
    return tree.end(node);
  }

  #readTag(level: Level, at: number): number {
    const { tree } = this.#before;
    const node = level.child;
    const bits = tree.bits(node);
    const traits = TRAITS[tree.id(node)] as number;
    if ((bits & KIND) !== ELEMENT || bits & (IMPLIED | NOUPDATE) || traits & UNUSUAL) return -1;
    const value = valueChange(tree, node, at, this.#after.tree.html, this.#shift);
    if (value) return this.#noteTag(level, value.changes, value.open);
    const isForeign = (bits & FOREIGN_ELEMENT) !== 0;
    const [token, after] = [new Tokenizer(tree.html), new Tokenizer(this.#after.tree.html)];
    token.read(tree.start(node), isForeign, -1);
    after.read(tree.start(node) + this.#shift, isForeign, -1);
    if (!areAlike(token, after) || (isForeign && token.selfClosing !== after.selfClosing)) return -1;
    const other = this.#after.tree.add(bits, after.start, after.open, after.idAt, after.nameAt);
    if (!haveSameId(this.#before, node, this.#after, other) || !haveSameName(token, after)) return -1;
    const changes = attributeChanges(tree, node, this.#after.tree, other);
    return changes ? this.#noteTag(level, changes, after.open) : -1;
  }

  /** @param open the end of the tag in the new page */
  #noteTag(level: Level, changes: AttributeChanges, open: number): number {
    const { tree } = this.#before;
    const node = level.child;
    if (distinguishFields(tree, node, changes)) return -1;
    const path = this.#note(level, node);
    if (changes.length > 0) this.instructions.push(['s', path, ...changes]);
    this.#shift = open - tree.open(node);
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

/** Whether an element lacks an end tag: markup that follows may become its content. */
function mayGoOn(tree: Tree, node: number): boolean {
  if (tree.kind(node) !== ELEMENT || tree.close(node) < tree.end(node)) return tree.kind(node) === SKIPPED;
  return ((TRAITS[tree.id(node)] as number) & VOID) === 0;
}

/** Whether none of the children differs. Otherwise those that are appended or removed may be partners of others. */
function isFirstChange({ first }: Level): boolean {
  return first === -1;
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

/** Whether children can come and go at the end of an element without an effect on anything around it. */
function isPlain(tree: Tree, node: number): boolean {
  const id = tree.id(node);
  return tree.bits(node) === id << ID_SHIFT && id !== TEMPLATE && !((TRAITS[id] as number) & UNUSUAL);
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

/** Whether a field is paired by an attribute that changes. */
function distinguishFields(tree: Tree, node: number, changes: AttributeChanges): boolean {
  if (((TRAITS[tree.id(node)] as number) & FIELD) === 0) return false;
  return changes.some((name, i) => {
    if (i % 2 === 1 || name === null) return false;
    return name === 'value' ? isPairedByValue(tree, node) : TELLS_FIELDS.test(name);
  });
}

/** Boxes are paired by their values, and so are buttons with a name. */
function isPairedByValue(tree: Tree, node: number): boolean {
  if (tree.id(node) !== INPUT && tree.nameAt(node) === 0) return false;
  return HAS_VALUE.test(findAttribute(tree.html, tree.nameEnd(node), 'type') ?? '');
}

import type { Instruction } from '../../protocol.js';
import { commonRun } from '../change/common-affix.js';
import { textChange } from '../change/text-change.js';
import { ComparedTree } from '../match/compared-tree.js';
import { decodedText } from '../parse/decode.js';
import { TABLE_CONTEXT, TRAITS } from '../parse/elements.js';
import { endOfText, isLetter, tagAt } from '../parse/tokenizer.js';
import { ELEMENT, TEXT_NODE, type Tree } from '../parse/tree.js';
import { type InStepPart, type Level, Levels } from './levels.js';
import { changeByAppended, changeByRemoved, type ListChange } from './list-end.js';
import { compareStartTag, TEMPLATE, UNUSUAL } from './start-tag.js';

const LESS = 60;
const SLASH = 47;

/**
 * Compares two pages in step, if only texts and attributes differ, and the ends of lists. This takes the nodes of the page
 * before, and of the new page only what differs is read.
 */
export class InStep {
  readonly instructions: Instruction[] = [];
  readonly #before: ComparedTree;
  /** The elements of the new page whose tags were read. */
  readonly #after: ComparedTree;
  readonly #part: InStepPart;
  readonly #levels: Levels;
  /** The last text that was read, which is read once. */
  #lastText = -1;
  /** The end of each change in the page before, and the distance from there on. */
  readonly #changes: { at: number; shift: number }[] = [];

  constructor(before: Tree, after: Tree, part: InStepPart) {
    this.#before = new ComparedTree(before, part.openElements);
    this.#after = new ComparedTree(after);
    this.#part = part;
    this.#levels = new Levels(this.#before, after.html, part);
  }

  /** Returns false if the elements differ, or if children may have other partners. The instructions are then useless. */
  run(): boolean {
    const { tree } = this.#before;
    const levels = this.#levels;
    const { from, to, depth, hasSkips } = this.#part;
    if (tree.size === depth) return false;
    // The distance from change to change is often the same.
    for (let [at, run] = [from, 0]; ; ) {
      run = commonRun(tree.html, at, levels.after, at + levels.shift, to - at, run);
      at += run;
      if (at >= to) break;
      at = this.#readChange(at);
      if (at === -1) return false;
      if (hasSkips) this.#changes.push({ at, shift: levels.shift });
    }
    const growth = levels.after.length - tree.html.length;
    // The last text may have grown.
    if (levels.shift !== growth && this.#readChange(to) !== to) return false;
    return levels.shift === growth && levels.leave(0);
  }

  /** The distance from a place in the page before, outside of changes, to the same place in the new page. */
  shiftAt(place: number): number {
    return this.#changes.findLast(({ at }) => at <= place)?.shift ?? 0;
  }

  /** The start tags, before and now, of the outermost children that differ. Undefined if one of them is a text. */
  get tags(): string[] | undefined {
    const { tree } = this.#before;
    const { outermost } = this.#levels;
    if (!outermost.every(({ node }) => tree.kind(node) === ELEMENT)) return undefined;
    return outermost.flatMap(({ node, start }) => [
      tagAt(tree.html, tree.start(node)),
      tagAt(this.#levels.after, start),
    ]);
  }

  /** Reads the token of both pages that differs at a position. Returns its end in the page before, or -1. */
  #readChange(at: number): number {
    const level = this.#levels.find(at);
    if (!level) return -1;
    const { tree } = this.#before;
    const { child, previous } = level;
    const start = tree.start(child);
    if (tree.html.charCodeAt(at - 1) === LESS) {
      const code = tree.html.charCodeAt(at);
      const codeAfter = this.#levels.after.charCodeAt(at + this.#levels.shift);
      if (code === SLASH && isLetter(codeAfter))
        return this.#noteList(changeByAppended(this.#levels, at - 1));
      if (isLetter(code) && codeAfter === SLASH && start === at - 1)
        return this.#noteList(changeByRemoved(this.#levels));
    }
    if (tree.kind(child) === TEXT_NODE) return at > tree.end(child) ? -1 : this.#readText(level, child);
    if (at > start) return at < tree.open(child) ? this.#readTag(child, at) : -1;
    // The text before the element has grown.
    if (previous === -1 || previous + 1 !== child || tree.end(previous) !== at) return -1;
    level.index--;
    const end = tree.kind(previous) === TEXT_NODE ? this.#readText(level, previous) : -1;
    level.index++;
    return end;
  }

  #noteList(change: ListChange | undefined): number {
    if (!change) return -1;
    this.instructions.push(change.instruction);
    this.#levels.shift = change.shift;
    return change.end;
  }

  #readText({ parent }: Level, node: number): number {
    const { tree } = this.#before;
    const levels = this.#levels;
    const traits = TRAITS[tree.id(parent)] as number;
    if (traits & (TABLE_CONTEXT | UNUSUAL) || tree.id(parent) === TEMPLATE || tree.bits(node) !== TEXT_NODE)
      return -1;
    // The pages differ right behind this text: the new one may end there.
    if (node === this.#lastText) return -1;
    this.#lastText = node;
    const start = tree.start(node) + levels.shift;
    const end = endOfText(levels.after, start);
    if (end <= start) return -1;
    const after = decodedText(levels.after.slice(start, end));
    const change = textChange(levels.note(node), tree.text(node), after);
    if (change) this.instructions.push(change);
    levels.shift = end - tree.end(node);
    return tree.end(node);
  }

  #readTag(node: number, at: number): number {
    const { tree } = this.#before;
    const levels = this.#levels;
    const found = compareStartTag(this.#before, node, at, this.#after, levels.shift);
    if (!found) return -1;
    const path = levels.note(node);
    if (found.changes.length > 0) this.instructions.push(['s', path, ...found.changes]);
    levels.shift = found.open - tree.open(node);
    return tree.open(node);
  }
}

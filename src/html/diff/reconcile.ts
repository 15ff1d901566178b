import type { Instruction, Path } from '../../protocol.js';
import { attributeChanges } from '../change/attribute-changes.js';
import { insertedHtml, omittedEndTags, removal } from '../change/child-changes.js';
import { movesToSort } from '../change/moves.js';
import { textChange } from '../change/text-change.js';
import { ComparedTree } from '../match/compared-tree.js';
import { type Matching, match } from '../match/match.js';
import type { OpenElements } from '../match/open-elements.js';
import {
  areEqual,
  ELEMENT,
  KIND,
  NOUPDATE,
  nodesBetween,
  OPAQUE,
  SEALED,
  SKIPPED,
  type Tree,
} from '../parse/tree.js';

/** A part of the new page that the client will not have: the `noupdate` element as it was stands there. */
export interface Splice {
  start: number;
  end: number;
  html: string;
}

/** Approximate bytes of an instruction on the wire without its strings. */
const INSTRUCTION_BYTES = 10;

/**
 * Finds the instructions that lead from one tree to another. An element's children are all compared before its
 * own list of children changes, so that each path is right at the time its instruction is applied.
 */
export class Reconciler {
  readonly instructions: Instruction[] = [];
  readonly splices: Splice[] = [];
  /** False if a change cannot be expressed by instructions. */
  possible = true;
  /** Approximate bytes of all instructions. */
  size = 0;
  /** True if an element that was not read from its start was paired with a different element. The result is then useless. */
  pairsUnreadElement = false;
  /** True if the source of an element that was not read from its start is sent. */
  sendsUnread = false;
  readonly #before: ComparedTree;
  readonly #after: ComparedTree;
  readonly #openElements: OpenElements | undefined;

  constructor(before: Tree, after: Tree, openElements?: OpenElements) {
    this.#before = new ComparedTree(before, openElements);
    this.#after = new ComparedTree(after, openElements);
    this.#openElements = openElements;
  }

  /** Whether children that were not read decide about partners. The result is then useless. */
  get asksForSkipped(): boolean {
    return this.#before.asksForSkipped || this.#after.asksForSkipped;
  }

  emit(instruction: Instruction): void {
    this.instructions.push(instruction);
    this.size += INSTRUCTION_BYTES + instruction[1].length * 3;
    for (const operand of instruction) this.size += typeof operand === 'string' ? operand.length : 2;
  }

  /** Compares two lists of children of the element at `path`. `offset` is the position of the first child. */
  diffChildren(path: Path, before: number[], after: number[], offset: number): void {
    let head = 0;
    let tail = 0;
    const least = Math.min(before.length, after.length);
    while (head < least && this.#areAlike(before[head] as number, after[head] as number)) head++;
    while (
      tail < least - head &&
      this.#areAlike(before.at(-1 - tail) as number, after.at(-1 - tail) as number)
    )
      tail++;
    if (head + tail === before.length && head + tail === after.length) return;
    const beforeNodes = before.slice(head, before.length - tail);
    const afterNodes = after.slice(head, after.length - tail);
    const matching = match(this.#before, beforeNodes, this.#after, afterNodes);
    beforeNodes.forEach((node, i) => {
      const partner = matching.partnersBefore[i] as number;
      const other = partner === -1 ? undefined : (afterNodes[partner] as number);
      if (other !== undefined && !this.#areEqual(node, other))
        this.diffNode([...path, offset + head + i], node, other);
    });
    this.#arrange(path, offset + head, matching);
  }

  /** Whether two children are equal, one of which may not have been read. */
  #areAlike(before: number, after: number): boolean {
    if (this.#areEqual(before, after)) return true;
    const isSkipped = this.#before.tree.kind(before) === SKIPPED || this.#after.tree.kind(after) === SKIPPED;
    if (isSkipped) this.#before.asksForSkipped = true;
    return false;
  }

  #areEqual(before: number, after: number): boolean {
    return areEqual(this.#before.tree, before, this.#after.tree, after);
  }

  /** Compares two nodes of one kind. */
  diffNode(path: Path, before: number, after: number): void {
    const { tree } = this.#before;
    const bits = tree.bits(before) | this.#after.tree.bits(after);
    if ((bits & KIND) !== ELEMENT) {
      const change = textChange(path, tree.text(before), this.#after.tree.text(after));
      if (change) this.emit(change);
    } else if (tree.bits(before) & NOUPDATE) this.#preserve(before, after);
    else if (bits & (OPAQUE | SEALED)) this.#morph(path, before, after);
    else if (this.#diffAttributes(path, before, after)) {
      this.#diffContent(path, before, after);
    } else this.#replace(path, after);
  }

  /** The unread content of an open element is equal only in that same element of the other page. */
  #diffContent(path: Path, before: number, after: number): void {
    const unread = this.#openElements?.unreadChildren(before) ?? 0;
    if (before !== after && (unread > 0 || this.#openElements?.unreadChildren(after)))
      this.pairsUnreadElement = true;
    else
      this.diffChildren(
        path,
        childrenOf(this.#before.tree, before),
        childrenOf(this.#after.tree, after),
        unread,
      );
  }

  /** The new page as the client has it afterwards. */
  splice(html: string): string {
    let result = '';
    let at = 0;
    for (const { start, end, html: kept } of this.splices.sort((a, b) => a.start - b.start)) {
      result += html.slice(at, start) + kept;
      at = end;
    }
    return at === 0 ? html : result + html.slice(at);
  }

  #preserve(before: number, after: number): void {
    const { tree } = this.#before;
    const html = tree.source(before) + omittedEndTags(tree, before);
    this.splices.push({ start: this.#after.tree.start(after), end: this.#after.tree.end(after), html });
  }

  /** Sends the element whole. `<html>`, `<head>` and `<body>` can only be parsed with the page around them. */
  #morph(path: Path, before: number, after: number): void {
    if (this.#before.tree.source(before) === this.#after.tree.source(after)) return;
    this.sendsUnread ||= this.#after.isOpen(after);
    if (path.length > 1 || !/^(?:html|head|body)$/.test(this.#after.tree.name(after))) {
      this.emit(['h', path, this.#after.tree.source(after)]);
    } else this.possible = false;
  }

  #replace(path: Path, after: number): void {
    if (path.length < 2) this.possible = false;
    const parent = path.slice(0, -1);
    const index = path.at(-1) ?? 0;
    this.emit(['r', parent, index]);
    this.#insert(parent, index, after, after);
  }

  /** Returns false if an attribute has a name that `setAttribute` refuses. */
  #diffAttributes(path: Path, before: number, after: number): boolean {
    const changes = attributeChanges(this.#before.tree, before, this.#after.tree, after);
    if (changes && changes.length > 0) this.emit(['s', path, ...changes]);
    return changes !== undefined;
  }

  /** Removes, moves and inserts children. `offset` is the position of the first child. */
  #arrange(path: Path, offset: number, matching: Matching): void {
    const { partnersBefore, partnersAfter, afterNodes } = matching;
    for (let end = partnersBefore.length; end > 0; ) {
      let start = end;
      while (start > 0 && partnersBefore[start - 1] === -1) start--;
      if (start < end) this.emit(removal(path, offset + start, end - start));
      end = start === end ? end - 1 : start;
    }
    this.#move(path, offset, matching);
    for (let start = 0; start < partnersAfter.length; start++) {
      if (partnersAfter[start] !== -1) continue;
      let last = start;
      while (partnersAfter[last + 1] === -1) last++;
      this.#insert(path, offset + start, afterNodes[start] as number, afterNodes[last] as number);
      start = last;
    }
  }

  #move(path: Path, offset: number, { partnersBefore, partnersAfter }: Matching): void {
    const order = partnersBefore.filter((partner) => partner !== -1);
    if (order.every((partner, i) => i === 0 || partner > (order[i - 1] as number))) return;
    const ranks = new Int32Array(partnersAfter.length);
    let kept = 0;
    partnersAfter.forEach((partner, i) => {
      if (partner !== -1) ranks[i] = kept++;
    });
    const moves = movesToSort(order.map((partner) => ranks[partner] as number));
    if (moves.length > 0) this.emit(['m', path, ...moves.map((position) => position + offset)]);
  }

  /** Inserts a run of nodes. Nothing can be parsed as a child of `<html>`. */
  #insert(path: Path, index: number, first: number, last: number): void {
    const { tree } = this.#after;
    if (path.length === 0) this.possible = false;
    this.sendsUnread ||= this.#after.isOpen(first);
    this.emit(['i', path, index, insertedHtml(tree, first, last)]);
  }
}

export function childrenOf(tree: Tree, node: number): number[] {
  return nodesBetween(tree, node + 1, tree.next(node));
}

import type { Instruction, Path } from '../../protocol.js';
import { readAttributes } from '../parse/attributes.js';
import { mathAttribute, svgAttribute } from '../parse/svg-names.js';
import {
  areEqual,
  ELEMENT,
  IMPLIED,
  KIND,
  MATHML,
  NOUPDATE,
  OPAQUE,
  SEALED,
  SVG,
  type Tree,
} from '../parse/tree.js';
import { Side } from './compared-tree.js';
import { type Matching, match } from './match.js';
import { movesToSort } from './moves.js';
import type { Opening } from './open-elements.js';
import { textChange } from './text-change.js';

/** A part of the page now that the client will not have: the `noupdate` element as it was stands there. */
export interface Splice {
  start: number;
  end: number;
  html: string;
}

/** What `setAttribute` takes in every browser. */
const PLAIN_NAME = /^[a-zA-Z_:][\w:.-]*$/;

/** Elements whose end tag may be left out at the end of what is inserted (HTML standard, 13.1.2.4). */
const ENDS_BY_ITSELF = /^<\/(?:li|dt|dd|p|rt|rp|optgroup|option|thead|tbody|tfoot|tr|td|th)>$/;

/** What an instruction takes on the wire beside its strings, about. */
const INSTRUCTION_BYTES = 10;

/**
 * Finds the instructions that lead from one tree to another. An element's children are all done before
 * its own list of children changes, so that each path holds as the shadow stands by then.
 */
export class Reconciler {
  readonly instructions: Instruction[] = [];
  readonly splices: Splice[] = [];
  /** False when no instruction can say it. */
  possible = true;
  /** About how many bytes the instructions take. */
  size = 0;
  /** An element that was not read from its start was paired with another one: the result is of no use. */
  crosses = false;
  readonly #before: Side;
  readonly #now: Side;
  readonly #opening: Opening | undefined;

  constructor(before: Tree, now: Tree, opening?: Opening) {
    this.#before = new Side(before, opening);
    this.#now = new Side(now, opening);
    this.#opening = opening;
  }

  #say(instruction: Instruction): void {
    this.instructions.push(instruction);
    this.size += INSTRUCTION_BYTES + instruction[1].length * 3;
    for (const operand of instruction) this.size += typeof operand === 'string' ? operand.length : 2;
  }

  /** Compares two lists of children of the element at `path`, whose first stands at `offset`. */
  children(path: Path, before: number[], now: number[], offset: number): void {
    let head = 0;
    let tail = 0;
    const least = Math.min(before.length, now.length);
    while (head < least && this.#areEqual(before[head] as number, now[head] as number)) head++;
    while (tail < least - head && this.#areEqual(before.at(-1 - tail) as number, now.at(-1 - tail) as number))
      tail++;
    if (head + tail === before.length && head + tail === now.length) return;
    const beforeNodes = before.slice(head, before.length - tail);
    const nowNodes = now.slice(head, now.length - tail);
    const matching = match(this.#before, beforeNodes, this.#now, nowNodes);
    beforeNodes.forEach((node, i) => {
      const partner = matching.partnersBefore[i] as number;
      if (partner !== -1) this.pair([...path, offset + head + i], node, nowNodes[partner] as number);
    });
    this.#arrange(path, offset + head, matching);
  }

  #areEqual(before: number, now: number): boolean {
    return areEqual(this.#before.tree, before, this.#now.tree, now);
  }

  /** Compares two nodes of one kind. */
  pair(path: Path, before: number, now: number): void {
    const { tree } = this.#before;
    const bits = tree.bits(before) | this.#now.tree.bits(now);
    if (this.#areEqual(before, now)) return;
    if ((bits & KIND) !== ELEMENT) {
      const change = textChange(path, tree.text(before), this.#now.tree.text(now));
      if (change) this.#say(change);
    } else if (tree.bits(before) & NOUPDATE) this.#keep(before, now);
    else if (bits & (OPAQUE | SEALED)) this.#morph(path, before, now);
    else if (this.#attributes(path, before, now)) {
      this.#content(path, before, now);
    } else this.#replace(path, now);
  }

  /** What of an element's content was not read is the same only in the element that is open at that place. */
  #content(path: Path, before: number, now: number): void {
    const skipped = this.#opening?.skipped(before) ?? 0;
    if (before !== now && (skipped > 0 || this.#opening?.skipped(now))) this.crosses = true;
    else this.children(path, childrenOf(this.#before.tree, before), childrenOf(this.#now.tree, now), skipped);
  }

  /** The page now as the client will have it. */
  splice(html: string): string {
    let result = '';
    let at = 0;
    for (const { start, end, html: kept } of this.splices.sort((a, b) => a.start - b.start)) {
      result += html.slice(at, start) + kept;
      at = end;
    }
    return at === 0 ? html : result + html.slice(at);
  }

  #keep(before: number, now: number): void {
    const { tree } = this.#before;
    const endTag = tree.close(before) === tree.end(before) && tree.close(before) > tree.open(before);
    const html = endTag ? `${tree.source(before)}</${tree.name(before)}>` : tree.source(before);
    this.splices.push({ start: this.#now.tree.start(now), end: this.#now.tree.end(now), html });
  }

  /** `<html>`, `<head>` and `<body>` can only be parsed with the page around them. */
  #morph(path: Path, before: number, now: number): void {
    if (this.#before.tree.source(before) === this.#now.tree.source(now)) return;
    if (path.length > 1 || !/^(?:html|head|body)$/.test(this.#now.tree.name(now))) {
      this.#say(['h', path, this.#now.tree.source(now)]);
    } else this.possible = false;
  }

  #replace(path: Path, now: number): void {
    if (path.length < 2) this.possible = false;
    const parent = path.slice(0, -1);
    const index = path.at(-1) ?? 0;
    this.#say(['r', parent, index]);
    this.#insert(parent, index, now, now);
  }

  /** False when an attribute has a name that `setAttribute` refuses. */
  #attributes(path: Path, before: number, now: number): boolean {
    const { tree } = this.#now;
    if (this.#before.tree.startTag(before) === tree.startTag(now)) return true;
    const old = attributesOf(this.#before.tree, before);
    const changes: (string | null)[] = [];
    for (const [name, value] of attributesOf(tree, now)) {
      if (old.get(name) !== value) {
        if (!PLAIN_NAME.test(name)) return false;
        changes.push(domName(tree.bits(now), name), value);
      }
      old.delete(name);
    }
    for (const name of old.keys()) changes.push(domName(tree.bits(now), name), null);
    if (changes.length > 0) this.#say(['s', path, ...changes]);
    return true;
  }

  /** Removes, moves and inserts children, the first of which stands at `offset`. */
  #arrange(path: Path, offset: number, matching: Matching): void {
    const { partnersBefore, partnersNow, nowNodes } = matching;
    for (let end = partnersBefore.length; end > 0; ) {
      let start = end;
      while (start > 0 && partnersBefore[start - 1] === -1) start--;
      if (end - start === 1) this.#say(['r', path, offset + start]);
      else if (start < end) this.#say(['r', path, offset + start, end - start]);
      end = start === end ? end - 1 : start;
    }
    this.#move(path, offset, matching);
    for (let start = 0; start < partnersNow.length; start++) {
      if (partnersNow[start] !== -1) continue;
      let last = start;
      while (partnersNow[last + 1] === -1) last++;
      this.#insert(path, offset + start, nowNodes[start] as number, nowNodes[last] as number);
      start = last;
    }
  }

  #move(path: Path, offset: number, { partnersBefore, partnersNow }: Matching): void {
    const order = partnersBefore.filter((partner) => partner !== -1);
    if (order.every((partner, i) => i === 0 || partner > (order[i - 1] as number))) return;
    const ranks = new Int32Array(partnersNow.length);
    let kept = 0;
    partnersNow.forEach((partner, i) => {
      if (partner !== -1) ranks[i] = kept++;
    });
    const moves = movesToSort(order.map((partner) => ranks[partner] as number));
    if (moves.length > 0) this.#say(['m', path, ...moves.map((place) => place + offset)]);
  }

  /** Nothing can be parsed as a child of `<html>`. */
  #insert(path: Path, index: number, first: number, last: number): void {
    const { tree } = this.#now;
    if (path.length === 0) this.possible = false;
    const html = tree.html.slice(tree.start(first), tree.end(last));
    // What looks like a tag at the end of a text, as in a <title>, is text.
    const endsWithTag = tree.kind(last) === ELEMENT;
    this.#say(['i', path, index, endsWithTag ? withoutLastEndTags(html) : html]);
  }
}

export function childrenOf(tree: Tree, node: number): number[] {
  return nodesBetween(tree, node + 1, tree.next(node));
}

/** The nodes of one list of children, from the first to where the list ends. */
export function nodesBetween(tree: Tree, first: number, end: number): number[] {
  const nodes: number[] = [];
  for (let node = first; node < end; node = tree.next(node)) nodes.push(node);
  return nodes;
}

function withoutLastEndTags(html: string): string {
  let end = html.length;
  for (;;) {
    const tag = html.lastIndexOf('</', end - 1);
    if (tag === -1 || !ENDS_BY_ITSELF.test(html.slice(tag, end))) return html.slice(0, end);
    end = tag;
  }
}

function attributesOf(tree: Tree, node: number): Map<string, string> {
  if (tree.bits(node) & IMPLIED) return new Map();
  const attributes = readAttributes(tree.html, tree.nameEnd(node));
  // The browser hides a nonce; it means nothing once the page has been loaded.
  attributes.delete('nonce');
  return attributes;
}

function domName(bits: number, name: string): string {
  if (bits & SVG) return svgAttribute(name);
  return bits & MATHML ? mathAttribute(name) : name;
}

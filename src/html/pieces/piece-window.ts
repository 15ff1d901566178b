import type { Region } from '../diff/changed-region.js';
import {
  type Checkpoint,
  type Checkpoints,
  checkpointOf,
  type KeptPart,
  moveCheckpoint,
  openElementsOf,
  positionOf,
} from '../diff/checkpoints.js';
import { LOOKAHEAD, type OuterContent } from '../match/open-elements.js';
import type { Builder } from '../parse/builder.js';
import { START_TAG, Tokenizer } from '../parse/tokenizer.js';
import { FOREIGN_ELEMENT, IMPLIED, type Tree, UNREAD } from '../parse/tree.js';
import { commonEnds, type HtmlPieces } from './html-pieces.js';

/** Characters that are read behind the difference, and of the content of an element around it. Most regions end there. */
export const CONTEXT = 4096;
/** Characters in which the start tag of an open element is looked for first. */
const TAG_LENGTH = 256;
/** The most elements around a window, and characters of their start tags. Each is read with all of these tags. */
const MAX_OUTER = 50;
const MAX_TAGS_LENGTH = 16_384;

/** An element that is open where a window begins. */
interface OuterElement {
  /** The start of its start tag in the page and in the window. */
  start: number;
  at: number;
  /** Empty for an implied element. */
  tag: string;
  bits: number;
}

/**
 * The part of two pages around their difference, as two short pages: the start tags of the elements that are open at
 * a checkpoint, then the text from there on.
 */
export class PieceWindow {
  readonly before: string;
  readonly after: string;
  /** The checkpoint at the end of the start tags, and those behind it. */
  readonly checkpoints: Checkpoints;
  readonly #page: HtmlPieces;
  readonly #outer: OuterElement[];
  readonly #tags: string;
  /** The position in the page that follows the start tags. */
  readonly #from: number;
  /** The pages go on behind the window. */
  readonly #isCut: boolean;
  readonly #context: number;
  /** The number of outer elements that are open at the difference. */
  #openCount = 0;

  private constructor(
    before: HtmlPieces,
    after: HtmlPieces,
    checkpoints: Checkpoints,
    start: Checkpoint,
    outer: OuterElement[],
    suffix: number,
    context: number,
  ) {
    const rest = Math.max(0, suffix - context);
    this.#context = context;
    this.#page = before;
    this.#outer = outer;
    this.#tags = outer.map(({ tag }) => tag).join('');
    this.#from = positionOf(start);
    this.#isCut = rest > 0;
    this.before = this.#tags + before.slice(this.#from, before.length - rest);
    this.after = this.#tags + after.slice(this.#from, after.length - rest);
    this.checkpoints = checkpoints.part(start, before.length - rest, (checkpoint) =>
      this.#fromPage(checkpoint),
    );
  }

  #fromPage(checkpoint: Checkpoint): Checkpoint {
    const shift = this.#tags.length - this.#from;
    const starts = openElementsOf(checkpoint).map(({ start }, index) =>
      start < this.#from ? (this.#outer[index] as OuterElement).at : start + shift,
    );
    return moveCheckpoint(checkpoint, positionOf(checkpoint) + shift, starts);
  }

  /** Returns undefined without a checkpoint before the difference, and where the start tags would take too long to read. */
  static around(
    before: HtmlPieces,
    after: HtmlPieces,
    checkpoints: Checkpoints,
    context: number,
  ): PieceWindow | undefined {
    const { prefix, suffix } = commonEnds(before, after);
    const start = checkpoints.upTo(prefix - LOOKAHEAD);
    const outer = start && outerElements(before, start);
    return outer && new PieceWindow(before, after, checkpoints, start, outer, suffix, context);
  }

  /**
   * Marks the outer elements of a region. Returns false if the window does not have all that is compared: the text is
   * needed up to the token behind the region, a child that is read from its start must begin here, and no other element
   * may equal a child that begins before.
   */
  admit({ before, after, openElements, depth: parentDepth, to, inStep }: Region): boolean {
    const { parser, depth } = openElements;
    if (this.#isCut && this.before.length - to < LOOKAHEAD) return false;
    this.#openCount = this.#countOpen(parser);
    for (let node = 0; node < this.#openCount; node++) {
      const isImplied = (parser.openBits(node) & IMPLIED) !== 0;
      if (node >= depth || (node >= parentDepth && isImplied)) return false;
      const isChild = node >= parentDepth && !inStep;
      if (isChild && this.#mayRepeat(node, before, after, depth)) return false;
      before.mark(node, UNREAD);
      after.mark(node, UNREAD);
    }
    return true;
  }

  /** The number of outer elements that are open at a parser's place. An implied one begins where the start tags end. */
  #countOpen(parser: Builder): number {
    const isOpen = ({ tag, bits }: OuterElement, node: number) =>
      node < parser.depth &&
      (parser.openStart(node) < this.#tags.length ||
        (tag === '' && parser.openStart(node) === this.#tags.length && parser.openBits(node) === bits));
    const count = this.#outer.findIndex((outer, node) => !isOpen(outer, node));
    return count === -1 ? this.#outer.length : count;
  }

  /** Whether an element that was read whole may equal one that begins before the window. `first` is the first node that is not open. */
  #mayRepeat(node: number, before: Tree, after: Tree, first: number): boolean {
    const start = (this.#outer[node] as OuterElement).start;
    return [before, after].some((tree) => {
      const length = this.toPage(tree.end(node)) - start;
      const text = tree.html.slice(this.#tags.length, tree.end(node));
      return hasElement(before, first, length, text) || hasElement(after, first, length, text);
    });
  }

  /** See `ReadOuter`. */
  readonly readOuter = (start: number, end: number): OuterContent | undefined => {
    if (start >= this.#tags.length) return undefined;
    const outer = this.#outer.findLast(({ at }) => at === start) as OuterElement;
    const from = outer.start + outer.tag.length;
    const to = this.toPage(end);
    const html = this.#tags + this.#page.slice(from, Math.min(to, from + this.#context));
    return { html, at: this.#tags.length, isCut: to - from > this.#context };
  };

  /** The position in the page before of a position in the window's text. */
  toPage(position: number): number {
    const outer = this.#outer.findLast(({ at, tag }) => at === position && tag !== '');
    return outer ? outer.start : position - this.#tags.length + this.#from;
  }

  /** The checkpoint of the page at the place of a parser in the window. */
  checkpointOf(parser: Builder): Checkpoint | undefined {
    const checkpoint = checkpointOf(parser);
    if (!checkpoint) return undefined;
    const starts = openElementsOf(checkpoint).map(({ start }) => start);
    return moveCheckpoint(checkpoint, this.toPage(parser.at), this.#startsInPage(starts));
  }

  /** The same part in the pages. */
  partInPage(part: KeptPart): KeptPart {
    const starts = this.#startsInPage(part.starts);
    return { ...part, from: this.toPage(part.from), to: this.toPage(part.to), starts };
  }

  /** The starts of open elements, from the outermost one on. */
  #startsInPage(starts: number[]): number[] {
    return starts.map((start, index) =>
      index < this.#openCount && start <= this.#tags.length
        ? (this.#outer[index] as OuterElement).start
        : this.toPage(start),
    );
  }
}

/** Whether an element of a tree has a length and ends with a text. */
function hasElement(tree: Tree, first: number, length: number, text: string): boolean {
  for (let node = first; node < tree.size; node++) {
    const end = tree.end(node);
    if (end - tree.start(node) === length && tree.html.endsWith(text, end)) return true;
  }
  return false;
}

/** Returns undefined if there are too many, or too long ones. */
function outerElements(page: HtmlPieces, checkpoint: Checkpoint): OuterElement[] | undefined {
  const open = openElementsOf(checkpoint);
  if (open.length > MAX_OUTER) return undefined;
  let at = 0;
  const outer = open.map(({ start, bits }) => {
    const tag = bits & IMPLIED ? '' : tagAt(page, start, (bits & FOREIGN_ELEMENT) !== 0);
    const element = { start, at, tag, bits };
    at += tag.length;
    return element;
  });
  return at <= MAX_TAGS_LENGTH ? outer : undefined;
}

/** Reads the start tag at a position. */
function tagAt(page: HtmlPieces, at: number, isForeign: boolean): string {
  for (let length = TAG_LENGTH; ; length *= 4) {
    const text = page.slice(at, at + length);
    const token = new Tokenizer(text);
    token.read(0, isForeign, -1);
    if (token.kind === START_TAG || text.length < length) return text.slice(0, token.open);
  }
}

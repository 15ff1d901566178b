import { type Builder, IN_BODY } from '../parse/builder.js';
import { FOREIGN, OPEN_TEMPLATE } from '../parse/elements.js';
import { consume } from '../parse/parse.js';
import { START_TAG } from '../parse/tokenizer.js';
import { ELEMENT, FOREIGN_ELEMENT, KIND, SKIPPED, type Tree } from '../parse/tree.js';
import type { KeptPart } from './checkpoints.js';
import type { Skip } from './skipped-children.js';

/** The most characters that are compared in vain, per character of the page: a difference lies in all elements around it. */
const MAX_COMPARED = 4;

/** No node of the page before is at the parser's place. */
const NONE = -1;

/**
 * Copies the elements that a page repeats from the page before, which takes a fraction of the time of parsing them. The
 * parser makes the same nodes of the same source, if the elements around are the same. So this follows, from the same
 * open elements on, which node of the page before stands among elements of the same kinds. Where that is unknown, or
 * anything in the page before is uncertain, it parses.
 */
export class RepeatedElements {
  readonly #tree: Tree | undefined;
  /** For each open element, the end of its children in the page before. */
  readonly #ends: number[] = [];
  /** The node of the page before at the parser's place. */
  #node = NONE;
  /** Characters that may still be compared in vain. */
  #left = 0;
  /** The number of skips that the parser has passed. */
  #passed = 0;
  /** The parts of the page that were skipped in both pages. */
  readonly kept: KeptPart[] = [];

  /**
   * @param before has read the page before
   * @param depth the number of elements that were open where both pages began
   * @param skips the children of the page before that were not read
   */
  constructor(
    private readonly before: Builder,
    depth: number,
    private readonly skips: Skip[] = [],
  ) {
    const { tree, floor } = before;
    if (!tree || before.opaqueDepth !== Number.POSITIVE_INFINITY) return;
    this.#tree = tree;
    for (let index = 0; index < depth; index++) this.#ends.push(index < floor ? tree.size : tree.next(index));
    this.#node = depth;
    this.#left = MAX_COMPARED * tree.html.length;
  }

  /** Whether all children that were skipped in the page before are at the same places of this page. */
  get hasAllSkips(): boolean {
    return this.#passed === this.skips.length;
  }

  /** Consumes the token that was read, with the whole element that it begins if that is repeated. */
  consume(builder: Builder): void {
    const tree = this.#tree;
    if (!tree) return consume(builder);
    this.#align(tree, builder);
    if (mayRepeat(builder) && this.#isRepeated(tree, builder)) {
      // Most of the elements behind it are repeated too.
      do {
        this.#copy(tree, builder);
        this.#align(tree, builder);
      } while (this.#isRepeated(tree, builder));
      return;
    }
    const { depth, floor } = builder;
    const size = builder.tree?.size;
    builder.floor = depth;
    consume(builder);
    const kept = builder.floor;
    builder.floor = Math.min(floor, kept);
    if (kept < depth) this.#node = this.#ends[kept] as number;
    if (builder.depth > kept)
      for (let index = kept; index < builder.depth; index++) this.#enter(tree, builder, index);
    else if (builder.tree?.size !== size && this.#isKnown(builder.depth)) this.#node = tree.next(this.#node);
  }

  /** Finds the place of skipped children, which need not have the same number of children before them in both pages. */
  #align(tree: Tree, builder: Builder): void {
    const skip = this.skips[this.#passed];
    if (!skip || builder.at !== skip.at + skip.shift || builder.depth !== skip.starts.length) return;
    if (this.#ends[builder.depth - 1] === this.#endOf(tree, skip.parent)) this.#node = skip.node;
  }

  #copy(tree: Tree, builder: Builder): void {
    const node = this.#node;
    const skip = this.skips[this.#passed];
    if (skip?.node === node) this.kept.push(keptPart(skip, builder));
    builder.copy(tree, node);
    this.#node = tree.behind(node);
    while ((this.skips[this.#passed]?.node ?? this.#node) < this.#node) this.#passed++;
  }

  /** The end of a node's children in the page before, which may not have been read up to its end. */
  #endOf(tree: Tree, node: number): number {
    const { before } = this;
    for (let index = before.depth - 1; index >= 0 && before.openNode(index) >= node; index--)
      if (before.openNode(index) === node) return tree.size;
    return tree.next(node);
  }

  /** Whether the node of the page before is a child of the innermost of `depth` open elements. */
  #isKnown(depth: number): boolean {
    return this.#node !== NONE && this.#node < (this.#ends[depth - 1] as number);
  }

  /** The element at `index` was opened. */
  #enter(tree: Tree, builder: Builder, index: number): void {
    const node = this.#node;
    const isKnown = this.#isKnown(index);
    this.#ends[index] = isKnown ? this.#endOf(tree, node) : NONE;
    const bits = builder.openBits(index);
    // Foreign elements share a number, and their names decide about their content.
    const isSame = isKnown && tree.bits(node) === bits && (bits & FOREIGN_ELEMENT) === 0;
    this.#node = isSame ? node + 1 : NONE;
  }

  /** Whether the element of the page before stands at the parser's place too. */
  #isRepeated(tree: Tree, { html, at, depth }: Builder): boolean {
    if (!this.#isKnown(depth)) return false;
    const node = this.#node;
    const kind = tree.bits(node) & KIND;
    // Without an end tag, an element is incomplete, or its end depends on the markup behind it.
    if (kind !== SKIPPED && (kind !== ELEMENT || tree.close(node) === tree.end(node))) return false;
    const end = kind === SKIPPED ? tree.close(node) : tree.end(node);
    const length = end - tree.start(node);
    if (this.#left < length) return false;
    if (html.slice(at, at + length) === tree.html.slice(tree.start(node), end)) return true;
    this.#left -= length;
    return false;
  }
}

/** The checkpoints among skipped children, as they are in the page that a builder reads. */
function keptPart({ at, last, starts, counts }: Skip, builder: Builder): KeptPart {
  return {
    from: at,
    to: last,
    length: builder.at - at,
    starts: starts.map((_, index) => builder.openStart(index)),
    children: counts.map((count, index) => builder.childCount(index) - count),
  };
}

/** Whether the parser is at an element whose nodes depend on nothing but its source and the elements around it. */
function mayRepeat({ token, mask, mode, opaqueDepth }: Builder): boolean {
  if (token.kind !== START_TAG || mode !== IN_BODY || mask & (FOREIGN | OPEN_TEMPLATE)) return false;
  return opaqueDepth === Number.POSITIVE_INFINITY;
}

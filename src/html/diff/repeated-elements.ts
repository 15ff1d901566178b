import { type Builder, IN_BODY } from '../parse/builder.js';
import { FOREIGN, OPEN_TEMPLATE } from '../parse/elements.js';
import { consume } from '../parse/parse.js';
import { START_TAG } from '../parse/tokenizer.js';
import { ELEMENT, FOREIGN_ELEMENT, KIND, type Tree } from '../parse/tree.js';

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

  /**
   * @param before has read the page before
   * @param depth the number of elements that were open where both pages began
   */
  constructor(before: Builder, depth: number) {
    const { tree, floor } = before;
    if (!tree || before.opaqueDepth !== Number.POSITIVE_INFINITY) return;
    this.#tree = tree;
    for (let index = 0; index < depth; index++) this.#ends.push(index < floor ? tree.size : tree.next(index));
    this.#node = depth;
    this.#left = MAX_COMPARED * tree.html.length;
  }

  /** Consumes the token that was read, with the whole element that it begins if that is repeated. */
  consume(builder: Builder): void {
    const tree = this.#tree;
    if (!tree) return consume(builder);
    if (mayRepeat(builder) && this.#isRepeated(tree, builder)) {
      // Most of the elements behind it are repeated too.
      do {
        builder.copy(tree, this.#node);
        this.#node = tree.next(this.#node);
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

  /** Whether the node of the page before is a child of the innermost of `depth` open elements. */
  #isKnown(depth: number): boolean {
    return this.#node !== NONE && this.#node < (this.#ends[depth - 1] as number);
  }

  /** The element at `index` was opened. */
  #enter(tree: Tree, builder: Builder, index: number): void {
    const node = this.#node;
    const isKnown = this.#isKnown(index);
    this.#ends[index] = isKnown ? tree.next(node) : NONE;
    const bits = builder.openBits(index);
    // Foreign elements share a number, and their names decide about their content.
    const isSame = isKnown && tree.bits(node) === bits && (bits & FOREIGN_ELEMENT) === 0;
    this.#node = isSame ? node + 1 : NONE;
  }

  /** Whether the element of the page before stands at the parser's place too. */
  #isRepeated(tree: Tree, { html, at, depth }: Builder): boolean {
    if (!this.#isKnown(depth)) return false;
    const node = this.#node;
    // Without an end tag, an element is incomplete, or its end depends on the markup behind it.
    if ((tree.bits(node) & KIND) !== ELEMENT || tree.close(node) === tree.end(node)) return false;
    const length = tree.end(node) - tree.start(node);
    if (this.#left < length) return false;
    if (html.slice(at, at + length) === tree.source(node)) return true;
    this.#left -= length;
    return false;
  }
}

/** Whether the parser is at an element whose nodes depend on nothing but its source and the elements around it. */
function mayRepeat({ token, mask, mode, opaqueDepth }: Builder): boolean {
  if (token.kind !== START_TAG || mode !== IN_BODY || mask & (FOREIGN | OPEN_TEMPLATE)) return false;
  return opaqueDepth === Number.POSITIVE_INFINITY;
}

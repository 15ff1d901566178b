import { isAnonymous, rowKey, sampleOf } from '../match/child-keys.js';
import type { ComparedTree } from '../match/compared-tree.js';
import { isStateful } from '../match/row-content.js';
import { areSkipped } from '../match/skipped-pairs.js';
import { areEqual, nodesBetween } from '../parse/tree.js';

type KeyOf = (html: string, start: number, end: number) => string | number;

/** Up to this many changed children are compared with each other. */
const MAX_PAIRWISE = 8;

/** The children of one element that differ from the child at the same place of the new page. */
export class ChangedChildren {
  readonly #nodes: number[] = [];
  /** Their starts and ends in the new page. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor(
    readonly before: ComparedTree,
    readonly after: string,
  ) {}

  /** @param shift from the page before to the new page, at the start of the node */
  add(node: number, shift: number): void {
    if (this.#nodes.at(-1) === node) return;
    this.close(shift);
    this.#nodes.push(node);
    this.#starts.push(this.before.tree.start(node) + shift);
  }

  /** @param shift behind the last child that was added */
  close(shift: number): void {
    const last = this.#nodes.at(-1);
    if (last !== undefined && this.#ends.length < this.#nodes.length)
      this.#ends.push(this.before.tree.end(last) + shift);
  }

  /** The children, each with its start in the new page. */
  get list(): { node: number; start: number }[] {
    return this.#nodes.map((node, index) => ({ node, start: this.#starts[index] as number }));
  }

  /** The start in the new page of the last child, if it is `node`. */
  startAfter(node: number): number | undefined {
    return this.#nodes.at(-1) === node ? this.#starts.at(-1) : undefined;
  }

  /** The children without an id between them that are equal in both pages. */
  #unchanged(): number[] {
    const nodes = this.#nodes;
    let changed = 0;
    return nodesBetween(this.before.tree, nodes[0] as number, nodes.at(-1) as number).filter((node) => {
      if (node !== nodes[changed]) return isAnonymous(this.before, node);
      changed++;
      return false;
    });
  }

  /** Whether a child between them that was not read may have the content that one had before, or has now. */
  #areSkipped(): boolean {
    const { tree } = this.before;
    if (!tree.hasSkipped) return false;
    const nodes = this.#nodes;
    const between = nodesBetween(tree, nodes[0] as number, nodes.at(-1) as number);
    const sources = nodes.map((node) => tree.source(node));
    const sourcesAfter = nodes.map((_, i) => this.after.slice(this.#starts[i], this.#ends[i]));
    return areSkipped(new Set([...sources, ...sourcesAfter]), tree, between);
  }

  /**
   * Whether `match` would pair each child with the child at its own place. All of them must have kept id and name.
   *
   * @param changesNames ids or names inside came or went
   */
  stayInPlace(changesNames: boolean): boolean {
    const { before } = this;
    const anonymous = this.#nodes.filter((node) => isAnonymous(before, node));
    if (anonymous.length === 0) return true;
    const isCut = anonymous.some((node) => before.isCut(node));
    // Elements of one tag may be paired by the first name inside, by parts of their content, or by all of it.
    if (this.#haveTwins(anonymous)) {
      if (changesNames || isCut || anonymous.some((node) => isStateful(before, node))) return false;
    }
    if (isCut && this.#isLikeCut(anonymous)) return false;
    return !this.#isContentElsewhere() && !this.#areSkipped();
  }

  #haveTwins(nodes: number[]): boolean {
    if (nodes.length === 1) return false;
    const tags = nodes.map((node) => rowKey(this.before, node)).filter((tag) => tag !== undefined);
    return new Set(tags).size < tags.length;
  }

  /** Whether a child that is equal in both pages has the tag of a changed one whose content is not known. */
  #isLikeCut(anonymous: number[]): boolean {
    const { before } = this;
    if (before.tree.hasSkipped) return true;
    const tags = new Set(anonymous.filter((node) => before.isCut(node)).map((node) => rowKey(before, node)));
    return this.#unchanged().some((node) => tags.has(rowKey(before, node)));
  }

  /** Whether other children have the content that one had before, or has now. */
  #isContentElsewhere(): boolean {
    if (this.#nodes.length <= MAX_PAIRWISE) return this.#isEachElsewhere();
    // Most samples differ.
    return this.#overlaps(sampleOf) && this.#overlaps((html, start, end) => html.slice(start, end));
  }

  #isEachElsewhere(): boolean {
    const nodes = this.#nodes;
    for (let i = 0; i < nodes.length; i++)
      for (let j = 0; j < nodes.length; j++)
        if (i !== j && this.#hasBecome(nodes[i] as number, j)) return true;
    return this.#unchanged().some((node) => this.#isAnywhere(node));
  }

  /** Whether a changed child had, or has now, the content of a child that is equal in both pages. */
  #isAnywhere(node: number): boolean {
    const { tree } = this.before;
    return this.#nodes.some(
      (other, index) => areEqual(tree, node, tree, other) || this.#hasBecome(node, index),
    );
  }

  /** Whether the changed child at `index` has now the content that a child had before. */
  #hasBecome(node: number, index: number): boolean {
    const { tree } = this.before;
    const [start, end] = [this.#starts[index] as number, this.#ends[index] as number];
    if (end - start !== tree.end(node) - tree.start(node)) return false;
    return this.after.slice(start, end) === tree.source(node);
  }

  #overlaps(keyOf: KeyOf): boolean {
    const { tree } = this.before;
    const nodes = this.#nodes;
    const keyOfNode = (node: number) => keyOf(tree.html, tree.start(node), tree.end(node));
    const keys = new Set(nodes.map(keyOfNode));
    const keysAfter = nodes.map((_, i) =>
      keyOf(this.after, this.#starts[i] as number, this.#ends[i] as number),
    );
    if (keysAfter.some((key) => keys.has(key))) return true;
    for (const key of keysAfter) keys.add(key);
    return this.#unchanged().some((node) => keys.has(keyOfNode(node)));
  }
}

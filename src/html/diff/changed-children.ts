import { isAnonymous, sampleOf } from './child-keys.js';
import type { ComparedTree } from './compared-tree.js';
import { nodesBetween } from './reconcile.js';
import { isStateful } from './row-content.js';
import { areSkipped } from './skipped-pairs.js';

type KeyOf = (html: string, start: number, end: number) => string | number;

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

  /** Whether `match` would pair each child with the child at its own place. All of them must have kept id and name. */
  stayInPlace(): boolean {
    const anonymous = this.#nodes.filter((node) => isAnonymous(this.before, node));
    if (anonymous.length === 0) return true;
    const { before } = this;
    const isCertain = (node: number) => !isStateful(before, node) && !before.isCut(node);
    return anonymous.every(isCertain) && !this.#isContentElsewhere() && !this.#areSkipped();
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

  /** Whether other children have the content that one had before, or has now. Most samples differ. */
  #isContentElsewhere(): boolean {
    return this.#overlaps(sampleOf) && this.#overlaps((html, start, end) => html.slice(start, end));
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
    const last = nodes.at(-1) as number;
    let changed = 0;
    for (let node = nodes[0] as number; node < last; node = tree.next(node)) {
      if (node === nodes[changed]) changed++;
      else if (isAnonymous(this.before, node) && keys.has(keyOfNode(node))) return true;
    }
    return false;
  }
}

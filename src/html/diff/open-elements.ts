import { Builder } from '../parse/builder.js';
import { read, take } from '../parse/parse.js';
import { START_TAG } from '../parse/tokenizer.js';

/**
 * The elements that are open where two pages begin to differ: the first nodes of both trees. What they
 * contain before that place is the same in both pages, and in neither tree.
 */
export class Opening {
  constructor(
    /** The page before, read up to the difference. */
    readonly reached: Builder,
    /** How many of the open elements the trees have as nodes. */
    readonly depth = reached.depth,
  ) {}

  /** How many children of a node are not in its tree. */
  skipped(node: number): number {
    if (node >= this.depth) return 0;
    return this.reached.childCount(node) - (node + 1 < this.reached.depth ? 1 : 0);
  }

  /** Where the first `id` or `name` stands behind a node's start tag, in the part that was not read; 0 for none. */
  nameIn(node: number, open: number): number {
    const { reached } = this;
    const builder = new Builder(reached.html);
    builder.follow(reached, node + 1);
    builder.at = open;
    let name = 0;
    while (name === 0 && builder.at < reached.at && read(builder)) {
      const { kind, idAt, nameAt } = builder.tokens;
      if (kind === START_TAG) name = idAt || nameAt;
      take(builder);
    }
    builder.release();
    return name;
  }
}

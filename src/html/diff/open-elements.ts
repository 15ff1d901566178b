import { Builder } from '../parse/builder.js';
import { consume, read } from '../parse/parse.js';
import { withScratch } from '../parse/row-pool.js';
import { START_TAG } from '../parse/tokenizer.js';

/**
 * The elements that are open where two pages begin to differ. They are the first nodes of both trees. Their
 * content before the difference is equal in both pages and is in neither tree.
 */
export class OpenElements {
  constructor(
    /** The page before, read up to the difference. */
    readonly parser: Builder,
    /** The number of open elements that the trees have as nodes. */
    readonly depth = parser.depth,
  ) {}

  /** The number of a node's children that are not in its tree. */
  unreadChildren(node: number): number {
    if (node >= this.depth) return 0;
    return this.parser.childCount(node) - (node + 1 < this.parser.depth ? 1 : 0);
  }

  /** The position of the first `id` or `name` in the unread content of a node, which begins at `open`; or 0. */
  nameIn(node: number, open: number): number {
    return withScratch(() => {
      const builder = new Builder(this.parser.html);
      builder.follow(this.parser, node + 1);
      builder.at = open;
      let name = 0;
      while (name === 0 && builder.at < this.parser.at && read(builder)) {
        const { kind, idAt, nameAt } = builder.token;
        if (kind === START_TAG) name = idAt || nameAt;
        consume(builder);
      }
      return name;
    });
  }
}

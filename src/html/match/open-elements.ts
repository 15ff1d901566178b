import { Builder } from '../parse/builder.js';
import { consume, read } from '../parse/parse.js';
import { Tree } from '../parse/tree.js';

/** The characters that decide where a token ends: a text ends at a `<` that begins a tag. */
export const LOOKAHEAD = 2;

/** Consecutive nodes of a tree: those from `first` up to `end`. */
export interface NodeRange {
  tree: Tree;
  first: number;
  end: number;
}

/** The start of an element's content that the parser's text does not have. */
export interface OuterContent {
  /** A text with the content, and with the start tags of the elements around it where the parser's text has them. */
  html: string;
  at: number;
  /** The content goes on behind the text. */
  isCut: boolean;
}

/**
 * Returns the content, up to `end`, of the open element that begins at `start`, if that is in front of the parser's text.
 */
export type ReadOuter = (start: number, end: number) => OuterContent | undefined;

/**
 * The elements that are open where two pages begin to differ. They are the first nodes of both trees. Their
 * content before the difference is equal in both pages and is in neither tree.
 */
export class OpenElements {
  /** More of an outer element's content was asked for than there is. */
  isIncomplete = false;

  constructor(
    /** The page before, read up to the difference. */
    readonly parser: Builder,
    /** The number of open elements that the trees have as nodes. */
    readonly depth = parser.depth,
    /** Set if the parser's text is a part of the page. */
    readonly readOuter?: ReadOuter,
  ) {}

  /** The number of a node's children that are not in its tree. */
  unreadChildren(node: number): number {
    if (node >= this.depth) return 0;
    return this.parser.childCount(node) - (node + 1 < this.parser.depth ? 1 : 0);
  }

  /** Reads a node's unread content, which begins at `open` in the page, until `isEnough` of it was read. */
  readUnread(node: number, open: number, isEnough: (tree: Tree) => boolean): NodeRange {
    const { parser, depth } = this;
    const end = depth < parser.depth ? parser.openStart(depth) : parser.at;
    const outer = this.readOuter?.(parser.openStart(node), end);
    const html = outer?.html ?? parser.html;
    const tree = new Tree(html);
    const builder = new Builder(html, tree);
    builder.follow(parser, node + 1);
    builder.at = outer?.at ?? open;
    const last = outer ? html.length : end;
    while (builder.at < last && !isEnough(tree) && read(builder)) consume(builder);
    if (outer?.isCut && builder.at > html.length - LOOKAHEAD) this.isIncomplete = true;
    return { tree, first: node + 1, end: tree.size };
  }
}

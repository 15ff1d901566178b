import type { Instruction, Path } from '../../protocol.js';
import { closesItself } from '../parse/attributes.js';
import { type Builder, IN_BODY } from '../parse/builder.js';
import { OPEN_TEMPLATE, TRAITS, VOID } from '../parse/elements.js';
import { consume, read } from '../parse/parse.js';
import { END_TAG } from '../parse/tokenizer.js';
import { ELEMENT, FOREIGN_ELEMENT, OPAQUE, type Tree } from '../parse/tree.js';

/** Elements whose end tag is optional at the end of an insertion (HTML standard, 13.1.2.4). */
const ENDS_BY_ITSELF = /^<\/(?:li|dt|dd|p|rt|rp|optgroup|option|thead|tbody|tfoot|tr|td|th)>$/;

/**
 * Reads the children that were appended to the innermost open element, up to its end tag. Returns false if they have
 * an effect on anything around them.
 */
export function readAppended(builder: Builder, endTag: string): boolean {
  const { html, depth, mask, form } = builder;
  builder.floor = depth;
  while (read(builder)) {
    if (builder.depth === depth && builder.token.kind === END_TAG) break;
    consume(builder);
    if (builder.floor < depth) return false;
  }
  const isPlain = builder.predictable && builder.mode === IN_BODY && !(mask & OPEN_TEMPLATE);
  if (!isPlain || builder.opaqueDepth !== Number.POSITIVE_INFINITY) return false;
  return builder.mask === mask && builder.form === form && html.startsWith(endTag, builder.at);
}

export function removal(path: Path, index: number, count: number): Instruction {
  return count === 1 ? ['r', path, index] : ['r', path, index, count];
}

/** The HTML that inserts a run of nodes, from `first` up to `last`. */
export function insertedHtml(tree: Tree, first: number, last: number): string {
  const html = tree.html.slice(tree.start(first), tree.end(last));
  // In a text, as in a <title>, a tag is text too.
  return tree.kind(last) === ELEMENT && !hasIgnoredTags(tree, last) ? withoutLastEndTags(html) : html;
}

/** Whether the browser may ignore a tag in an element, so that an end tag at the end need not be that of an element. */
function hasIgnoredTags(tree: Tree, node: number): boolean {
  for (let inner = node; inner < tree.next(node); inner++) if (tree.bits(inner) & OPAQUE) return true;
  return false;
}

function withoutLastEndTags(html: string): string {
  let end = html.length;
  for (;;) {
    const tag = html.lastIndexOf('</', end - 1);
    if (tag === -1 || !ENDS_BY_ITSELF.test(html.slice(tag, end))) return html.slice(0, end);
    end = tag;
  }
}

/**
 * The end tags that are omitted at the end of an element: its own one and those of elements in it. With them, the
 * element ends there, whatever follows.
 */
export function omittedEndTags(tree: Tree, node: number): string {
  if (!isUnclosed(tree, node)) return '';
  let tags = '';
  for (let inner = node; inner < tree.next(node); inner++) {
    if (tree.end(inner) === tree.end(node) && isUnclosed(tree, inner)) tags = `</${tree.name(inner)}>${tags}`;
  }
  return tags;
}

/** Whether a node is an element that needs an end tag and has none. */
export function isUnclosed(tree: Tree, node: number): boolean {
  if (tree.kind(node) !== ELEMENT || tree.close(node) < tree.end(node)) return false;
  if ((tree.bits(node) & FOREIGN_ELEMENT) === 0) return ((TRAITS[tree.id(node)] as number) & VOID) === 0;
  return tree.open(node) < tree.end(node) || !closesItself(tree.html, tree.nameEnd(node));
}

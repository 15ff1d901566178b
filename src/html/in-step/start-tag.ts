import { type AttributeChanges, attributeChanges } from '../change/attribute-changes.js';
import { type ValueChange, valueChange } from '../change/value-change.js';
import { HAS_VALUE, haveSameId } from '../match/child-keys.js';
import type { ComparedTree } from '../match/compared-tree.js';
import { findAttribute, readAttribute } from '../parse/attributes.js';
import { elementNumber, FIELD, RAW, RCDATA, SKIPS_NEWLINE, TRAITS } from '../parse/elements.js';
import { START_TAG, Tokenizer } from '../parse/tokenizer.js';
import { ELEMENT, FOREIGN_ELEMENT, IMPLIED, KIND, NOUPDATE, type Tree } from '../parse/tree.js';

export const TEMPLATE = elementNumber('template');
const INPUT = elementNumber('input');

/** Elements whose start tag decides how their content is read. */
export const UNUSUAL = RAW | RCDATA | SKIPS_NEWLINE;

/** Attributes that distinguish a field from others. */
const TELLS_FIELDS = /^(?:type|name)$/;

/**
 * Compares the start tag of an element that differs from `at` on. Returns undefined if the parser may open another element
 * for the new tag, or if the element may have another partner.
 *
 * @param after takes the new element
 * @param shift the distance from the start of the tag to that in the new page
 */
export function compareStartTag(
  before: ComparedTree,
  node: number,
  at: number,
  after: ComparedTree,
  shift: number,
): ValueChange | undefined {
  const { tree } = before;
  const bits = tree.bits(node);
  const isUnusual = (TRAITS[tree.id(node)] as number) & UNUSUAL;
  if ((bits & KIND) !== ELEMENT || bits & (IMPLIED | NOUPDATE) || isUnusual) return undefined;
  const found =
    valueChange(tree, node, at, after.tree.html, shift) ?? compareWholeTag(before, node, after, shift);
  return found && !distinguishFields(tree, node, found.changes) ? found : undefined;
}

function compareWholeTag(
  before: ComparedTree,
  node: number,
  after: ComparedTree,
  shift: number,
): ValueChange | undefined {
  const { tree } = before;
  const bits = tree.bits(node);
  const isForeign = (bits & FOREIGN_ELEMENT) !== 0;
  const [token, other] = [new Tokenizer(tree.html), new Tokenizer(after.tree.html)];
  token.read(tree.start(node), isForeign, -1);
  other.read(tree.start(node) + shift, isForeign, -1);
  if (!areAlike(token, other) || (isForeign && token.selfClosing !== other.selfClosing)) return undefined;
  const otherNode = after.tree.add(bits, other.start, other.open, other.idAt, other.nameAt);
  if (!haveSameId(before, node, after, otherNode) || !haveSameName(token, other)) return undefined;
  const changes = attributeChanges(tree, node, after.tree, otherNode);
  return changes && { changes, open: other.open };
}

/** Whether the parser opens the same element for two start tags. */
function areAlike(token: Tokenizer, other: Tokenizer): boolean {
  if (token.kind !== START_TAG || other.kind !== START_TAG) return false;
  if (other.noupdate || token.shadowRoot || other.shadowRoot) return false;
  return token.html.slice(token.start, token.nameEnd) === other.html.slice(other.start, other.nameEnd);
}

function haveSameName(token: Tokenizer, other: Tokenizer): boolean {
  if (token.nameAt === 0 || other.nameAt === 0) return token.nameAt === other.nameAt;
  return readAttribute(token.html, token.nameAt) === readAttribute(other.html, other.nameAt);
}

/** Whether a field is paired by an attribute that changes. */
function distinguishFields(tree: Tree, node: number, changes: AttributeChanges): boolean {
  if (((TRAITS[tree.id(node)] as number) & FIELD) === 0) return false;
  return changes.some((name, i) => {
    if (i % 2 === 1 || name === null) return false;
    return name === 'value' ? isPairedByValue(tree, node) : TELLS_FIELDS.test(name);
  });
}

/** Boxes are paired by their values, and so are buttons with a name. */
function isPairedByValue(tree: Tree, node: number): boolean {
  if (tree.id(node) !== INPUT && tree.nameAt(node) === 0) return false;
  return HAS_VALUE.test(findAttribute(tree.html, tree.nameEnd(node), 'type') ?? '');
}

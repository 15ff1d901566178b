import { findAttribute, readAttribute } from '../parse/attributes.js';
import { elementNumber, FIELD, NAMES, TRAITS } from '../parse/elements.js';
import {
  COMMENT_NODE,
  ELEMENT,
  FOREIGN_ELEMENT,
  ID_SHIFT,
  KIND,
  TEXT_NODE,
  type Tree,
} from '../parse/tree.js';
import type { ComparedTree, NamePlace } from './compared-tree.js';

/** The first letters of `id` and `key`. */
const CHAR_I = 105;
const CHAR_K = 107;

/** Types of fields that their value identifies beside their name: boxes, and of named fields buttons too. */
const IS_BOX = /^(?:radio|checkbox)$/i;
export const HAS_VALUE = /^(?:radio|checkbox|submit|button)$/i;

const INPUT = elementNumber('input');

/** A text that children have in common which may be partners. */
export type Key = string;

export type KeyOf = (side: ComparedTree, node: number) => Key | undefined;

/** The tag keys of the special HTML elements, by number. */
const TAG_KEYS = NAMES.map((name) => `${name} 0`);

function tagKey({ tree }: ComparedTree, node: number): string {
  const bits = tree.bits(node);
  const id = bits >> ID_SHIFT;
  if (id !== 0 && (bits & FOREIGN_ELEMENT) === 0) return TAG_KEYS[id] as string;
  return `${tree.name(node)} ${bits & FOREIGN_ELEMENT}`;
}

export function idKey(side: ComparedTree, node: number): Key | undefined {
  const { tree } = side;
  const at = tree.idAt(node);
  return at === 0
    ? undefined
    : `${tagKey(side, node)} ${signOf(tree.html, at)}${readAttribute(tree.html, at)}`;
}

/** Whether two nodes have equal `idKey`s, or none. */
export function haveSameId(before: ComparedTree, node: number, after: ComparedTree, other: number): boolean {
  const [tree, otherTree] = [before.tree, after.tree];
  if (otherTree.isCopyOf(other, tree, node)) return true;
  if (tree.idAt(node) === 0 || otherTree.idAt(other) === 0) return tree.idAt(node) === otherTree.idAt(other);
  const isSameTag =
    tree.bits(node) === otherTree.bits(other) && tree.startTag(node) === otherTree.startTag(other);
  return isSameTag || idKey(before, node) === idKey(after, other);
}

/** Distinguishes the attributes `id`, `key` and `name`. */
function signOf(html: string, at: number): string {
  const initial = html.charCodeAt(at) | 32;
  return initial === CHAR_I ? '#' : initial === CHAR_K ? '!' : '@';
}

/** Key of an element that may be a row: its tag. */
export function rowKey(side: ComparedTree, node: number): Key | undefined {
  return isAnonymous(side, node) && !isField(side, node) ? tagKey(side, node) : undefined;
}

export function isAnonymous({ tree }: ComparedTree, node: number): boolean {
  return tree.kind(node) === ELEMENT && tree.idAt(node) === 0;
}

/** A number that equal content shares: its length and some of its characters. */
export function sampleOf(html: string, start: number, end: number): number {
  const length = end - start;
  let sample = length;
  for (let step = 1; step < 16; step++) {
    sample = (Math.imul(sample, 31) + html.charCodeAt(start + ((length * step) >> 4))) | 0;
  }
  return sample;
}

export function contentSample(tree: Tree, node: number): number {
  return sampleOf(tree.html, tree.start(node), tree.end(node));
}

export function contentKey(side: ComparedTree, node: number): Key | undefined {
  return isAnonymous(side, node) ? side.tree.source(node) : undefined;
}

function isField({ tree }: ComparedTree, node: number): boolean {
  return ((TRAITS[tree.id(node)] as number) & FIELD) !== 0;
}

/** Key of a field: its type and name. Boxes and buttons of one name differ by their value. */
export function fieldKey(side: ComparedTree, node: number): Key | undefined {
  const { tree } = side;
  if (!isField(side, node) || tree.idAt(node) !== 0 || tree.nameAt(node) === 0) return undefined;
  const type = attributeOf(tree, node, 'type') ?? '';
  const value = HAS_VALUE.test(type) ? attributeOf(tree, node, 'value') : '';
  return `${tagKey(side, node)} ${type} ${attributeOf(tree, node, 'name')} ${value}`;
}

function attributeOf(tree: Tree, node: number, name: string): string | undefined {
  return findAttribute(tree.html, tree.nameEnd(node), name);
}

/** Key of an element without an id: the first id or name inside it. */
export function innerKey(side: ComparedTree, node: number): Key | undefined {
  if (!isAnonymous(side, node) || isField(side, node)) return undefined;
  const key = nameKey(side.nameIn(node));
  return key && `${tagKey(side, node)} ${key}`;
}

/** Whether two elements have the same second id or name inside, or none. */
export function haveSameSecondName(
  before: ComparedTree,
  node: number,
  after: ComparedTree,
  other: number,
): boolean {
  return nameKey(before.secondNameIn(node)) === nameKey(after.secondNameIn(other));
}

/** Key of an `id`, `key` or `name` attribute. */
export function nameKey({ html, at }: NamePlace): Key | undefined {
  return at === 0 ? undefined : `${signOf(html, at)}${readAttribute(html, at)}`;
}

/** Key for pairs of equal position. An element with an id has none: it is paired by its id alone. */
export function kindKey(side: ComparedTree, node: number): Key | undefined {
  const { tree } = side;
  const kind = tree.bits(node) & KIND;
  if (kind === TEXT_NODE) return '"';
  if (kind === COMMENT_NODE) return '#';
  if (tree.idAt(node) !== 0) return undefined;
  if (!isField(side, node)) return tagKey(side, node);
  const at = tree.nameAt(node);
  const name = at === 0 ? '' : ` @${readAttribute(tree.html, at)}`;
  const isBox = tree.id(node) === INPUT && IS_BOX.test(attributeOf(tree, node, 'type') ?? '');
  const value = isBox ? (attributeOf(tree, node, 'value') ?? '') : '';
  return `${tagKey(side, node)}${name} ${value}`;
}

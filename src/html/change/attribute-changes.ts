import { AttributeCursor, readAttributes } from '../parse/attributes.js';
import { attributeText } from '../parse/decode.js';
import { mathAttribute, svgAttribute } from '../parse/svg-names.js';
import { IMPLIED, MATHML, SVG, type Tree } from '../parse/tree.js';

/** Names to set and their values in turn. A `null` value removes the attribute. */
export type AttributeChanges = (string | null)[];

/** Attribute names that `setAttribute` accepts in every browser. */
const PLAIN_NAME = /^[a-zA-Z_:][\w:.-]*$/;

/** The most attributes of a tag that are compared in step: the name of a change is looked for among those before it. */
const MAX_IN_STEP = 16;

/** The changes of an element's attributes, or undefined if one has a name that `setAttribute` refuses. */
export function attributeChanges(
  before: Tree,
  node: number,
  after: Tree,
  otherNode: number,
): AttributeChanges | undefined {
  if (before.startTag(node) === after.startTag(otherNode)) return [];
  return changesInStep(before, node, after, otherNode) ?? changesByName(before, node, after, otherNode);
}

/**
 * Compares two tags whose attributes have the same names in the same order, as most have, apart from more attributes
 * at the end of one tag. Otherwise undefined.
 */
function changesInStep(
  before: Tree,
  node: number,
  after: Tree,
  otherNode: number,
): AttributeChanges | undefined {
  const bits = after.bits(otherNode);
  if ((before.bits(node) | bits) & IMPLIED) return undefined;
  const cursor = cursorAt(before, node);
  const other = cursorAt(after, otherNode);
  const changes: AttributeChanges = [];
  let [isThere, isOtherThere] = [true, true];
  for (let count = 0; count <= MAX_IN_STEP; count++) {
    isThere &&= cursor.next();
    isOtherThere &&= other.next();
    if (!isThere && !isOtherThere) return changes;
    const isBoth = isThere && isOtherThere;
    if (isBoth && haveSameSource(cursor, other)) continue;
    const longer = isOtherThere ? other : cursor;
    const name = nameAt(longer);
    if (isBoth && name !== nameAt(cursor)) return undefined;
    // The attributes before this one have equal names in both tags. The first of equal names counts.
    if (!isFirst(longer, isOtherThere ? after.nameEnd(otherNode) : before.nameEnd(node))) return undefined;
    const value = isBoth ? changedValue(cursor, other) : isOtherThere ? valueAt(other) : null;
    // The browser hides a nonce and uses it only at the load.
    if (value === undefined || name === 'nonce') continue;
    if (value !== null && !PLAIN_NAME.test(name)) return undefined;
    changes.push(domName(bits, name), value);
  }
  return undefined;
}

function cursorAt(tree: Tree, node: number): AttributeCursor {
  const cursor = new AttributeCursor(tree.html);
  cursor.at = tree.nameEnd(node);
  return cursor;
}

/** Most attributes are equal and short: no strings are made of them. */
function haveSameSource(cursor: AttributeCursor, other: AttributeCursor): boolean {
  const { html, name, at } = cursor;
  const shift = other.name - name;
  if (other.at - other.name !== at - name) return false;
  for (let index = name; index < at; index++)
    if (html.charCodeAt(index) !== other.html.charCodeAt(index + shift)) return false;
  return true;
}

function nameAt({ html, name, nameEnd }: AttributeCursor): string {
  return html.slice(name, nameEnd).toLowerCase();
}

function valueAt({ html, value, valueEnd }: AttributeCursor): string {
  return attributeText(html.slice(value, valueEnd));
}

/** Whether no attribute between `from` and the current one has the same name. */
export function isFirst(current: AttributeCursor, from: number): boolean {
  const length = current.nameEnd - current.name;
  const cursor = new AttributeCursor(current.html);
  cursor.at = from;
  while (cursor.next() && cursor.name < current.name)
    if (cursor.nameEnd - cursor.name === length && nameAt(cursor) === nameAt(current)) return false;
  return true;
}

/** The new value of an attribute, or undefined if both values are equal. */
function changedValue(before: AttributeCursor, after: AttributeCursor): string | undefined {
  const source = before.html.slice(before.value, before.valueEnd);
  if (source === after.html.slice(after.value, after.valueEnd)) return undefined;
  const value = valueAt(after);
  return value === attributeText(source) ? undefined : value;
}

/** Attributes that decide how a tag is read or how an element is paired, or that the browser hides. */
const IS_SPECIAL = /^(?:id|key|name|nonce|noupdate|shadowrootmode)$/;

/**
 * The change of the current attribute to another source of its value, or undefined if more than the value depends on it.
 *
 * @param bits of the element
 */
export function changeOfValue(
  bits: number,
  current: AttributeCursor,
  source: string,
): AttributeChanges | undefined {
  const name = nameAt(current);
  if (IS_SPECIAL.test(name) || !PLAIN_NAME.test(name)) return undefined;
  const value = attributeText(source);
  return value === valueAt(current) ? [] : [domName(bits, name), value];
}

function changesByName(
  before: Tree,
  node: number,
  after: Tree,
  otherNode: number,
): AttributeChanges | undefined {
  const bits = after.bits(otherNode);
  const attributesBefore = attributesOf(before, node);
  const changes: AttributeChanges = [];
  for (const [name, value] of attributesOf(after, otherNode)) {
    if (attributesBefore.get(name) !== value) {
      if (!PLAIN_NAME.test(name)) return undefined;
      changes.push(domName(bits, name), value);
    }
    attributesBefore.delete(name);
  }
  for (const name of attributesBefore.keys()) changes.push(domName(bits, name), null);
  return changes;
}

function attributesOf(tree: Tree, node: number): Map<string, string> {
  if (tree.bits(node) & IMPLIED) return new Map();
  const attributes = readAttributes(tree.html, tree.nameEnd(node));
  attributes.delete('nonce');
  return attributes;
}

function domName(bits: number, name: string): string {
  if (bits & SVG) return svgAttribute(name);
  return bits & MATHML ? mathAttribute(name) : name;
}

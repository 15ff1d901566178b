import type { Instruction } from '../../protocol.js';
import { insertedHtml, isUnclosed, readAppended, removal } from '../change/child-changes.js';
import { Builder } from '../parse/builder.js';
import { elementNumber, openIn, TRAITS } from '../parse/elements.js';
import { ELEMENT, ID_SHIFT, nodesBetween, SKIPPED, Tree } from '../parse/tree.js';
import type { Level, Levels } from './levels.js';
import { TEMPLATE, UNUSUAL } from './start-tag.js';

const FORM = elementNumber('form');

/** A change at the end of an element's children, which ends behind the element's end tag. */
export interface ListChange {
  instruction: Instruction;
  /** Its end in the page before, and the distance from there on. */
  end: number;
  shift: number;
}

/** Reads the children that the new page has in front of the end tag at a position. */
export function changeByAppended(levels: Levels, start: number): ListChange | undefined {
  const { tree } = levels.before;
  let count = levels.part.openElements.unreadChildren(levels.last.child);
  while (!endsAt(tree, levels.last, start)) {
    const { index, child } = levels.last;
    count = index + 1;
    if (mayGoOn(tree, child) || !levels.leaveList()) return undefined;
  }
  const parent = levels.last.child;
  const builder = reopen(levels);
  if (!builder?.tree) return undefined;
  builder.at = start + levels.shift;
  if (!readAppended(builder, tree.html.slice(start, tree.end(parent)))) return undefined;
  const nodes = nodesBetween(builder.tree, builder.openNode(builder.depth - 1) + 1, builder.tree.size);
  const html = insertedHtml(builder.tree, nodes[0] as number, nodes.at(-1) as number);
  levels.changesNames ||= builder.tree.hasNames;
  const instruction: Instruction = ['i', levels.note(parent), count, html];
  return { instruction, end: tree.end(parent), shift: builder.at - start };
}

/** Reads the end tag that the new page has in front of the last children of an element. */
export function changeByRemoved(levels: Levels): ListChange | undefined {
  const { tree } = levels.before;
  const { parent, child, index } = levels.last;
  const start = tree.start(child);
  const endTag = tree.html.slice(tree.close(parent), tree.end(parent));
  if (!isPlain(tree, parent) || endTag === '' || !levels.after.startsWith(endTag, start + levels.shift))
    return undefined;
  const end = tree.next(parent);
  for (let node = child; node < end; node++) {
    if (tree.kind(node) === SKIPPED) return undefined;
    levels.changesNames ||= tree.idAt(node) !== 0 || tree.nameAt(node) !== 0;
  }
  if (!levels.leaveList()) return undefined;
  const instruction = removal(levels.note(parent), index, nodesBetween(tree, child, end).length);
  return { instruction, end: tree.end(parent), shift: levels.shift + start - tree.close(parent) };
}

/** Whether the end tag of a level's current child begins at a position. */
function endsAt(tree: Tree, { child }: Level, at: number): boolean {
  return tree.close(child) === at && at < tree.end(child);
}

/** Whether an element lacks an end tag: markup that follows may become its content. */
function mayGoOn(tree: Tree, node: number): boolean {
  return tree.kind(node) === SKIPPED || isUnclosed(tree, node);
}

/** Whether children can come and go at the end of an element without an effect on anything around it. */
function isPlain(tree: Tree, node: number): boolean {
  const id = tree.id(node);
  return tree.bits(node) === id << ID_SHIFT && id !== TEMPLATE && !((TRAITS[id] as number) & UNUSUAL);
}

/** A parser of the new page in which the current child of each level is open. */
function reopen(levels: Levels): Builder | undefined {
  const { before, after, part } = levels;
  const builder = new Builder(after, new Tree(after));
  builder.follow(part.openElements.parser, part.depth);
  for (const level of levels.all) {
    if (!isPlain(before.tree, level.child)) return undefined;
    const id = before.tree.id(level.child);
    const start = levels.startAfter(level);
    builder.token.startPlain(start, id, start);
    builder.push(id, openIn(id, builder.mask), TRAITS[id] as number, ELEMENT);
    if (id === FORM) builder.form = builder.depth;
  }
  return builder;
}

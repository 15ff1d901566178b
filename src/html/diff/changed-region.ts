import type { Path } from '../../protocol.js';
import { Builder, IN_BODY } from '../parse/builder.js';
import { KEPT, RCDATA, SKIPS_NEWLINE, TRAITS } from '../parse/elements.js';
import { read, take } from '../parse/parse.js';
import { beginsMarkup, START_TAG, TEXT, type Tokens } from '../parse/tokenizer.js';
import { Tree } from '../parse/tree.js';
import type { Outline } from './checkpoints.js';
import { commonPrefix, commonSuffix } from './common-affix.js';
import { Opening } from './open-elements.js';

/** Some children of one element: all that differs between two pages is in them. */
export interface Region {
  before: Tree;
  now: Tree;
  /** What is open at the start of both trees; the children that differ are the nodes from `depth` on. */
  opening: Opening;
  /** How deep the parent of these children is; the way to it, and how many children stand before them. */
  depth: number;
  path: Path;
  offset: number;
  /** Where they end in the page before. */
  to: number;
}

/** The most that a token's end depends on: text ends where a `<` begins a tag. */
const LOOKAHEAD = 2;

/**
 * Finds the smallest region in which two pages differ, if there is one in the body. The first page must
 * be sound; then what follows the region is parsed in both pages from one state, to one result.
 */
export function findRegion(before: string, now: string, outline: Outline): Region | undefined {
  const prefix = commonPrefix(before, now);
  const reached = outline.resume(before, prefix - LOOKAHEAD);
  if (!reached) return undefined;
  while (read(reached) && isCommon(reached.tokens, now, prefix)) take(reached);
  const suffix = commonSuffix(before, now, Math.min(before.length, now.length) - reached.at);
  return readRegion(before, now, suffix, new Opening(reached));
}

/** The same region, the child that is open where the difference begins read from its start. */
export function withWholeChild({ before, now, opening, depth }: Region): Region | undefined {
  const { reached } = opening;
  const suffix = commonSuffix(
    before.html,
    now.html,
    Math.min(before.html.length, now.html.length) - reached.at,
  );
  return readRegion(before.html, now.html, suffix, new Opening(reached, depth));
}

/** Whether the token that was read is whole, and the same, in a page that has `prefix` characters in common. */
function isCommon({ kind, id, end }: Tokens, now: string, prefix: number): boolean {
  if (kind === TEXT) return end < prefix && beginsMarkup(now.charCodeAt(end + 1));
  // A tag stands for itself, unless a newline behind it would belong to it.
  const mayGrow = kind === START_TAG && ((TRAITS[id] as number) & (SKIPS_NEWLINE | RCDATA)) === SKIPS_NEWLINE;
  return mayGrow ? end < prefix : end <= prefix;
}

/** Reads what differs out of both pages, which have their last `suffix` characters in common. */
function readRegion(before: string, now: string, suffix: number, opening: Opening): Region | undefined {
  const { reached } = opening;
  const [treeBefore, treeNow] = [new Tree(before), new Tree(now)];
  const old = new Builder(before, treeBefore);
  const young = new Builder(now, treeNow);
  old.follow(reached, opening.depth);
  young.follow(reached, opening.depth);
  const depth = meet(old, young, suffix);
  old.release();
  young.release();
  if (depth < 2 || isKept(reached, depth)) return undefined;
  // The parser drops or replaces NUL, depending on where it stands.
  if (now.slice(reached.at, young.at).includes('\0')) return undefined;
  for (let node = depth; node < opening.depth; node++) {
    reached.describe(node, treeBefore);
    reached.describe(node, treeNow);
  }
  treeNow.sound = young.opaqueDepth === Number.POSITIVE_INFINITY;
  const path = Array.from({ length: depth - 1 }, (_, index) => reached.childCount(index) - 1);
  const offset = opening.skipped(depth - 1);
  return { before: treeBefore, now: treeNow, opening, depth, path, offset, to: old.at };
}

/**
 * Reads both pages until they come to rest at one place of what they have in common at their ends. Returns
 * how many elements are open there, which are those that stayed open on the way; 0 when they do not meet.
 */
function meet(old: Builder, young: Builder, suffix: number): number {
  if (!readTo(old, suffix) || !readTo(young, suffix)) return 0;
  const depth = Math.min(old.floor, young.floor);
  let common = suffix;
  while (settle(old, common, depth) && settle(young, common, depth)) {
    common = Math.min(restOf(old), restOf(young));
    if (restOf(old) === restOf(young)) return old.mask === young.mask ? depth : 0;
  }
  return 0;
}

/** How many characters are not read yet. */
function restOf({ html, at }: Builder): number {
  return html.length - at;
}

/** False when the page ends first, or what it comes to cannot be told. */
function readTo(builder: Builder, rest: number): boolean {
  while (restOf(builder) > rest) {
    if (!read(builder)) return false;
    take(builder);
  }
  return builder.sound && builder.mode === IN_BODY;
}

/** Reads on until all children that begin before the rest are complete; false when their parent ends first. */
function settle(builder: Builder, rest: number, depth: number): boolean {
  while (restOf(builder) > rest || builder.depth > depth) {
    if (!read(builder)) return false;
    take(builder);
    if (builder.floor < depth) return false;
  }
  return builder.sound && builder.mode === IN_BODY && builder.opaqueDepth >= depth;
}

/** Whether the element is one that is never updated, or stands in one. */
function isKept(builder: Builder, depth: number): boolean {
  for (let index = 0; index < depth; index++) if (builder.frameTraits(index) & KEPT) return true;
  return false;
}

import type { Path } from '../protocol.js';
import { Builder, IN_BODY } from './builder.js';
import { commonPrefix, commonSuffix } from './common.js';
import { KEPT, RCDATA, SKIPS_NEWLINE, TRAITS } from './elements.js';
import type { Outline } from './outline.js';
import { read, take } from './parse.js';
import { beginsMarkup, START_TAG, TEXT, type Tokens } from './tokens.js';
import { Tree } from './tree.js';

/** Some children of one element: all that differs between two pages is in them. */
export interface Region {
  /** The way to their parent, and how many children stand before them. */
  path: Path;
  offset: number;
  before: Tree;
  now: Tree;
  /** Where they begin in both pages, and where they end in the page before. */
  from: number;
  to: number;
  /** How deep their parent is. */
  depth: number;
  /** The page before, read up to the difference. */
  reached: Builder;
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
  const frames = reached.snapshot();
  const depth = Math.min(
    floorUpTo(before, before.length - suffix, reached, frames),
    floorUpTo(now, now.length - suffix, reached, frames),
  );
  if (depth < 2 || isKept(reached, depth)) return undefined;
  const parts = new Parts(reached, frames, depth);
  const changed = parts.read(before, now, suffix);
  return (
    changed && {
      ...changed,
      path: pathTo(reached, depth),
      offset: parts.offset,
      from: parts.from,
      depth,
      reached,
    }
  );
}

/** Whether the token that was read is whole, and the same, in a page that has `prefix` characters in common. */
function isCommon({ kind, id, end }: Tokens, now: string, prefix: number): boolean {
  if (kind === TEXT) return end < prefix && beginsMarkup(now.charCodeAt(end + 1));
  // A tag stands for itself, unless a newline behind it would belong to it.
  const mayGrow = kind === START_TAG && ((TRAITS[id] as number) & (SKIPS_NEWLINE | RCDATA)) === SKIPS_NEWLINE;
  return mayGrow ? end < prefix : end <= prefix;
}

/** How far up the parser comes on its way through what differs; 0 when that cannot be told. */
function floorUpTo(html: string, end: number, reached: Builder, frames: Int32Array): number {
  const builder = resumed(new Builder(html), reached, frames, reached.depth);
  while (builder.at < end && read(builder)) take(builder);
  builder.release();
  return builder.sound && builder.mode === IN_BODY && builder.at >= end ? builder.floor : 0;
}

function resumed(builder: Builder, reached: Builder, frames: Int32Array, depth: number): Builder {
  builder.resume(frames, depth);
  builder.at = reached.at;
  builder.form = reached.form <= depth ? reached.form : 0;
  builder.noQuirks = reached.noQuirks;
  return builder;
}

/** Whether the element is one that is never updated, or stands in one. */
function isKept(builder: Builder, depth: number): boolean {
  for (let index = 0; index < depth; index++) if (builder.frameTraits(index) & KEPT) return true;
  return false;
}

function pathTo(builder: Builder, depth: number): Path {
  return Array.from({ length: depth - 1 }, (_, index) => builder.childCount(index) - 1);
}

/** Reads the children that differ out of both pages. */
class Parts {
  readonly from: number;
  readonly offset: number;

  constructor(
    readonly reached: Builder,
    readonly frames: Int32Array,
    readonly depth: number,
  ) {
    // The child that is still open where the difference begins belongs to it.
    const isChildOpen = reached.depth > depth;
    this.from = isChildOpen ? reached.frameStart(depth) : reached.at;
    this.offset = reached.childCount(depth - 1) - (isChildOpen ? 1 : 0);
  }

  read(before: string, now: string, suffix: number): { before: Tree; now: Tree; to: number } | undefined {
    const old = this.#builder(before);
    const young = this.#builder(now);
    let common = suffix;
    // Both must come to rest at the same place of what they have in common.
    while (this.#readUpTo(old, before.length - common) && this.#readUpTo(young, now.length - common)) {
      const rest = Math.min(before.length - old.at, now.length - young.at);
      if (before.length - old.at === now.length - young.at) return this.#agree(old, young);
      common = rest;
    }
    return undefined;
  }

  #builder(html: string): Builder {
    const builder = resumed(new Builder(html, new Tree(html)), this.reached, this.frames, this.depth);
    builder.at = this.from;
    return builder;
  }

  /** Reads on until all children that begin before `end` are complete; false when their parent ends first. */
  #readUpTo(builder: Builder, end: number): boolean {
    while (builder.at < end || builder.depth > this.depth) {
      if (!read(builder)) return false;
      take(builder);
      if (builder.floor < this.depth) return false;
    }
    return builder.sound && builder.mode === IN_BODY && builder.opaqueDepth >= this.depth;
  }

  #agree(old: Builder, young: Builder): { before: Tree; now: Tree; to: number } | undefined {
    if (old.mask !== young.mask || !old.tree || !young.tree) return undefined;
    // The parser drops or replaces NUL, depending on where it stands.
    if (young.html.slice(this.from, young.at).includes('\0')) return undefined;
    young.tree.sound = young.opaqueDepth === Number.POSITIVE_INFINITY;
    old.release();
    young.release();
    return { before: old.tree, now: young.tree, to: old.at };
  }
}

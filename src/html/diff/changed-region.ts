import type { Path } from '../../protocol.js';
import { commonPrefix, commonSuffix } from '../change/common-affix.js';
import { findEqualRuns } from '../change/equal-runs.js';
import { InStep } from '../in-step/in-step.js';
import { LOOKAHEAD, OpenElements, type ReadOuter } from '../match/open-elements.js';
import { Builder, IN_BODY } from '../parse/builder.js';
import { RCDATA, SKIPS_NEWLINE, TRAITS } from '../parse/elements.js';
import { consume, read } from '../parse/parse.js';
import { readPlain } from '../parse/plain-markup.js';
import { beginsMarkup, START_TAG, TEXT, type Tokenizer } from '../parse/tokenizer.js';
import { NOUPDATE, Tree } from '../parse/tree.js';
import type { Checkpoints, KeptPart } from './checkpoints.js';
import { RepeatedElements } from './repeated-elements.js';
import { readRun, type Skip } from './skipped-children.js';

const LESS = 60;
const SLASH = 47;

/** A run of one element's children that contains every difference between two pages. */
export interface Region {
  before: Tree;
  after: Tree;
  /** The elements that are open at the start of both trees. The children that differ are the nodes from `depth` on. */
  openElements: OpenElements;
  /** The depth of the parent of these children, the path to it, and the number of children before them. */
  depth: number;
  path: Path;
  offset: number;
  /** The position in the page before at which the region ends. */
  to: number;
  /** The comparison with its instructions, if the pages are alike enough. `after` then holds no nodes but the open elements. */
  inStep?: InStep;
  /** The parts of the region whose children were not read, as both pages have them. */
  kept: KeptPart[];
  /** The pages may have the same elements. */
  mayBeInStep: boolean;
}

/** Settings of the way in which a region is read. */
interface Reading extends Pick<Region, 'mayBeInStep'> {
  /** Set if equal children between changes may be skipped. */
  checkpoints?: Checkpoints | undefined;
}

/**
 * Finds the smallest region in which two pages differ, if there is one in the body. The first page must be
 * predictable. Then the rest behind the region is parsed from the same state to the same result in both pages.
 */
export function findRegion(
  before: string,
  after: string,
  checkpoints: Checkpoints,
  readOuter?: ReadOuter,
): Region | undefined {
  const prefix = commonPrefix(before, after, checkpoints.latestChange);
  const parser = checkpoints.resume(before, prefix - LOOKAHEAD);
  if (!parser) return undefined;
  while (read(parser) && isCommon(parser.token, after, prefix)) consume(parser);
  // A difference right behind a `<` is one of elements, unless an element ends earlier or later.
  const mayBeInStep =
    before.charCodeAt(prefix - 1) !== LESS ||
    (before.charCodeAt(prefix) === SLASH) !== (after.charCodeAt(prefix) === SLASH);
  const openElements = new OpenElements(parser, parser.depth, readOuter);
  return readRegion(before, after, openElements, { mayBeInStep, checkpoints });
}

/** Returns the same region with the child that is open at its start read from that child's own start. */
export function withWholeChild({ before, after, openElements, depth }: Region): Region | undefined {
  return readRegion(
    before.html,
    after.html,
    new OpenElements(openElements.parser, depth, openElements.readOuter),
    { mayBeInStep: false },
  );
}

/** Returns the same region with all children. */
export function withSkippedChildren({
  before,
  after,
  openElements,
  mayBeInStep,
}: Region): Region | undefined {
  return readRegion(before.html, after.html, openElements, { mayBeInStep });
}

/** Whether a token of the page before is complete and equal in a page that shares its first `prefix` characters. */
function isCommon({ kind, id, end }: Tokenizer, after: string, prefix: number): boolean {
  if (kind === TEXT) return end < prefix && beginsMarkup(after.charCodeAt(end + 1));
  // A newline behind some start tags belongs to the tag.
  const mayGrow = kind === START_TAG && ((TRAITS[id] as number) & (SKIPS_NEWLINE | RCDATA)) === SKIPS_NEWLINE;
  return mayGrow ? end < prefix : end <= prefix;
}

/** Reads the part that differs out of both pages. */
function readRegion(
  before: string,
  after: string,
  openElements: OpenElements,
  { mayBeInStep, checkpoints }: Reading,
): Region | undefined {
  const { parser } = openElements;
  const treeBefore = new Tree(before);
  const builderBefore = new Builder(before, treeBefore);
  builderBefore.follow(parser, openElements.depth);
  const suffix = commonSuffix(before, after, Math.min(before.length, after.length) - parser.at);
  const skips = readBefore(builderBefore, after, suffix, checkpoints);
  if (!skips) return undefined;
  const inStep = mayBeInStep && compareInStep(builderBefore, treeBefore, after, openElements, suffix, skips);
  if (inStep) return inStep;
  const treeAfter = new Tree(after);
  const builderAfter = new Builder(after, treeAfter);
  builderAfter.follow(parser, openElements.depth);
  const repeated = new RepeatedElements(builderBefore, builderAfter.depth, skips);
  const depth = alignParsers(builderBefore, builderAfter, suffix, repeated);
  if (!repeated.hasAllSkips) return readRegion(before, after, openElements, { mayBeInStep });
  if (depth < 2 || isInNoupdate(parser, depth)) return undefined;
  // The parser drops or replaces NUL, depending on its place.
  if (after.slice(parser.at, builderAfter.at).includes('\0')) return undefined;
  for (let node = depth; node < openElements.depth; node++) {
    parser.describe(node, treeBefore);
    parser.describe(node, treeAfter);
  }
  treeAfter.predictable = builderAfter.opaqueDepth === Number.POSITIVE_INFINITY;
  const path = pathTo(parser, depth);
  const offset = openElements.unreadChildren(depth - 1);
  const { kept } = repeated;
  return {
    before: treeBefore,
    after: treeAfter,
    openElements,
    depth,
    path,
    offset,
    to: builderBefore.at,
    kept,
    mayBeInStep,
  };
}

/** Reads the page before up to the common suffix, except for children that both pages have between changes. */
function readBefore(
  builder: Builder,
  after: string,
  suffix: number,
  checkpoints: Checkpoints | undefined,
): Skip[] | undefined {
  const { html: before, at: from } = builder;
  const skips: Skip[] = [];
  if (checkpoints) {
    const runs = findEqualRuns({ before, after, from, suffix }, checkpoints);
    for (const run of runs) {
      readPlain(builder, run.from);
      if (!readUntil(builder, before.length - run.from, consumeAll)) return undefined;
      skips.push(...readRun(builder, checkpoints, run));
    }
  }
  readPlain(builder, before.length - suffix);
  return readUntil(builder, suffix, consumeAll) ? skips : undefined;
}

/** Returns the region with its instructions, if the pages have the same elements. */
function compareInStep(
  builder: Builder,
  tree: Tree,
  html: string,
  openElements: OpenElements,
  suffix: number,
  skips: Skip[],
): Region | undefined {
  const { parser } = openElements;
  let depth = builder.floor;
  while (!finishOpenChildren(builder, suffix, depth)) {
    if (builder.floor === depth) return undefined;
    // The parent has ended first.
    depth = builder.floor;
  }
  if (depth < 2 || builder.opaqueDepth !== Number.POSITIVE_INFINITY || isInNoupdate(parser, depth))
    return undefined;
  for (let node = depth; node < openElements.depth; node++) parser.describe(node, tree);
  const path = pathTo(parser, depth);
  const { at: to } = builder;
  const after = new Tree(html);
  const part = { openElements, depth, path, from: parser.at, to, hasSkips: skips.length > 0 };
  const inStep = new InStep(tree, after, part);
  if (!inStep.run()) return undefined;
  if (html.slice(parser.at, to + html.length - builder.html.length).includes('\0')) return undefined;
  const offset = openElements.unreadChildren(depth - 1);
  const kept = skips.map((skip) => keptInStep(skip, inStep));
  return {
    before: tree,
    after,
    openElements,
    depth,
    path,
    offset,
    to,
    inStep,
    kept,
    mayBeInStep: true,
  };
}

/** The checkpoints among skipped children, as they are in a page of the same elements. */
function keptInStep({ at, last, starts }: Skip, inStep: InStep): KeptPart {
  return {
    from: at,
    to: last,
    length: inStep.shiftAt(at),
    starts: starts.map((start) => start + inStep.shiftAt(start)),
    children: [],
  };
}

/** The path to the innermost of `depth` open elements. */
function pathTo(parser: Builder, depth: number): Path {
  const path: Path = [];
  for (let index = 0; index < depth - 1; index++) path.push(parser.childCount(index) - 1);
  return path;
}

/**
 * Reads both pages until both parsers stop at the same place of the common suffix. Returns the number of open
 * elements there, all of which stayed open on the way, or 0 if the parsers never stop at one place.
 */
function alignParsers(before: Builder, after: Builder, suffix: number, repeated: RepeatedElements): number {
  if (!readUntil(after, suffix, () => repeated.consume(after))) return 0;
  const depth = Math.min(before.floor, after.floor);
  let common = suffix;
  while (finishOpenChildren(before, common, depth) && finishOpenChildren(after, common, depth)) {
    common = Math.min(unreadLength(before), unreadLength(after));
    if (unreadLength(before) === unreadLength(after)) return before.mask === after.mask ? depth : 0;
  }
  return 0;
}

/** Consumes the token that was read, and the plain markup behind it. */
function consumeAll(builder: Builder, limit: number): void {
  consume(builder);
  readPlain(builder, limit);
}

function unreadLength({ html, at }: Builder): number {
  return html.length - at;
}

type Consume = (builder: Builder, limit: number) => void;

/** Reads until `rest` characters are left. Returns false if the page ends before that or is unpredictable. */
function readUntil(builder: Builder, rest: number, consumeToken: Consume): boolean {
  const limit = builder.html.length - rest;
  while (builder.at < limit) {
    if (!read(builder)) return false;
    consumeToken(builder, limit);
  }
  return builder.predictable && builder.mode === IN_BODY;
}

/** Reads on until every child that begins before the rest is complete. Returns false if their parent ends first. */
function finishOpenChildren(builder: Builder, rest: number, depth: number): boolean {
  while (unreadLength(builder) > rest || builder.depth > depth) {
    if (!read(builder)) return false;
    consume(builder);
    if (builder.floor < depth) return false;
  }
  return builder.predictable && builder.mode === IN_BODY && builder.opaqueDepth >= depth;
}

/** Whether one of the first `depth` open elements is never updated. */
function isInNoupdate(builder: Builder, depth: number): boolean {
  for (let index = 0; index < depth; index++) if (builder.openBits(index) & NOUPDATE) return true;
  return false;
}

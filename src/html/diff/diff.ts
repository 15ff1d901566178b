/**
 * The difference of two pages, in the cheapest of three ways that applies.
 *
 * 1. *Region.* Most events change a few neighbouring children of one element. The pages' common prefix and suffix
 *    enclose them. The parser resumes at the last checkpoint before the difference and reads both pages only
 *    until their states are equal again (changed-region.ts). Both trees hold that region alone. If only texts and
 *    attributes differ, the new page needs no tree: both pages are read in step (../in-step/in-step.ts).
 * 2. *Head and body.* If the head differs too, the head is compared as a page of its own, and the body by region.
 * 3. *Whole.* Otherwise both pages are parsed from start to end.
 *
 * Two trees are then compared level by level (reconcile.ts). Equal children at both ends of a list are skipped. The
 * others are paired (../match/match.ts). Each pair is compared in turn; children without a partner are removed or inserted.
 *
 * The parser makes three statements, and everything else rests on them:
 *
 * - A *predictable* page: the browser's parser makes the same nodes. Any other page is sent whole.
 * - An *opaque* element: its own place is certain, its content is not. It is compared by source and sent whole.
 * - A *sealed* element: its content is certain, but no path leads into it (`<noscript>`, shadow roots). It is sent whole.
 */
import type { Instruction } from '../../protocol.js';
import { findBody } from '../parse/parse.js';
import { withScratch } from '../parse/row-pool.js';
import { scan } from '../parse/scan.js';
import { nodesBetween, type Tree } from '../parse/tree.js';
import { findRegion, type Region, withSkippedChildren, withWholeChild } from './changed-region.js';
import { Checkpoints, checkpointOf } from './checkpoints.js';
import { Reconciler } from './reconcile.js';

/** The way from one page to another. */
export interface Diff {
  /** `null`: send the whole page, as instructions are longer or impossible. */
  instructions: Instruction[] | null;
  /** The client's page afterwards: the new page, with `noupdate` elements as they were. */
  html: string;
  /** The checkpoints of `html`, if the comparison found them. */
  checkpoints?: Checkpoints | undefined;
}

/**
 * Compares the page that was sent with the new page. The checkpoints of the page before save reading it. The
 * instructions are the same without them.
 */
export function diff(before: string, after: string, checkpoints = Checkpoints.of(before)): Diff {
  if (before === after) return { instructions: [], html: after, checkpoints };
  return withScratch(() => {
    const shortcut = checkpoints.predictable
      ? (diffRegion(before, after, checkpoints) ?? diffHeadAndBody(before, after, checkpoints))
      : undefined;
    return shortcut ?? diffTrees(scan(before), scan(after));
  });
}

/** Compares two pages as wholes. */
export function diffTrees(before: Tree, after: Tree): Diff {
  const reconciler = reconcile(before, after);
  return reconciler ? toDiff(after.html, reconciler) : { instructions: null, html: after.html };
}

function reconcile(before: Tree, after: Tree): Reconciler | undefined {
  if (!before.predictable || !after.predictable || !haveSameProlog(before, after)) return undefined;
  const reconciler = new Reconciler(before, after);
  reconciler.diffNode([], 0, 0);
  return reconciler;
}

/** The doctype and comments before `<html>` are out of reach of instructions. */
function haveSameProlog(before: Tree, after: Tree): boolean {
  return before.html.slice(0, before.start(0)) === after.html.slice(0, after.start(0));
}

/** Compares two pages that differ in one region of the body, apart from the differences that `head` has found. */
function diffRegion(
  before: string,
  after: string,
  checkpoints: Checkpoints,
  head?: Reconciler,
): Diff | undefined {
  const compared = compareRegion(findRegion(before, after, checkpoints));
  if (!compared) return undefined;
  const { region, reconciler, children } = compared;
  const result = toDiff(after, reconciler, head);
  if (!region.after.predictable) return result;
  const { parser } = region.openElements;
  const length = result.html.length - before.length;
  const { to, depth } = region;
  // A `noupdate` element that stays moves what is behind it.
  const kept = reconciler.splices.length === 0 ? region.kept : undefined;
  const shift = { from: parser.at, to, length, depth, children, kept };
  result.checkpoints = checkpoints.shifted(shift, checkpointOf(parser));
  return result;
}

/** A region whose children were compared. */
export interface ComparedRegion {
  region: Region;
  reconciler: Reconciler;
  /** The number of children that the parent gained. */
  children: number;
}

/** Compares the children of a region, if it can be found and `accepts` it. */
export function compareRegion(
  region: Region | undefined,
  accepts: (region: Region) => boolean = () => true,
): ComparedRegion | undefined {
  if (!region || !accepts(region)) return undefined;
  const { before, after, openElements, depth, path, offset } = region;
  const reconciler = new Reconciler(before, after, openElements);
  if (region.inStep) {
    for (const instruction of region.inStep.instructions) reconciler.emit(instruction);
    return { region, reconciler, children: 0 };
  }
  const beforeNodes = nodesBetween(before, depth, before.size);
  const afterNodes = nodesBetween(after, depth, after.size);
  reconciler.diffChildren(path, beforeNodes, afterNodes, offset);
  // The child that is open at the start of the region must be read from its own start.
  if (reconciler.pairsUnreadElement) return compareRegion(withWholeChild(region), accepts);
  if (reconciler.asksForSkipped) return compareRegion(withSkippedChildren(region), accepts);
  return { region, reconciler, children: afterNodes.length - beforeNodes.length };
}

/** Compares two pages that differ in the head too, by way of a page with the new head and the old body. */
function diffHeadAndBody(before: string, after: string, checkpoints: Checkpoints): Diff | undefined {
  const [body, bodyAfter] = [findBody(before), findBody(after)];
  if (!body || !bodyAfter) return undefined;
  const headAfter = after.slice(0, bodyAfter.open);
  // The checkpoints in the old body do not know of a `noupdate` above them.
  if (/noupdate/i.test(headAfter)) return undefined;
  const head = reconcile(scan(before.slice(0, body.open)), scan(headAfter));
  const movesBody = head?.instructions.some(([verb, path]) => path.length === 0 && verb !== 's');
  if (!head?.possible || movesBody || head.splices.length > 0) return undefined;
  const moved = bodyAfter.start - body.start;
  const grown = bodyAfter.open - body.open - moved;
  const shifted = checkpoints
    .shifted({ from: -1, to: body.start, length: moved, depth: 0, children: 0 })
    .shifted({ from: -1, to: bodyAfter.start + 1, length: grown, depth: 0, children: 0 });
  const page = headAfter + before.slice(body.open);
  return page === after
    ? { ...toDiff(after, head), checkpoints: shifted }
    : diffRegion(page, after, shifted, head);
}

/** `head` was compared before the rest. */
function toDiff(after: string, rest: Reconciler, head?: Reconciler): Diff {
  const { instructions, possible, size } = rest;
  const fits = possible && size + (head?.size ?? 0) <= after.length;
  const all = head ? [...head.instructions, ...instructions] : instructions;
  return { instructions: fits ? all : null, html: rest.splice(after), checkpoints: undefined };
}

import type { Instruction } from '../../protocol.js';
import { findBody } from '../parse/find-body.js';
import { scan } from '../parse/scan.js';
import type { Tree } from '../parse/tree.js';
import { findRegion, type Region, withWholeChild } from './changed-region.js';
import { Outline } from './checkpoints.js';
import { nodesBetween, Reconciler } from './reconcile.js';

/** What leads from one page to another. */
export interface Diff {
  /** `null`: send the whole page, as instructions would be longer or cannot say it. */
  instructions: Instruction[] | null;
  /** What the client's page will be: the page now, with `noupdate` elements as they were. */
  html: string;
  /** The outline of `html`, when it was found on the way. */
  outline?: Outline;
}

/**
 * Compares the page that was sent with the page now. The outline of the page before saves reading it; the
 * instructions are the same without.
 */
export function diff(before: string, now: string, outline = Outline.of(before)): Diff {
  if (before === now) return { instructions: [], html: now, outline };
  const shortcut = outline.sound
    ? (diffRegion(before, now, outline) ?? diffHeadAndBody(before, now, outline))
    : undefined;
  return shortcut ?? diffWhole(scan(before), scan(now));
}

function diffWhole(before: Tree, now: Tree): Diff {
  const result = diffTrees(before, now);
  before.release();
  now.release();
  return result;
}

/** Compares two pages as wholes. */
export function diffTrees(before: Tree, now: Tree): Diff {
  const reconciler = reconciled(before, now);
  return reconciler ? conclude(now.html, reconciler) : { instructions: null, html: now.html };
}

function reconciled(before: Tree, now: Tree): Reconciler | undefined {
  if (!before.sound || !now.sound || !haveSameFrame(before, now)) return undefined;
  const reconciler = new Reconciler(before, now);
  reconciler.pair([], 0, 0);
  return reconciler;
}

/** What stands outside of `<html>` belongs to the document, which instructions do not reach. */
function haveSameFrame(before: Tree, now: Tree): boolean {
  const prologue = before.html.slice(0, before.start(0));
  return prologue === now.html.slice(0, now.start(0)) && before.epilogue === now.epilogue;
}

/** Compares two pages that differ in one region of the body, apart from what `head` has found. */
function diffRegion(before: string, now: string, outline: Outline, head?: Reconciler): Diff | undefined {
  const region = findRegion(before, now, outline);
  if (!region) return undefined;
  const result = compareRegion(region, outline, head) ?? compareRegion(withWholeChild(region), outline, head);
  region.opening.reached.release();
  return result;
}

/** Undefined when the child that is open at the start of the region has to be read from its own start. */
function compareRegion(region: Region | undefined, outline: Outline, head?: Reconciler): Diff | undefined {
  if (!region) return undefined;
  const { before, now, opening, depth, path, offset, to } = region;
  const reconciler = new Reconciler(before, now, opening);
  const nodes = nodesBetween(before, depth, before.size);
  const nodesNow = nodesBetween(now, depth, now.size);
  reconciler.children(path, nodes, nodesNow, offset);
  if (reconciler.crosses) return undefined;
  const result = conclude(now.html, reconciler, head);
  before.release();
  now.release();
  if (!now.sound) return result;
  const length = result.html.length - before.html.length;
  const children = nodesNow.length - nodes.length;
  const shift = { from: opening.reached.at, to, length, depth, children };
  return { ...result, outline: outline.shifted(shift, opening.reached) };
}

/** Compares two pages that differ in the head too, by way of a page with the head of now and the old body. */
function diffHeadAndBody(before: string, now: string, outline: Outline): Diff | undefined {
  const [body, bodyNow] = [findBody(before), findBody(now)];
  if (!body || !bodyNow) return undefined;
  const headNow = now.slice(0, bodyNow.open);
  // The points of the old body do not know of a `noupdate` that has come above them.
  if (/noupdate/i.test(headNow)) return undefined;
  const head = reconciled(scan(before.slice(0, body.open)), scan(headNow));
  const movesBody = head?.instructions.some(([verb, path]) => path.length === 0 && verb !== 's');
  if (!head?.possible || movesBody || head.splices.length > 0) return undefined;
  const length = bodyNow.open - body.open;
  const between = outline.shifted({ from: -1, to: body.start, length, depth: 0, children: 0 });
  const page = headNow + before.slice(body.open);
  return page === now ? { ...conclude(now, head), outline: between } : diffRegion(page, now, between, head);
}

/** `head` was compared before the rest. */
function conclude(now: string, rest: Reconciler, head?: Reconciler): Diff {
  const { instructions, possible, size } = rest;
  const fits = possible && size + (head?.size ?? 0) <= now.length;
  return {
    instructions: fits ? [...(head?.instructions ?? []), ...instructions] : null,
    html: rest.splice(now),
  };
}

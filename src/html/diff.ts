import type { Instruction } from '../protocol.js';
import { Outline } from './outline.js';
import { nodesBetween, Reconciler, type Splice } from './reconcile.js';
import { findRegion, type Region } from './region.js';
import { scan } from './scan.js';
import type { Tree } from './tree.js';

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
  const region = outline.sound ? findRegion(before, now, outline) : undefined;
  return region ? diffRegion(region, outline) : diffTrees(scan(before), scan(now));
}

function diffRegion(region: Region, outline: Outline): Diff {
  const { before, now, path, offset, reached, from, to, depth } = region;
  const reconciler = new Reconciler(before, now);
  const nodes = nodesBetween(before, 0, before.size);
  const nodesNow = nodesBetween(now, 0, now.size);
  reconciler.children(path, nodes, nodesNow, offset);
  const result = conclude(reconciler, now.html);
  if (!now.sound) return result;
  const length = result.html.length - before.html.length;
  const children = nodesNow.length - nodes.length;
  return { ...result, outline: outline.shifted({ from, to, length, depth, children }, reached) };
}

/** Compares two pages as wholes. */
export function diffTrees(before: Tree, now: Tree): Diff {
  if (!before.sound || !now.sound || !haveSameFrame(before, now))
    return { instructions: null, html: now.html };
  const reconciler = new Reconciler(before, now);
  reconciler.pair([], 0, 0);
  return conclude(reconciler, now.html);
}

/** What stands outside of `<html>` belongs to the document, which instructions do not reach. */
function haveSameFrame(before: Tree, now: Tree): boolean {
  const prologue = before.html.slice(0, before.start(0));
  return prologue === now.html.slice(0, now.start(0)) && before.epilogue === now.epilogue;
}

function conclude({ instructions, possible, size, splices }: Reconciler, now: string): Diff {
  const fits = possible && size <= now.length;
  return { instructions: fits ? instructions : null, html: splice(now, splices) };
}

function splice(html: string, splices: Splice[]): string {
  if (splices.length === 0) return html;
  let result = '';
  let at = 0;
  for (const { start, end, html: kept } of splices.sort((a, b) => a.start - b.start)) {
    result += html.slice(at, start) + kept;
    at = end;
  }
  return result + html.slice(at);
}

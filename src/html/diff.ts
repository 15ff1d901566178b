import type { Instruction } from '../protocol.js';
import { Reconciler, type Splice } from './reconcile.js';
import { scan } from './scan.js';
import type { Tree } from './tree.js';

/** What leads from one page to another. */
export interface Diff {
  /** `null`: send the whole page, as instructions would be longer or cannot say it. */
  instructions: Instruction[] | null;
  /** What the client's page will be: the page now, with `noupdate` elements as they were. */
  html: string;
}

/** Compares the page that was sent with the page now. */
export function diff(before: string, now: string): Diff {
  if (before === now) return { instructions: [], html: now };
  return diffTrees(scan(before), scan(now));
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

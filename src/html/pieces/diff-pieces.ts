import { findRegion } from '../diff/changed-region.js';
import type { Checkpoints } from '../diff/checkpoints.js';
import { compareRegion, type Diff } from '../diff/diff.js';
import { withScratch } from '../parse/row-pool.js';
import type { HtmlPieces } from './html-pieces.js';
import { CONTEXT, PieceWindow } from './piece-window.js';

/** The way from one page to another that the client then has as it is. */
export type PiecesDiff = Omit<Diff, 'html'>;

/**
 * Compares two pages by the part in which their pieces differ, without reading the rest. The result is that of `diff`.
 * Returns undefined if more of the pages decides about it.
 *
 * @param context characters around the difference that are read
 */
export function diffPieces(
  before: HtmlPieces,
  after: HtmlPieces,
  checkpoints: Checkpoints,
  context = CONTEXT,
): PiecesDiff | undefined {
  if (!checkpoints.predictable) return undefined;
  const window = PieceWindow.around(before, after, checkpoints, context);
  if (!window) return undefined;
  // The same text may be in other pieces.
  if (window.before === window.after) return { instructions: [], checkpoints };
  return withScratch(() => diffWindow(window, after.length - before.length, after.length, checkpoints));
}

function diffWindow(
  window: PieceWindow,
  growth: number,
  length: number,
  checkpoints: Checkpoints,
): PiecesDiff | undefined {
  const found = findRegion(window.before, window.after, window.checkpoints, window.readOuter);
  const compared = compareRegion(found, (region) => window.admit(region));
  if (!compared) return undefined;
  const { region, reconciler, children } = compared;
  const { instructions, possible, size, splices, sendsUnread } = reconciler;
  // A `noupdate` element that stays makes the client's page another one.
  if (splices.length > 0 || sendsUnread || region.openElements.isIncomplete) return undefined;
  const result: PiecesDiff = { instructions: possible && size <= length ? instructions : null };
  if (!region.after.predictable) return result;
  const { parser } = region.openElements;
  const [from, to] = [window.toPage(parser.at), window.toPage(region.to)];
  const kept = region.kept.map((part) => window.partInPage(part));
  const shift = { from, to, length: growth, depth: region.depth, children, kept };
  result.checkpoints = checkpoints.shifted(shift, window.checkpointOf(parser));
  return result;
}

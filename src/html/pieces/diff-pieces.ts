import type { Path } from '../../protocol.js';
import { findRegion, type Region } from '../diff/changed-region.js';
import type { Checkpoints } from '../diff/checkpoints.js';
import { compareRegion, type Diff } from '../diff/diff.js';
import { withScratch } from '../parse/row-pool.js';
import { tagAt } from '../parse/tokenizer.js';
import { withFirstChange } from './first-change.js';
import type { HtmlPieces } from './html-pieces.js';
import { CONTEXT, PieceWindow } from './piece-window.js';

/** The way from one page to another that the client then has as it is. */
export type PiecesDiff = Omit<Diff, 'html'>;

interface PlacedDiff extends PiecesDiff {
  /** All elements stay in their places. */
  isInPlace: boolean;
  /** Characters of the instructions. */
  size: number;
  places: Place[];
}

/** The parent of the nodes that a change concerns: its path, and the start tags from the outermost element to itself. */
interface Place {
  path: Path;
  tags: string[];
  /** The start tags of these nodes, before and now, if they stay in their places. */
  children: string[] | undefined;
}

const MAX_COMPARED = 12;
/** Characters of a page whose changes are compared one by one. */
const MIN_LENGTH = 16_384;
/** The most characters that are read for one of several changes: if they do not suffice, all are read once. */
const MAX_READ = 16_384;

/**
 * Compares two pages by the parts in which their pieces differ, without reading the rest. The instructions are those of
 * `diff`. Several changes of a long page may come in another order, and children beside them may stay that `diff` would
 * pair otherwise. Returns undefined if more of the pages decides about them.
 *
 * @param context characters around the difference that are read
 * @param comparisons the most comparisons of single changes
 */
export function diffPieces(
  before: HtmlPieces,
  after: HtmlPieces,
  checkpoints: Checkpoints,
  context = CONTEXT,
  comparisons = MAX_COMPARED,
): PiecesDiff | undefined {
  if (!checkpoints.predictable) return undefined;
  const budget = { left: before.length < MIN_LENGTH ? 0 : comparisons };
  return (
    diffEach(before, after, checkpoints, context, budget) ?? diffOne(before, after, checkpoints, context)
  );
}

/**
 * Compares several changes one by one, so that nothing between them is read. No element may move from one to another: all
 * but one of them must leave the elements in their places, and no element around one may equal an element around another.
 */
function diffEach(
  before: HtmlPieces,
  after: HtmlPieces,
  checkpoints: Checkpoints,
  context: number,
  budget: { left: number },
): PlacedDiff | undefined {
  for (const midway of withFirstChange(before, after)) {
    if (--budget.left < 0) return undefined;
    const first = diffOne(before, midway, checkpoints, context, MAX_READ);
    if (!first?.instructions || !first.checkpoints) continue;
    const rest =
      diffEach(midway, after, first.checkpoints, context, budget) ??
      diffOne(midway, after, first.checkpoints, context, MAX_READ);
    if (!rest?.instructions || !areIndependent(first, rest)) continue;
    const size = first.size + rest.size;
    if (size > after.length) return undefined;
    return {
      instructions: [...first.instructions, ...rest.instructions],
      checkpoints: rest.checkpoints,
      isInPlace: first.isInPlace && rest.isInPlace,
      size,
      places: [...first.places, ...rest.places],
    };
  }
  return undefined;
}

function areIndependent(first: PlacedDiff, rest: PlacedDiff): boolean {
  return (
    (first.isInPlace || rest.isInPlace) &&
    first.places.every((place) => rest.places.every((other) => areApart(place, other)))
  );
}

/** Whether the siblings that two changes concern, or in which they are, have different start tags. */
function areApart(place: Place, other: Place): boolean {
  const { path } = place;
  let fork = 0;
  while (fork < path.length && path[fork] === other.path[fork]) fork++;
  const [tags, otherTags] = [tagsAt(place, fork + 1), tagsAt(other, fork + 1)];
  return tags !== undefined && otherTags !== undefined && !tags.some((tag) => otherTags.includes(tag));
}

function tagsAt({ tags, children }: Place, depth: number): string[] | undefined {
  return depth < tags.length ? tags.slice(depth, depth + 1) : children;
}

function placeOf({ path, depth, openElements: { parser }, inStep }: Region): Place {
  const tags = Array.from({ length: depth }, (_, index) => tagAt(parser.html, parser.openStart(index)));
  return { path, tags, children: inStep?.tags };
}

/** Compares two pages whose differences are near. */
function diffOne(
  before: HtmlPieces,
  after: HtmlPieces,
  checkpoints: Checkpoints,
  context: number,
  maxRead = Number.POSITIVE_INFINITY,
): PlacedDiff | undefined {
  const window = PieceWindow.around(before, after, checkpoints, context);
  if (!window || window.before.length > maxRead || window.after.length > maxRead) return undefined;
  // The same text may be in other pieces.
  if (window.before === window.after)
    return { instructions: [], checkpoints, isInPlace: true, size: 0, places: [] };
  return withScratch(() => diffWindow(window, after.length - before.length, after.length, checkpoints));
}

function diffWindow(
  window: PieceWindow,
  growth: number,
  length: number,
  checkpoints: Checkpoints,
): PlacedDiff | undefined {
  const found = findRegion(window.before, window.after, window.checkpoints, window.readOuter);
  const compared = compareRegion(found, (region) => window.admit(region));
  if (!compared) return undefined;
  const { region, reconciler, children } = compared;
  const { instructions, possible, size, splices, sendsUnread } = reconciler;
  // A `noupdate` element that stays makes the client's page another one.
  if (splices.length > 0 || sendsUnread || region.openElements.isIncomplete) return undefined;
  const result: PlacedDiff = {
    instructions: possible && size <= length ? instructions : null,
    isInPlace: region.inStep?.instructions.every(([verb]) => verb !== 'i' && verb !== 'r') === true,
    size,
    places: [placeOf(region)],
  };
  if (!region.after.predictable) return result;
  const { parser } = region.openElements;
  const [from, to] = [window.toPage(parser.at), window.toPage(region.to)];
  const kept = region.kept.map((part) => window.partInPage(part));
  const shift = { from, to, length: growth, depth: region.depth, children, kept };
  result.checkpoints = checkpoints.shifted(shift, window.checkpointOf(parser));
  return result;
}

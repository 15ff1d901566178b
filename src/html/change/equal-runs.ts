import { commonRun, commonSuffix } from './common-affix.js';

/** The least length of a run that is worth looking for, in characters. */
const LEAST_RUN = 8192;
/** The most runs that are found. A page with more of them has changed in many places, which are read with the text between. */
const MAX_RUNS = 8;
/** Characters that are looked for, how far from their place, and the most places that are tried behind it and before it. */
const ANCHOR = 256;
const WINDOW = 8192;
const MAX_PLACES = 4;

/** A long text between two differences that both pages have. */
export interface EqualRun {
  /** Its start and its end in the page before. */
  from: number;
  to: number;
  /** The distance to the same text in the new page. */
  shift: number;
}

/** Two pages that differ first at `from`, and last where `suffix` characters follow. */
export interface DifferentPages {
  before: string;
  after: string;
  from: number;
  suffix: number;
}

/** Positions in the page before at which runs are looked for. */
export interface Anchors {
  /** Returns the first position behind another one, or a later one for a larger `step`. */
  positionBehind(position: number, step: number): number | undefined;
}

/** Finds long runs of equal text between the first and the last difference. */
export function findEqualRuns(pages: DifferentPages, anchors: Anchors): EqualRun[] {
  const end = pages.before.length - pages.suffix;
  const runs: EqualRun[] = [];
  let last: EqualRun = { from: pages.from, to: pages.from, shift: 0 };
  let behind = pages.from;
  for (let step = 1; runs.length < MAX_RUNS; ) {
    const anchor = end - behind < LEAST_RUN ? undefined : anchors.positionBehind(behind, step);
    if (anchor === undefined || anchor + ANCHOR > end) break;
    const run = longRunAt(pages, anchor, last);
    behind = run?.to ?? anchor;
    // Long runs are rare in pages that differ in many places, so fewer and fewer places are tried.
    step = run ? 1 : step * 3;
    if (run) runs.push(run);
    last = run ?? last;
  }
  return runs;
}

function longRunAt(pages: DifferentPages, anchor: number, last: EqualRun): EqualRun | undefined {
  for (const shift of likelyShifts(pages, anchor, last)) {
    const run = runAround(pages, anchor, shift, last);
    if (run.to - run.from >= LEAST_RUN) return run;
  }
  return undefined;
}

/** The distances to places of the new page with the text at a position, the likeliest first. */
function* likelyShifts({ before, after, suffix }: DifferentPages, anchor: number, last: EqualRun) {
  const text = before.slice(anchor, anchor + ANCHOR);
  const place = anchor + last.shift;
  for (const shift of [last.shift, after.length - before.length])
    if (after.startsWith(text, anchor + shift)) yield shift;
  const from = Math.max(last.to + last.shift, place - WINDOW);
  const middle = Math.max(from, place);
  const end = Math.min(after.length - suffix, place + WINDOW);
  yield* placesOf(text, after.slice(middle, end), middle - anchor);
  yield* placesOf(text, after.slice(from, Math.min(end, middle + ANCHOR)), from - anchor);
}

/** The first places of a text in a part of a page, each moved by `shift`. */
function* placesOf(text: string, part: string, shift: number) {
  let at = part.indexOf(text);
  for (let count = 0; count < MAX_PLACES && at !== -1; count++) {
    yield at + shift;
    at = part.indexOf(text, at + 1);
  }
}

/** The equal text around a position, behind the last run. */
function runAround(pages: DifferentPages, anchor: number, shift: number, last: EqualRun): EqualRun {
  const { before, after, suffix } = pages;
  const place = anchor + shift;
  const rest = Math.min(before.length - suffix - anchor, after.length - suffix - place);
  const most = Math.min(anchor - last.to, place - last.to - last.shift);
  if (most < 0) return { from: anchor, to: anchor, shift };
  const from = anchor - commonSuffix(before.slice(0, anchor), after.slice(0, place), most);
  return { from, to: anchor + commonRun(before, anchor, after, place, rest, 0), shift };
}

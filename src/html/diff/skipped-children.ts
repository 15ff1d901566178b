import type { EqualRun } from '../change/equal-runs.js';
import { LOOKAHEAD } from '../match/open-elements.js';
import { MAX_NODES } from '../match/row-content.js';
import { type Builder, COUNT, MASK, START } from '../parse/builder.js';
import { FOREIGN, OPEN_TEMPLATE } from '../parse/elements.js';
import { consume, read } from '../parse/parse.js';
import { isLetter } from '../parse/tokenizer.js';
import type { Tree } from '../parse/tree.js';
import { type Checkpoint, type Checkpoints, depthOf, formOf, openField, positionOf } from './checkpoints.js';

/** The least characters that are skipped. */
const LEAST_SKIP = 1024;

const LESS = 60;

/** Children of one element that both pages have and that were not read. */
export interface Skip {
  /** Their first node. */
  node: number;
  /** Their start, and the position of the last checkpoint behind them. */
  at: number;
  last: number;
  /** The distance to the new page. */
  shift: number;
  /** The node of their parent, and for each element around them, its start and the number of its children before them. */
  parent: number;
  starts: number[];
  counts: number[];
}

/** A checkpoint up to which children are skipped, and the number of elements that are open from here to there. */
interface Goal {
  checkpoint: Checkpoint;
  depth: number;
}

/**
 * Reads on in the page before, in a run of equal text, and leaves out most of the children that lie between two checkpoints of
 * the run. The first nodes of each element are always read, as they identify it.
 */
export function readRun(builder: Builder, checkpoints: Checkpoints, { to, shift }: EqualRun): Skip[] {
  const skips: Skip[] = [];
  const { size } = builder.tree as Tree;
  let goal = findGoal(builder, checkpoints, to);
  while (goal) {
    const children = childrenUpTo(goal, builder, size);
    if (children > 0) skips.push(skip(goal, builder, children, shift));
    if (!read(builder)) return skips;
    consume(builder);
    if (builder.depth < goal.depth || builder.at >= positionOf(goal.checkpoint))
      goal = findGoal(builder, checkpoints, to);
    else descend(goal, builder);
  }
  return skips;
}

function findGoal(builder: Builder, checkpoints: Checkpoints, to: number): Goal | undefined {
  for (let depth = builder.depth; depth > 1; depth--) {
    const checkpoint = checkpoints.lastInside(builder, depth - 1, to - LOOKAHEAD);
    if (checkpoint && positionOf(checkpoint) - builder.at >= LEAST_SKIP) return { checkpoint, depth };
  }
  return undefined;
}

/** Counts the elements that were opened and are open at the goal too. */
function descend(goal: Goal, builder: Builder): void {
  const depth = Math.min(builder.depth, depthOf(goal.checkpoint));
  while (
    goal.depth < depth &&
    openField(goal.checkpoint, goal.depth, START) === builder.openStart(goal.depth)
  )
    goal.depth++;
}

/** The start of the child that is open at the goal, or the goal itself. */
function endOf({ checkpoint, depth }: Goal): number {
  return depth < depthOf(checkpoint) ? openField(checkpoint, depth, START) : positionOf(checkpoint);
}

/** The number of children that can be skipped here, all of them complete. `size` is the number of nodes before the run. */
function childrenUpTo(goal: Goal, builder: Builder, size: number): number {
  const { at, depth, html, mask } = builder;
  const { checkpoint } = goal;
  if (depth !== goal.depth || endOf(goal) - at < LEAST_SKIP) return 0;
  const read = (builder.tree as Tree).size - Math.max(size, builder.openNode(depth - 1) + 1);
  // Texts before the first element may belong to the change in front of them.
  const isElement = html.charCodeAt(at) === LESS && isLetter(html.charCodeAt(at + 1));
  if (read < MAX_NODES || !isElement || mask & (FOREIGN | OPEN_TEMPLATE)) return 0;
  const form = formOf(checkpoint) <= depth ? formOf(checkpoint) : 0;
  if (form !== builder.form || openField(checkpoint, depth - 1, MASK) !== mask) return 0;
  const isOpen = depth < depthOf(checkpoint) ? 1 : 0;
  return openField(checkpoint, depth - 1, COUNT) - isOpen - builder.childCount(depth - 1);
}

function skip(goal: Goal, builder: Builder, children: number, shift: number): Skip {
  const { at, depth } = builder;
  const elements = Array.from({ length: depth }, (_, index) => index);
  const last = positionOf(goal.checkpoint);
  const result: Skip = {
    node: (builder.tree as Tree).size,
    at,
    last,
    shift,
    parent: builder.openNode(depth - 1),
    starts: elements.map((index) => builder.openStart(index)),
    counts: elements.map((index) => builder.childCount(index)),
  };
  builder.skip(children, endOf(goal), last + LOOKAHEAD);
  return result;
}

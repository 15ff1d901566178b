import type { Path } from '../../protocol.js';
import type { ComparedTree } from '../match/compared-tree.js';
import type { OpenElements } from '../match/open-elements.js';
import { NOUPDATE, type Tree } from '../parse/tree.js';
import { ChangedChildren } from './changed-children.js';

/** The children of one element, one of which is current. */
export interface Level {
  parent: number;
  /** The current child, its index, and the child before it or -1. */
  child: number;
  index: number;
  previous: number;
  /** The number of the first node that is not in the element. */
  end: number;
  /** The first child that differs, or -1, and the distance to its place in the new page. Most often it is the only one. */
  first: number;
  firstShift: number;
  /** All children that differ, if there are several. */
  changed: ChangedChildren | undefined;
}

/** The children of an element that may differ, from one position of the page before to another. */
export interface InStepPart {
  openElements: OpenElements;
  /** The depth of the parent, and the path to it. */
  depth: number;
  path: Path;
  from: number;
  to: number;
  /** The places of changes are asked for afterwards. */
  hasSkips: boolean;
}

/** The current place in both pages: a child of each element around it, and the distance from one page to the other. */
export class Levels {
  /** The distance from the place in the page before to the same place in the new page. */
  shift = 0;
  /** An element with a name was appended or removed. */
  changesNames = false;
  readonly #list: Level[] = [];
  /** The outermost level, once it is left. */
  #outermost: Level | undefined;

  constructor(
    readonly before: ComparedTree,
    /** The new page. */
    readonly after: string,
    readonly part: InStepPart,
  ) {
    this.#enter(part.depth - 1, before.tree.size);
  }

  get all(): readonly Level[] {
    return this.#list;
  }

  get last(): Level {
    return this.#list.at(-1) as Level;
  }

  #enter(parent: number, end: number): void {
    const index = this.part.openElements.unreadChildren(parent);
    this.#list.push({
      parent,
      child: parent + 1,
      index,
      previous: -1,
      end,
      first: -1,
      firstShift: 0,
      changed: undefined,
    });
  }

  /** Leaves the levels from `depth` on. Returns false if one of their children may have another partner. */
  leave(depth: number): boolean {
    while (this.#list.length > depth) {
      const level = this.#list.pop() as Level;
      const { changed } = level;
      changed?.close(this.shift);
      if (this.#list.length === 0) this.#outermost = level;
      if (changed?.stayInPlace(this.changesNames) === false) return false;
    }
    return true;
  }

  /** The outermost children that differ, each with its start in the new page. Known at the end. */
  get outermost(): { node: number; start: number }[] {
    if (!this.#outermost) return [];
    const { changed, first: node, firstShift } = this.#outermost;
    return changed?.list ?? [{ node, start: this.before.tree.start(node) + firstShift }];
  }

  /** Leaves the last level to change its list of children. Returns false if they may be partners of others, or are in no list. */
  leaveList(): boolean {
    if (this.#list.length === 1 || this.last.first !== -1) return false;
    this.#list.pop();
    return true;
  }

  /** Finds the last node that begins up to a position: it is the current child of the last level. */
  find(at: number): Level | undefined {
    const { tree } = this.before;
    for (let depth = 0; ; depth++) {
      const level = this.#list[depth] as Level;
      const { child } = level;
      advance(tree, level, at);
      if (level.child !== child && !this.leave(depth + 1)) return undefined;
      const first = level.child + 1;
      const isInside = first < tree.next(level.child) && tree.start(first) <= at;
      if (!isInside) return this.leave(depth + 1) ? level : undefined;
      if (tree.bits(level.child) & NOUPDATE) return undefined;
      if (this.#list.length === depth + 1) this.#enter(level.child, tree.next(level.child));
    }
  }

  /** The start of a level's current child in the new page. */
  startAfter({ child, first, firstShift, changed }: Level): number {
    const start = this.before.tree.start(child);
    if (this.part.openElements.depth > child) return start;
    return changed?.startAfter(child) ?? start + (first === child ? firstShift : this.shift);
  }

  /** Notes the change of a child of the last level. Returns the path to it. */
  note(node: number): Path {
    const path = this.part.path.slice();
    const { last } = this;
    for (const level of this.#list) {
      this.#noteChild(level, level === last ? node : level.child);
      path.push(level.index);
    }
    return path;
  }

  #noteChild(level: Level, child: number): void {
    if (level.first === -1) {
      level.first = child;
      level.firstShift = this.shift;
    } else if (level.changed) level.changed.add(child, this.shift);
    else if (child !== level.first) {
      level.changed = new ChangedChildren(this.before, this.after);
      level.changed.add(level.first, level.firstShift);
      level.changed.add(child, this.shift);
    }
  }
}

/** Moves to the last child that begins up to a position. */
function advance(tree: Tree, level: Level, at: number): void {
  for (;;) {
    const next = tree.next(level.child);
    if (next >= level.end || tree.start(next) > at) return;
    level.previous = level.child;
    level.child = next;
    level.index++;
  }
}

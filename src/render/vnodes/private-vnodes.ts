import { cloneElement, type VNode } from 'preact';

/** Ids begin with the first, and the second is the number of the next one. */
export type IdCount = [prefix: number | string, next: number];

/** Has `_mask`, in which `useId` counts. */
export interface IdCounter {
  __m?: IdCount | undefined;
}

/** The properties of a render that this folder uses. */
export interface Render extends IdCounter {
  /** It cannot wait. If it meets a promise, another one follows that can. */
  readonly isAttempt?: boolean;
  /** It met a promise. */
  hasSuspended?: boolean;
  /** A component suspended inside an `<svg>`. The nodes around it may be in another place when it goes on. */
  hasSuspendedInSvg?: boolean;
  /** The attempt before this render. */
  readonly attempt?: object | undefined;
}

/** A node with preact's internal fields that this folder reads or writes. */
export interface RenderedVNode extends VNode, IdCounter {
  /** `_parent`, which the renderer sets before it calls `options.__b`. */
  __: RenderedVNode | null;
  /** `_dom`, which no string renderer uses. Here: the render that the node belongs to. */
  __e: object | null;
  /** `_component`. That of a function has no `render`. */
  __c: { render?: (...args: unknown[]) => unknown } | null;
  /** `_children`, the last array of nodes in it that the renderer went through. */
  __k: readonly unknown[] | null;
}

interface SharedProps {
  original: RenderedVNode;
  /** Copies by render and by parent. */
  copies: WeakMap<object, WeakMap<object, RenderedVNode>>;
}

/** A copy of a shared element. */
interface Copy {
  render: object;
  /** The element or component around it in that render. */
  parent: RenderedVNode | null;
  shared: RenderedVNode;
  /** The count of all the render when the copy was reached, and that of the place. */
  ids?: { all: IdCount; around: IdCount };
}

const copies = new WeakMap<object, Copy>();
/** The render whose synchronous code runs. */
let current: Render | undefined;
/** The render of the shared element that was claimed last, until its component is called. */
let claimed: object | undefined;

/** Runs the synchronous part of a render. Every node that it reaches belongs to `render`. */
export function runRender<Result>(render: object, run: () => Result): Result {
  const before = current;
  current = render;
  try {
    return run();
  } finally {
    current = before;
  }
}

/** The render that `runRender` runs. */
export function currentRender(): Render | undefined {
  return current;
}

/**
 * Gives each render its own copy of a component element that outlives a request: a constant of a
 * module, or one that a compiler hoisted. The renderer keeps instance, parent and suspension of a
 * component on its element, so a shared element would carry them from one visitor to another.
 *
 * To be called for each node before the renderer reads its type.
 */
export function claimVNode(vnode: RenderedVNode): void {
  if (typeof vnode.type !== 'function') {
    // An earlier render may have passed a constant of a module.
    vnode.__e = vnode.__k = null;
    return;
  }
  const render = renderOf(vnode);
  if (vnode.type === Shared) claimed = render;
  else if (vnode.__e === null) vnode.__e = render;
  else if (vnode.__e === (render as Render).attempt) {
    vnode.__e = render;
    // A class may have the state of a boundary that caught a promise.
    vnode.__c = null;
  } else if (vnode.__e !== render) {
    makeShared(vnode);
    claimed = render;
  }
}

/** Returns the render that a node belongs to. */
export function renderOf(vnode: RenderedVNode): object {
  const parent = vnode.__;
  if (parent === null) return current ?? vnode;
  if (parent.type === Shared) {
    const copy = copies.get(vnode);
    if (copy) {
      vnode.__ = copy.parent;
      vnode.__m = idsOf(copy);
      return copy.render;
    }
  }
  return renderAround(parent);
}

/** Finds the render of the next component or root around, and notes it in the elements on the way. */
function renderAround(parent: RenderedVNode): object {
  let around = parent;
  while (around.__e === null && around.__ !== null) around = around.__;
  const render = around.__e ?? current ?? around;
  if (around.__ === null) around.__m = allIdsOf(render);
  for (let node = parent; node.__e === null; node = node.__ as RenderedVNode) {
    node.__e = render;
    if (node === around) break;
  }
  return render;
}

export function isInsideSvg(vnode: RenderedVNode): boolean {
  for (let outer = vnode.__; outer; outer = outer.__) {
    const type: unknown = outer.type;
    if (type === 'svg' || type === 'foreignObject') return type === 'svg';
  }
  return false;
}

/** Makes an element that a second render reaches stand for one copy of itself in each later render. */
function makeShared(vnode: RenderedVNode): void {
  const shared = vnode as VNode as VNode<SharedProps>;
  const props: SharedProps = { original: cloneElement(vnode) as RenderedVNode, copies: new WeakMap() };
  shared.type = Shared as never;
  shared.props = props as never;
}

/** Stands for a shared element. Returns a list, because the renderer skips a Fragment that a component returns. */
export function Shared(
  this: { __v: RenderedVNode },
  { original, copies: copiesByRender }: SharedProps,
): [RenderedVNode] {
  const shared = this.__v;
  const render = claimed;
  claimed = undefined;
  // A render of the app's own claims nothing.
  if (!render) return [cloneElement(original) as RenderedVNode];
  const parent = shared.__;
  const byParent = entryOf(copiesByRender, render, () => new WeakMap<object, RenderedVNode>());
  return [entryOf(byParent, parent ?? render, () => copyFor(original, { render, parent, shared }))];
}

function copyFor(original: RenderedVNode, copy: Copy): RenderedVNode {
  const vnode = cloneElement(original) as RenderedVNode;
  vnode.__e = copy.render;
  copies.set(vnode, copy);
  return vnode;
}

/** `useId` counts for a render as a whole: at the topmost parent. */
function allIdsOf(render: IdCounter): IdCount {
  render.__m ??= [0, 0];
  return render.__m;
}

/** The elements around a copy may be in another render by the time that it is rendered again. */
function idsOf(copy: Copy): IdCount {
  const all = allIdsOf(copy.render);
  if (copy.ids?.all !== all) copy.ids = { all, around: idsAround(copy.parent) ?? all };
  return copy.ids.around;
}

function idsAround(vnode: RenderedVNode | null): IdCount | undefined {
  for (let node = vnode; node; node = node.__) if (node.__m) return node.__m;
  return undefined;
}

/** Makes `useId` count in a node on its own, so that no id depends on which of two promises settles first. */
export function separateIds(vnode: RenderedVNode): void {
  const around = vnode.__m ? undefined : idsAround(vnode.__);
  if (around) vnode.__m = [`${around[0]}-${around[1]++}`, 0];
}

/** Returns the element that a copy stands for, or the element itself. */
export function originalOf(vnode: RenderedVNode): RenderedVNode {
  return copies.get(vnode)?.shared ?? vnode;
}

/** Returns the entry of a key, created on first use. */
export function entryOf<Value extends object>(
  map: WeakMap<object, Value>,
  key: object,
  create: () => Value,
): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}

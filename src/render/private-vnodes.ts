import { cloneElement, type VNode } from 'preact';

/** A node with preact's internal fields that this file reads or writes. */
export interface RenderedVNode extends VNode {
  /** `_parent`, which the renderer sets before it calls `options.__b`. */
  __: RenderedVNode | null;
  /** `_dom`, which no string renderer uses. Here: the render that the node belongs to. */
  __e: object | null;
}

interface SharedProps {
  original: RenderedVNode;
  /** Copies by render and by parent. */
  copies: WeakMap<object, WeakMap<object, RenderedVNode>>;
}

/** Renders of copies, by copy. */
const copyRenders = new WeakMap<object, object>();
/** The render whose synchronous code runs. */
let current: object | undefined;
/** The render of the node that was claimed last. */
let claimed: object;

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
export function currentRender(): object | undefined {
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
    vnode.__e = null;
    return;
  }
  const render = renderOf(vnode);
  claimed = render;
  if (vnode.type === Shared) return;
  if (vnode.__e === null) vnode.__e = render;
  else if (vnode.__e !== render) makeShared(vnode);
}

function renderOf(vnode: RenderedVNode): object {
  const parent = vnode.__;
  if (parent === null) return current ?? vnode;
  if (parent.type === Shared) {
    const render = copyRenders.get(vnode);
    if (render) {
      // `useId` looks for the topmost parent, and that of a shared element may be another render's.
      vnode.__ = render as RenderedVNode;
      return render;
    }
  }
  return renderAround(parent);
}

/** Finds the render of the next component or root around, and notes it in the elements on the way. */
function renderAround(parent: RenderedVNode): object {
  let around = parent;
  while (around.__e === null && around.__ !== null) around = around.__;
  const render = around.__e ?? current ?? around;
  for (let node = parent; node.__e === null; node = node.__ as RenderedVNode) {
    node.__e = render;
    if (node === around) break;
  }
  return render;
}

/** Makes an element that a second render reaches stand for one copy of itself in each later render. */
function makeShared(vnode: RenderedVNode): void {
  const shared = vnode as VNode as VNode<SharedProps>;
  const props: SharedProps = { original: cloneElement(vnode) as RenderedVNode, copies: new WeakMap() };
  shared.type = Shared as never;
  shared.props = props as never;
}

/** Returns a list, because the renderer skips a Fragment that a component returns. */
function Shared(this: { __v: RenderedVNode }, { original, copies }: SharedProps): [RenderedVNode] {
  const render = claimed;
  const parent = this.__v.__ ?? render;
  const byParent = entryOf(copies, render, () => new WeakMap<object, RenderedVNode>());
  return [entryOf(byParent, parent, () => copyFor(render, original))];
}

function copyFor(render: object, original: RenderedVNode): RenderedVNode {
  const copy = cloneElement(original) as RenderedVNode;
  copy.__e = render;
  copyRenders.set(copy, render);
  return copy;
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

import { type ComponentChildren, Fragment, h, options as preactOptions } from 'preact';
import { joinMemos } from './join-memos.js';
import { keyOf, writeKey } from './keys.js';
import { kHtml, type ReadyHtml } from './memo.js';
import { writeRun } from './memo-runs.js';
import { claimVNode, currentRender, entryOf, type RenderedVNode } from './private-vnodes.js';
import type { PageRender } from './render.js';

interface Settling {
  promise: Promise<unknown>;
  done: boolean;
  value?: ComponentChildren;
  error?: unknown;
}

/** A component as the renderer calls it: `this.__v` is its element. */
type AnyComponent = (this: { __v: RenderedVNode }, props: object) => unknown;

const AsyncFunction = (async () => {}).constructor;
const settlings = new WeakMap<object, Settling>();
const places = new WeakMap<object, WeakMap<object, object>>();
const awaitedComponents = new WeakMap<AnyComponent, AnyComponent>();

/** Returns the value of a promise as Suspense does: throws the promise until it has settled. */
function awaitFor(owner: object, start: () => Promise<unknown>): ComponentChildren {
  let settling = settlings.get(owner);
  if (settling === undefined) {
    const started: Settling = { promise: start(), done: false };
    started.promise = started.promise.then(
      (value) => Object.assign(started, { done: true, value }),
      (error: unknown) =>
        Object.assign(started, { done: true, error: error ?? new Error('A component rejected') }),
    );
    settling = started;
    settlings.set(owner, settling);
  }
  if (!settling.done) throw settling.promise;
  if (settling.error !== undefined) throw settling.error;
  return settling.value;
}

/** An object for each place of an element in its render: two places may have different contexts. */
function ownerAt(vnode: RenderedVNode): object {
  if (vnode.__ === null) return vnode;
  return entryOf(
    entryOf(places, vnode, () => new WeakMap<object, object>()),
    vnode.__,
    () => ({}),
  );
}

function awaitedComponent(component: AnyComponent): AnyComponent {
  let awaited = awaitedComponents.get(component);
  if (awaited === undefined) {
    awaited = function (props) {
      return awaitFor(ownerAt(this.__v), async () => component.call(this, props));
    };
    awaitedComponents.set(component, awaited);
  }
  return awaited;
}

function Awaited({ promise }: { promise: Promise<ComponentChildren> }): ComponentChildren {
  return awaitFor(promise, () => promise);
}

const isPromise = (child: unknown): child is Promise<ComponentChildren> =>
  typeof child === 'object' && child !== null && typeof (child as Promise<unknown>).then === 'function';

const awaitChild = (child: unknown): unknown => (isPromise(child) ? h(Awaited, { promise: child }) : child);

/**
 * Makes the renderer await async components and promises as children, which it would drop silently, and
 * gives each render its own elements. A `memo` component becomes the template of its ready HTML, which
 * spares the renderer a component and a node. preact calls `options.__b` for each node before it reads
 * the node's type.
 */
export function extendRenderer(): void {
  const hooks = preactOptions as { __b?: ((vnode: RenderedVNode) => void) & { issr?: true } };
  const before = hooks.__b;
  if (before?.issr) return;
  hooks.__b = Object.assign(
    (vnode: RenderedVNode) => {
      claimVNode(vnode);
      const { type } = vnode;
      if (typeof type === 'function') prepareComponent(vnode, type as AnyComponent);
      else writeKey(vnode);
      prepareChildren(vnode);
      before?.(vnode);
    },
    { issr: true as const },
  );
}

function prepareComponent(vnode: RenderedVNode, type: AnyComponent): void {
  const htmlOf = (type as ReadyHtml<object>)[kHtml];
  if (htmlOf) {
    vnode.type = Fragment;
    vnode.props = { run: { parts: [htmlOf(vnode.props, keyOf(vnode))] } } as never;
  } else if (type.constructor === AsyncFunction) {
    vnode.type = awaitedComponent(type) as unknown as typeof vnode.type;
  }
  if (vnode.type === Fragment) writeRun(vnode, (currentRender() as PageRender | undefined)?.runs);
}

/** Texts are the most frequent children: they are left at once. */
function prepareChildren(vnode: RenderedVNode): void {
  const children: unknown = vnode.props?.children;
  if (typeof children !== 'object' || children === null) return;
  if (Array.isArray(children)) prepareList(vnode, children);
  else if (isPromise(children)) vnode.props.children = awaitChild(children) as ComponentChildren;
}

function prepareList(vnode: RenderedVNode, children: unknown[]): void {
  // A component may leave children out, and catches the errors of its own, so only an HTML element's are rendered ahead.
  const joined = typeof vnode.type === 'string' ? joinMemos(children) : children;
  if (joined !== children) vnode.props = { ...vnode.props, children: joined as ComponentChildren };
  if (joined.some(isPromise)) vnode.props.children = joined.map(awaitChild) as ComponentChildren;
}

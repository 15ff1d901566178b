import { type ComponentChildren, Fragment, h, isValidElement, type VNode } from 'preact';
import { entryOf, type RenderedVNode, Shared } from './private-vnodes.js';

interface Settling {
  promise: Promise<unknown>;
  done: boolean;
  value?: ComponentChildren;
  error?: unknown;
}

/** A component as the renderer calls it: `this.__v` is its element. */
export type AnyComponent = (this: { __v: RenderedVNode }, props: object, context: object) => unknown;

const AsyncFunction = (async () => {}).constructor;
/** Other functions that returned a promise once. */
const asyncComponents = new WeakSet<AnyComponent>();
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

/** Makes the component of an element wait for its promises, and for those in a list that it returns. */
export function awaitComponent(vnode: RenderedVNode, component: AnyComponent): void {
  if (component === (Shared as unknown)) return;
  if (component.constructor === AsyncFunction || asyncComponents.has(component)) {
    vnode.type = awaitedComponent(component) as never;
  } else if (component === Fragment || isClass(component)) {
    awaitOwnChildren(vnode);
  } else {
    calledNext = component;
    vnode.type = callAwaited as never;
  }
}

/** Makes a node wait for its children. A function component has what it returns awaited instead. */
export function awaitOwnChildren(vnode: RenderedVNode): void {
  const { children } = vnode.props;
  // Texts are the most frequent children.
  if (typeof children !== 'object') return;
  const awaited = awaitChildren(children);
  if (awaited !== children) vnode.props = { ...vnode.props, children: awaited as ComponentChildren };
}

/** The renderer takes the context of such a component, or its method, from the component itself. */
function isClass(component: AnyComponent & { contextType?: unknown }): boolean {
  return component.prototype?.render !== undefined || component.contextType != null;
}

let calledNext: AnyComponent;

/** Stands for the component of one element until the renderer calls it, which is the next thing that it does. */
function callAwaited(this: { __v: RenderedVNode }, props: object, context: object): unknown {
  const vnode = this.__v;
  // A state that changed makes the renderer call the same function again.
  if ((vnode.type as unknown) === callAwaited) vnode.type = calledNext as never;
  const component = vnode.type as unknown as AnyComponent;
  const result = component.call(this, props, context);
  if (!isPromise(result)) return keepFragment(result);
  asyncComponents.add(component);
  return keepFragment(awaitFor(ownerAt(vnode), () => result));
}

/** The texts of a Fragment whose template is not written yet. */
export const NO_TEXTS: readonly string[] = [];

/**
 * Makes a list that a component returned a Fragment, and marks it, or the Fragment that was returned, as a template: the
 * renderer would go on with the children of another Fragment at once, before anything can await them or write them.
 */
function keepFragment(result: unknown): unknown {
  if (typeof result !== 'object' || result === null) return result;
  if (Array.isArray(result)) return h(Fragment as never, { children: result, tpl: NO_TEXTS });
  if ((result as VNode).type !== Fragment || !isValidElement(result) || result.key != null) return result;
  const props = result.props as { children?: unknown };
  const isSpecial = 'tpl' in props || 'UNSTABLE_comment' in props;
  return isSpecial ? result : h(Fragment as never, { children: props.children, tpl: NO_TEXTS });
}

/** Returns a component that suspends until an async one has returned. */
function awaitedComponent(component: AnyComponent): AnyComponent {
  let awaited = awaitedComponents.get(component);
  if (awaited === undefined) {
    awaited = function (props, context) {
      return keepFragment(awaitFor(ownerAt(this.__v), async () => component.call(this, props, context)));
    };
    awaitedComponents.set(component, awaited);
  }
  return awaited;
}

function Awaited({ promise }: { promise: Promise<ComponentChildren> }): ComponentChildren {
  return awaitFor(promise, () => promise);
}

export const isPromise = (child: unknown): child is Promise<ComponentChildren> =>
  typeof child === 'object' && child !== null && typeof (child as Promise<unknown>).then === 'function';

/** Puts an element that suspends in the place of each promise. Returns the same children if there is none. */
function awaitChildren(children: unknown): unknown {
  if (!Array.isArray(children)) return isPromise(children) ? h(Awaited, { promise: children }) : children;
  let awaited: unknown[] | undefined;
  for (let index = 0; index < children.length; index++) {
    const child: unknown = children[index];
    if (typeof child !== 'object' || child === null || isValidElement(child)) continue;
    const replacement = awaitChildren(child);
    if (replacement === child) continue;
    awaited ??= [...children];
    awaited[index] = replacement;
  }
  return awaited ?? children;
}

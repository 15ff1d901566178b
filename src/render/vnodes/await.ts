import { type ComponentChildren, Fragment, h, isValidElement, type VNode } from 'preact';
import {
  currentRender,
  entryOf,
  isInsideSvg,
  type Render,
  type RenderedVNode,
  Shared,
  separateIds,
} from './private-vnodes.js';
import { Settling, Suspension } from './suspension.js';

/** A component as the renderer calls it: `this.__v` is its element. */
export type AnyComponent = (this: { __v: RenderedVNode }, props: object, context: object) => unknown;

const AsyncFunction = (async () => {}).constructor;
const settlings = new WeakMap<object, Settling>();
const calls = new WeakMap<object, WeakMap<object, PromiseLike<unknown>>>();

/** Makes what the component of an element returns fit for the renderer. */
export function awaitComponent(
  vnode: RenderedVNode,
  component: AnyComponent & { contextType?: unknown },
): void {
  if (component === Fragment) return awaitFragment(vnode);
  // The method of a class is wrapped when there is an instance: `awaitMethod`.
  if (component === (Shared as unknown) || component.prototype?.render !== undefined) return;
  calledNext = component;
  callAwaited.contextType = component.contextType;
  vnode.type = callAwaited as never;
}

/** Makes a Fragment wait for its children, also for those of a Fragment that is its only child. */
function awaitFragment(vnode: RenderedVNode): void {
  const { children } = vnode.props;
  const kept = Array.isArray(children) ? children : keepFragment(children);
  if (kept === children) awaitOwnChildren(vnode);
  else vnode.props = { ...vnode.props, children: kept as ComponentChildren };
}

/** Makes an element wait for its children. A component has what it returns awaited instead. */
export function awaitOwnChildren(vnode: RenderedVNode): void {
  const { children } = vnode.props;
  // Texts are the most frequent children.
  if (typeof children !== 'object') return;
  const awaited = awaitChildren(children);
  if (awaited !== children) vnode.props = { ...vnode.props, children: awaited as ComponentChildren };
}

let calledNext: AnyComponent;

/** Stands for the component of one element until the renderer calls it, which is the next thing that it does. */
function callAwaited(this: { __v: RenderedVNode }, props: object, context: object): unknown {
  const vnode = this.__v;
  // A state that changed makes the renderer call the same function again.
  if ((vnode.type as unknown) === callAwaited) vnode.type = calledNext as never;
  const component = vnode.type as unknown as AnyComponent;
  let result: unknown;
  try {
    result =
      component.constructor === AsyncFunction
        ? callOnce(vnode, () => component.call(this, props, context) as Promise<unknown>)
        : component.call(this, props, context);
  } catch (error) {
    throw suspensionOr(error, vnode);
  }
  return toNodes(result);
}

/** The renderer takes the context of a function that declares one, such as a `Consumer`, from here. */
callAwaited.contextType = undefined as unknown;

/** Makes the next call of a class component's `render` return what is fit for the renderer. */
export function awaitMethod(vnode: RenderedVNode): void {
  const component = vnode.__c;
  const render = component?.render;
  if (!component || !render) return;
  const own = Object.getOwnPropertyDescriptor(component, 'render');
  const value = (...args: unknown[]): unknown => {
    if (own) Reflect.defineProperty(component, 'render', own);
    else Reflect.deleteProperty(component, 'render');
    let result: unknown;
    try {
      result = render.apply(component, args);
    } catch (error) {
      throw suspensionOr(error, vnode);
    }
    return toNodes(result);
  };
  Reflect.defineProperty(component, 'render', { value, configurable: true });
}

/** Calls an async component once, also if the renderer does so again because a neighbour suspends. */
function callOnce(vnode: RenderedVNode, call: () => Promise<unknown>): PromiseLike<unknown> {
  // The synchronous attempt cannot wait, and the next one would start the work again.
  if (currentRender()?.isAttempt) throw new Suspension(Promise.resolve());
  // Two places may have different contexts.
  return entryOf(
    entryOf(calls, vnode, () => new WeakMap<object, PromiseLike<unknown>>()),
    vnode.__ ?? vnode,
    call,
  );
}

function suspensionOr(error: unknown, vnode: RenderedVNode): unknown {
  if (!isPromise(error)) return error;
  const render = currentRender();
  if (render) render.hasSuspended = true;
  if (isInsideSvg(vnode)) (vnode.__e as Render).hasSuspendedInSvg = true;
  return error instanceof Suspension ? error : new Suspension(error);
}

/** Returns what a component returned as the renderer can go on with it. */
function toNodes(result: unknown): unknown {
  return isPromise(result) ? awaitPromise(result) : keepFragment(result);
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
  // A template of an earlier render has children, unlike precompiled JSX and comments.
  const isSpecial = !('children' in props) && ('tpl' in props || 'UNSTABLE_comment' in props);
  return isSpecial ? result : h(Fragment as never, { children: props.children, tpl: NO_TEXTS });
}

interface AwaitedProps {
  settling: Settling;
}

/** Suspends until a promise has settled. */
function Awaited(this: { __v: RenderedVNode }, { settling }: AwaitedProps): ComponentChildren {
  separateIds(this.__v);
  return settling.read() as ComponentChildren;
}

/** The renderer renders the component around one that suspends again, so this is one around nothing else. */
function Pending(props: AwaitedProps): VNode {
  return h(Awaited as never, props as never);
}

/** Messages name an author's components only. */
Awaited.displayName = Pending.displayName = '';

/** Returns an element that stands for a promise. From now on, a failure of the promise is one of the page. */
function awaitPromise(promise: PromiseLike<unknown>): VNode {
  const settling = entryOf(settlings, promise, () => new Settling(promise));
  return h(Pending as never, { settling } as never);
}

export const isPromise = (child: unknown): child is PromiseLike<unknown> =>
  typeof child === 'object' && child !== null && typeof (child as PromiseLike<unknown>).then === 'function';

/** Puts an element that suspends in the place of each promise. Returns the same children if there is none. */
function awaitChildren(children: unknown): unknown {
  if (!Array.isArray(children)) return isPromise(children) ? awaitPromise(children) : children;
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

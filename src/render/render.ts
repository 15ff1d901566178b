import {
  type ComponentChildren,
  Fragment,
  h,
  isValidElement,
  type JSX,
  options as preactOptions,
} from 'preact';
import { renderToString, renderToStringAsync } from 'preact-render-to-string';
import { kHtml, type ReadyHtml } from './memo.js';

/** Return value of a handler for a page. */
export type View = JSX.Element | string;

/**
 * JSX to HTML. Synchronous where it can be; a promise where a component is async, a child is a
 * promise, or something suspends.
 */
export function renderView(view: JSX.Element): string | Promise<string> {
  try {
    return renderToString(view);
  } catch (error) {
    if (!isSuspension(error)) throw error;
    // The Fragment gives a suspended root the parent component that its renderer resumes at.
    return renderToStringAsync(h(Fragment, null, view));
  }
}

/** The renderer says that something suspended by this sentence only. */
function isSuspension(error: unknown): boolean {
  return error instanceof Error && error.message === 'Use "renderToStringAsync" for suspenseful rendering.';
}

interface Settling {
  promise: Promise<unknown>;
  done: boolean;
  value?: ComponentChildren;
  error?: unknown;
}

type AnyComponent = (props: object) => unknown;

const AsyncFunction = (async () => {}).constructor;
const settlings = new WeakMap<object, Settling>();
const awaitedComponents = new WeakMap<AnyComponent, AnyComponent>();

/** The value of a promise, by the way Suspense goes: thrown until it has settled. `owner` is one per place on the page. */
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

function awaitedComponent(component: AnyComponent): AnyComponent {
  let awaited = awaitedComponents.get(component);
  if (awaited === undefined) {
    awaited = (props) => awaitFor(props, async () => component(props));
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
 * The renderer drops what an async component or a promise as a child gives, silently. This makes
 * both suspend instead, so that they work; and a `memo` component becomes the template of its ready
 * HTML, which spares the renderer a component and a node. preact calls `options.__b` for each node
 * before it reads the node's type.
 */
export function extendRenderer(): void {
  const hooks = preactOptions as { __b?: ((vnode: JSX.Element) => void) & { issr?: true } };
  const before = hooks.__b;
  if (before?.issr) return;
  hooks.__b = Object.assign(
    (vnode: JSX.Element) => {
      const { type } = vnode;
      if (typeof type === 'function') {
        const htmlOf = (type as ReadyHtml<object>)[kHtml];
        if (htmlOf) {
          vnode.type = Fragment;
          vnode.props = { tpl: [htmlOf(vnode.props)] };
        } else if (type.constructor === AsyncFunction) {
          vnode.type = awaitedComponent(type as AnyComponent) as typeof type;
        }
      }
      const children: unknown = vnode.props?.children;
      if (typeof children === 'object' && children !== null && !isValidElement(children)) {
        if (Array.isArray(children)) {
          if (children.some(isPromise)) vnode.props.children = children.map(awaitChild);
        } else vnode.props.children = awaitChild(children);
      }
      before?.(vnode);
    },
    { issr: true as const },
  );
}

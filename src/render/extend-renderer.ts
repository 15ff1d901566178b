import { Fragment, options as preactOptions } from 'preact';
import { writeMemos } from './memo-runs.js';
import type { PageRender } from './page-render.js';
import {
  type AnyComponent,
  awaitComponent,
  awaitMethod,
  awaitOwnChildren,
  NO_TEXTS,
} from './vnodes/await.js';
import { writeFalse } from './vnodes/html-names.js';
import { keyOf, writeKey } from './vnodes/keys.js';
import { writeOptionValue } from './vnodes/option.js';
import { claimVNode, currentRender, type RenderedVNode, runRender } from './vnodes/private-vnodes.js';
import { kHtml, type ReadyHtml } from './vnodes/ready-html.js';
import { placeInTemplate, writeFragment, writeTemplate } from './vnodes/template.js';

type Hook = (vnode: RenderedVNode) => void;

const hooks = preactOptions as {
  /** preact calls it for each node before it reads the node's type. */
  __b?: Hook | undefined;
  /** preact calls it before it calls a component. */
  __r?: Hook | undefined;
};

/** The hooks of other libraries, such as `preact/hooks`. */
let visit: Hook | undefined;
let visitCall: Hook | undefined;

/**
 * Runs the synchronous part of a render with a renderer that awaits async components and promises as children, which it
 * would drop silently, gives each render its own elements, and writes what is plain HTML ahead. A `memo` component becomes
 * the template of its ready HTML, which spares the renderer a component and a node.
 *
 * The renderer takes its hooks when a render begins, for all of it. So they are set during this time only, and renders of
 * an app's own, such as those of mails, are left alone.
 */
export function runPageRender<Result>(render: PageRender, run: () => Result): Result {
  // `memo` renders a component amid the render of a page.
  if (hooks.__b === prepare) return runRender(render, run);
  visit = hooks.__b;
  visitCall = hooks.__r;
  hooks.__b = prepare;
  hooks.__r = prepareCall;
  try {
    return runRender(render, run);
  } finally {
    hooks.__b = visit;
    hooks.__r = visitCall;
  }
}

function prepare(vnode: RenderedVNode): void {
  placeInTemplate(vnode);
  claimVNode(vnode);
  visit?.(vnode);
  const type: unknown = vnode.type;
  const isFragment = type === Fragment && (vnode.props as { tpl?: unknown }).tpl === NO_TEXTS;
  if (isFragment) return writeFragment(vnode, visit);
  if (typeof type === 'function') return prepareComponent(vnode, type as AnyComponent);
  if (writeTemplate(vnode, visit)) return;
  if (type === 'option') writeOptionValue(vnode);
  writeFalse(vnode);
  writeKey(vnode);
  awaitOwnChildren(vnode);
}

function prepareCall(vnode: RenderedVNode): void {
  visitCall?.(vnode);
  awaitMethod(vnode);
}

function prepareComponent(vnode: RenderedVNode, type: AnyComponent): void {
  const htmlOf = (type as ReadyHtml<object>)[kHtml];
  if (htmlOf) {
    vnode.props = { parts: [htmlOf(vnode.props, keyOf(vnode))] } as never;
    vnode.type = Fragment;
  } else {
    awaitComponent(vnode, type);
  }
  if (vnode.type !== Fragment) return;
  // Precompiled JSX has a number as its key, another one in each render.
  if ('exprs' in vnode.props) vnode.key = null;
  writeMemos(vnode, (currentRender() as PageRender | undefined)?.runs);
}

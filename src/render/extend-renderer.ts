import { Fragment, options as preactOptions } from 'preact';
import { writeMemos } from './memo-runs.js';
import { PageRender } from './page-render.js';
import {
  type AnyComponent,
  awaitComponent,
  awaitFragment,
  awaitMethod,
  awaitOwnChildren,
  NO_TEXTS,
} from './vnodes/await.js';
import { writeFalse } from './vnodes/html-names.js';
import { keyOf, writeKey } from './vnodes/keys.js';
import { claimVNode, currentRender, type RenderedVNode, renderOf } from './vnodes/private-vnodes.js';
import { kHtml, type ReadyHtml } from './vnodes/ready-html.js';
import { placeInTemplate, writeFragment, writeTemplate } from './vnodes/template.js';

type Hook = (vnode: RenderedVNode) => void;

const hooks = preactOptions as {
  /** preact calls it for each node before it reads the node's type. */
  __b?: Hook & { issr?: true };
  /** preact calls it before it calls a component. */
  __r?: Hook;
};

/**
 * Makes the renderer await async components and promises as children, which it would drop silently, gives each render its
 * own elements, and writes what is plain HTML ahead. A `memo` component becomes the template of its ready HTML, which
 * spares the renderer a component and a node.
 */
export function extendRenderer(): void {
  const before = hooks.__b;
  if (before?.issr) return;
  /** An element of a template is shown to the other hooks. */
  let visiting = false;
  const visitOthers: Hook = (vnode) => {
    visiting = true;
    try {
      hooks.__b?.(vnode);
    } finally {
      visiting = false;
    }
  };

  const prepare: Hook & { issr?: true } = (vnode) => {
    if (visiting) return before?.(vnode);
    placeInTemplate(vnode);
    claimVNode(vnode);
    before?.(vnode);
    const type: unknown = vnode.type;
    const isFragment = type === Fragment && (vnode.props as { tpl?: unknown }).tpl === NO_TEXTS;
    if (typeof type === 'function' && !isFragment) {
      prepareComponent(vnode, type as AnyComponent);
      return;
    }
    if (renderOf(vnode) instanceof PageRender) {
      const visitor = before !== undefined || hooks.__b !== prepare ? visitOthers : undefined;
      if (isFragment) return writeFragment(vnode, visitor);
      if (writeTemplate(vnode, visitor)) return;
      writeFalse(vnode);
    }
    if (isFragment) {
      vnode.props = { children: vnode.props.children };
      awaitFragment(vnode);
    } else {
      writeKey(vnode);
      awaitOwnChildren(vnode);
    }
  };
  prepare.issr = true;
  hooks.__b = prepare;

  const beforeCall = hooks.__r;
  hooks.__r = (vnode) => {
    beforeCall?.(vnode);
    awaitMethod(vnode);
  };
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

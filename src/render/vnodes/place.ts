import { Fragment } from 'preact';
import { originalOf, type RenderedVNode } from './private-vnodes.js';

/**
 * Returns the place of an element, which it keeps through the renders of its page: the elements and components around it,
 * each with its key or else its position. As in all JSX, a position counts the children that were left out
 * (`{false}`), and an element of a list needs a key to keep its place when others come and go.
 */
export function placeOf(vnode: RenderedVNode): string {
  let place = '';
  for (let node = vnode; node.__; node = node.__) {
    const at = node.key == null ? positionOf(node, node.__) : `=${node.key}`;
    // A fragment around one child may be there in one render only: the renderer adds one.
    if (node.type !== Fragment || at) place += `/${nameOf(node)}${at}`;
  }
  return place;
}

function nameOf({ type }: RenderedVNode): string {
  return typeof type === 'function' ? (type.displayName ?? type.name) : String(type);
}

/** Returns `''` for the element that a component returned. */
function positionOf(vnode: RenderedVNode, parent: RenderedVNode): string {
  const { children, exprs } = parent.props as { children?: unknown; exprs?: unknown };
  // Precompiled JSX has its children in `exprs`.
  return indexIn(children ?? exprs, originalOf(vnode)) ?? '';
}

/** The path of indexes to a node in nested lists. `''` if it is the only child. */
function indexIn(children: unknown, node: RenderedVNode): string | undefined {
  if (children === node) return '';
  if (!Array.isArray(children)) return undefined;
  if (children.length === 1 && children[0] === node) return '';
  for (let i = 0; i < children.length; i++) {
    const inner = indexIn(children[i], node);
    if (inner !== undefined) return `.${i}${inner}`;
  }
  return undefined;
}

import { escapeHtml } from './escape-html.js';
import type { RenderedVNode } from './private-vnodes.js';

const STATEFUL = /^(audio|details|dialog|iframe|input|object|select|textarea|video)$|-/;

/** Elements of this type hold a visitor's state even without child elements. Custom elements do too. */
export const isStateful = (type: string): boolean => STATEFUL.test(type);

/** Returns an element's key, after those of the components around it that it is the root of. */
export function keyOf({ key, __: parent }: RenderedVNode): string | undefined {
  let path = key == null ? undefined : String(key);
  for (let outer = parent; typeof outer?.type === 'function'; outer = outer.__) {
    if (outer.key != null) path = path === undefined ? String(outer.key) : `${outer.key}:${path}`;
  }
  return path;
}

function hasElements(children: unknown): boolean {
  if (typeof children !== 'object' || children === null) return false;
  return !Array.isArray(children) || children.some(hasElements);
}

/** @param hasState result of `isStateful` for the element's type */
export function needsKey({ props, key, __: parent }: RenderedVNode, hasState: boolean): boolean {
  if (key == null && typeof parent?.type !== 'function') return false;
  const { id, children, dangerouslySetInnerHTML, 'data-rr': trigger } = props as Record<string, unknown>;
  const isPlain = !hasState && !hasElements(children) && dangerouslySetInnerHTML == null && trigger == null;
  return !isPlain && id == null;
}

/**
 * Writes an element's key to the HTML, where the diff pairs siblings by it. The renderer drops a prop named `key`, so
 * the attribute is written as `Key`, which is the same in HTML. An element with an `id` needs none, and neither does
 * one with text alone: no visitor's state can get to the wrong one of those, and the pages stay small. With `data-rr`
 * it has state: whether a trigger such as `visible` has fired.
 */
export function writeKey(vnode: RenderedVNode): void {
  const props = vnode.props as Record<string, unknown>;
  const key = needsKey(vnode, isStateful(String(vnode.type))) ? keyOf(vnode) : undefined;
  // An element that is a constant may have the key of an earlier place.
  if (props.Key === key) return;
  // A copy of the props would cost more than the rest of the element.
  if (Object.isExtensible(props)) props.Key = key;
  else vnode.props = { ...props, Key: key } as never;
}

/** Writes a key into ready HTML, as `writeKey` does for an element. */
export function withKey(html: string, key: string | undefined): string {
  const name = key === undefined ? undefined : /^<([a-z][a-z0-9-]*)/i.exec(html)?.[1];
  if (key === undefined || name === undefined) return html;
  const child = html.indexOf('<', 1);
  const hasChild = child !== -1 && html[child + 1] !== '/';
  const startTag = html.slice(0, html.indexOf('>'));
  if (startTag.includes(' id="')) return html;
  if (!hasChild && !startTag.includes(' data-rr') && !isStateful(name)) return html;
  const at = name.length + 1;
  return `${html.slice(0, at)} Key="${escapeHtml(key)}"${html.slice(at)}`;
}

import type { RenderedVNode } from './private-vnodes.js';

/**
 * Gives an option the value that its text is in the browser, inside a `<select>` with a value: the renderer compares that
 * with the `value` of its options only, and would select none of those that have just a text.
 */
export function writeOptionValue(vnode: RenderedVNode): void {
  const { value, children } = vnode.props as { value?: unknown; children?: unknown };
  if (value !== undefined || valueOfSelect(vnode) === undefined) return;
  const text = textOf(children);
  if (text !== undefined) vnode.props = { ...vnode.props, value: collapsed(text) } as never;
}

function valueOfSelect(option: RenderedVNode): unknown {
  let outer = option.__;
  while (outer && (outer.type as unknown) !== 'select') outer = outer.__;
  const { value, defaultValue } = (outer?.props ?? {}) as { value?: unknown; defaultValue?: unknown };
  return value ?? defaultValue;
}

/** Returns the text of children, or undefined if they are more than texts. */
function textOf(children: unknown): string | undefined {
  if (typeof children === 'string' || typeof children === 'number') return `${children}`;
  if (Array.isArray(children)) {
    const texts = children.map(textOf);
    return texts.includes(undefined) ? undefined : texts.join('');
  }
  const isEmpty = children === undefined || children === null || typeof children === 'boolean';
  return isEmpty ? '' : undefined;
}

/** "Strip and collapse ASCII whitespace" of the HTML standard. */
const collapsed = (text: string): string => text.replace(/[\t\n\f\r ]+/g, ' ').replace(/^ | $/g, '');

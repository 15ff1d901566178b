import { LRUCache } from 'lru-cache';
import { type ComponentType, type FunctionComponent, h } from 'preact';
import { jsxTemplate } from 'preact/jsx-runtime';
import { renderToString } from 'preact-render-to-string';

/** Options of `memo`. */
export interface MemoOptions {
  /**
   * How many renders are kept of props that are all primitive; the least recently used goes. Those
   * with an object among the props are kept as long as the object lives, 8 to each object.
   * @default 10_000
   */
  max?: number;
}

interface Rendered {
  props: object;
  html: string;
}

const MAX_PER_OBJECT = 8;

/**
 * A component that depends on its props only. It is rendered once for distinct props (compared
 * shallowly, by `Object.is`), and its HTML is shared by all pages and visitors; there is no wrapper
 * element. An object that is changed in place is still the same prop: give a new one. Contexts, and
 * the `value` of a `<select>` around it, do not reach inside; within `<svg>` its attributes are to be
 * written as in HTML (`stroke-width`).
 *
 * @throws what the component throws; nothing is kept then
 */
export function memo<Props extends object>(
  component: ComponentType<Props>,
  { max = 10_000 }: MemoOptions = {},
): FunctionComponent<Props> {
  const byText = new LRUCache<string, string>({ max });
  const byObject = new WeakMap<object, Rendered[]>();
  const render = (props: Props) => renderToString(h(component, props));

  function renderFor(owner: object, props: Props): string {
    const known = byObject.get(owner) ?? [];
    const same = known.find((rendered) => shallowEqual(rendered.props, props));
    if (same) return same.html;
    const html = render(props);
    byObject.set(owner, [{ props, html }, ...known.slice(0, MAX_PER_OBJECT - 1)]);
    return html;
  }

  function renderForText(props: Props): string {
    const key = textKey(props);
    let html = byText.get(key);
    if (html === undefined) {
      html = render(props);
      byText.set(key, html);
    }
    return html;
  }

  const Memo: FunctionComponent<Props> = (props) => {
    const owner = firstObject(props);
    return jsxTemplate([owner ? renderFor(owner, props) : renderForText(props)]);
  };
  Memo.displayName = `memo(${component.displayName ?? component.name})`;
  return Memo;
}

/** The prop that the renders are kept by: they go when it does. */
function firstObject(props: object): object | undefined {
  for (const name in props) {
    const value: unknown = props[name as keyof typeof props];
    if ((typeof value === 'object' && value !== null) || typeof value === 'function') return value;
  }
  return undefined;
}

/** Primitive props as one text. Lengths and types keep `1` from `'1'`, and one value's end from the next one's start. */
function textKey(props: object): string {
  let key = '';
  for (const name in props) {
    const value: unknown = props[name as keyof typeof props];
    const text = Object.is(value, -0) ? '-0' : String(value);
    key += `${name.length}${name}${typeof value}${text.length}:${text}`;
  }
  return key;
}

function shallowEqual(a: object, b: object): boolean {
  let count = 0;
  for (const name in a) {
    if (!Object.is(a[name as keyof typeof a], b[name as keyof typeof b])) return false;
    count++;
  }
  for (const _name in b) count--;
  return count === 0;
}

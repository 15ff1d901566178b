import { type ComponentType, type FunctionComponent, h } from 'preact';
import { jsxTemplate } from 'preact/jsx-runtime';
import { renderToString } from 'preact-render-to-string';
import { Piece } from '../html/pieces/piece.js';
import { runPageRender } from './extend-renderer.js';
import { areEqual, countOf, TextRenders, type Values } from './memo-texts.js';
import { PageRender } from './page-render.js';
import { withKey } from './vnodes/keys.js';
import { kHtml, type ReadyHtml } from './vnodes/ready-html.js';

/** Options of `memo`. */
export interface MemoOptions {
  /**
   * The number of renders kept for props that are all primitive. The least recently used is evicted first. Renders
   * with an object among the props are kept as long as the object lives, up to 8 per object.
   * @default 10_000
   */
  max?: number | undefined;
  /**
   * The most characters of these renders, HTML and props together.
   * @default 16_777_216 (16 MiB for text in Latin letters)
   */
  maxLength?: number | undefined;
}

interface Rendered {
  readonly props: Values;
  readonly count: number;
  readonly key: unknown;
  readonly html: Piece;
  /** The render of this object before. */
  former: Rendered | undefined;
}

const MAX_PER_OBJECT = 8;

/**
 * Caches the HTML of a component that depends on its props only. It is rendered once for distinct props (compared
 * shallowly, by `Object.is`), without a wrapper element, and shared by all pages and visitors. An object that is
 * changed in place is still the same prop: pass a new one. Ids by `useId` differ by the key and by primitive props. Contexts and the `value` of a surrounding `<select>` do not
 * reach inside. Within `<svg>`, write its attributes as in HTML (`stroke-width`).
 *
 * @throws TypeError if the component is not a function; at a render the component's own error, and nothing is cached then
 */
export function memo<Props extends object>(
  component: ComponentType<Props>,
  { max = 10_000, maxLength = 1 << 24 }: MemoOptions = {},
): FunctionComponent<Props> {
  if (typeof component !== 'function')
    throw new TypeError(
      `memo takes a component, not ${component}. Is it defined or imported before this call?`,
    );
  const byObject = new WeakMap<object, Rendered>();
  // A render of its own, which nothing of one page reaches: the HTML is for all pages.
  // The renderer returns a rope of many pieces. Conversion to bytes makes one flat string of it, so that a page is
  // concatenated from rows and not from their pieces.
  const render = (props: Props, key: unknown) => {
    const own = new PageRender();
    const texts = [nameOf(component), key, ...Object.values(props).filter(isPrimitive)].map(String);
    own.countIdsIn(texts.join());
    const html = runPageRender(own, () => renderToString(h(component, props)));
    return new Piece(Buffer.from(withKey(html, key === undefined ? undefined : String(key))).toString());
  };

  const byText = new TextRenders(render, max, maxLength);

  function renderFor(owner: object, props: Props, key: unknown): Piece {
    const latest = byObject.get(owner);
    for (let known = latest; known; known = known.former)
      if (known.key === key && areEqual(known.props, known.count, props)) return known.html;
    const rendered: Rendered = {
      // The component may change its props.
      props: { ...props } as Values,
      count: countOf(props),
      key,
      html: render(props, key),
      former: latest,
    };
    let last: Rendered | undefined = rendered;
    for (let count = 1; last && count < MAX_PER_OBJECT; count++) last = last.former;
    if (last) last.former = undefined;
    byObject.set(owner, rendered);
    return rendered.html;
  }

  function htmlOf(props: Props, key?: unknown): Piece {
    const following = byText.following(props, key);
    if (following) return following;
    const owner = firstObject(props);
    return owner ? renderFor(owner, props, key) : byText.get(props, key);
  }

  const Memo: FunctionComponent<Props> & ReadyHtml<Props> = (props) => jsxTemplate([htmlOf(props).html]);
  Memo[kHtml] = htmlOf;
  Memo.displayName = `memo(${nameOf(component)})`;
  return Memo;
}

/** The prop that owns the renders: they are collected with it. */
function firstObject(props: object): object | undefined {
  for (const name in props) {
    const value: unknown = props[name as keyof typeof props];
    if (!isPrimitive(value)) return value as object;
  }
  return undefined;
}

function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function');
}

function nameOf({ displayName, name }: { displayName?: string | undefined; name: string }): string {
  return displayName ?? name;
}

import { type ComponentChildren, Fragment, type FunctionComponent, type HTMLAttributes, h } from 'preact';
import { errors } from '../errors.js';
import type { LatePart } from '../late/late-part.js';
import type { LateRender } from '../late/late-render.js';
import type { PageRender } from './page-render.js';
import { renderContent } from './render.js';
import { placeOf } from './vnodes/place.js';
import type { RenderedVNode } from './vnodes/private-vnodes.js';

/** Props of `Later`. All others are attributes of its element. */
export interface LaterProps extends Omit<HTMLAttributes, 'children'> {
  /** Shown until the content is there. @default nothing */
  fallback?: ComponentChildren | undefined;
  /**
   * Everything that the content depends on. It is computed again when one of these differs, by `Object.is`: name
   * primitive values, and the visitor if the content is not the same for everyone.
   * @default []
   */
  when?: readonly unknown[] | undefined;
  /** Shown if the content fails: its function throws, rejects, or takes longer than `lateTimeout`. @default nothing */
  failed?: ((error: unknown) => ComponentChildren) | undefined;
  /** The element around the content: a live region, busy until the content is there. @default 'div' */
  as?: string | undefined;
  /**
   * Computes the content. `signal` aborts when no page waits for it: the page closed or moved on, or `when` changed.
   * The request of the render has been answered by then.
   */
  children: (signal: AbortSignal) => ComponentChildren | Promise<ComponentChildren>;
}

/**
 * A part of a page that loads later. The page is sent at once, with the fallback, and the content comes as a patch. It
 * is computed once for equal `when`, and kept with the page. Browsers without script get the page with its content.
 *
 * @throws ISSR_ERR_LATE above `maxLateParts`, inside `memo`, outside a page, and without a function as its child
 */
export const Later: FunctionComponent<LaterProps> = renderLater as never;

function renderLater(
  this: { __v: RenderedVNode },
  { fallback, when = [], failed, as = 'div', children, ...attributes }: LaterProps,
  context: object,
) {
  const render = lateRenderOf(this.__v);
  if (typeof children !== 'function')
    throw new errors.ISSR_ERR_LATE('without a function that gives its content, as in {() => <Report />}');
  const around = (this.__v.__e as PageRender).__m?.[0] ?? '';
  const place = placeOf(this.__v);
  const part = render.use(place, when, async (signal) =>
    renderContent(await children(signal), context, render.nested(signal), around + place),
  );
  const isBusy = part.state === 'pending' && !render.isWhole;
  const content = () => {
    if (part.state === 'failed') return part.showFailure(failed);
    const html = (part.previous ?? part).content;
    return html === undefined ? isBusy && fallback : h(Fragment, { tpl: [html] } as never);
  };
  return h(
    as,
    { 'aria-live': 'polite', 'aria-busy': isBusy ? 'true' : undefined, ...attributes },
    render.isWhole ? h(Awaited, { part, content }) : content(),
  );
}

/** Suspends the render until a part is settled. A component of its own, so that the parts beside it go on. */
function Awaited({ part, content }: { part: LatePart; content: () => ComponentChildren }): ComponentChildren {
  if (part.state === 'pending') throw part.settled;
  return content();
}

/** @throws ISSR_ERR_LATE */
function lateRenderOf({ __e: render }: RenderedVNode): LateRender {
  const { late } = render as PageRender;
  if (!late) throw new errors.ISSR_ERR_LATE('outside of a page, or inside memo');
  (render as PageRender).hasLate = true;
  return late();
}

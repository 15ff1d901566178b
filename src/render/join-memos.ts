import { type ComponentChildren, Fragment, h, type VNode } from 'preact';
import type { Piece } from '../html/pieces/piece.js';
import { PieceRun } from '../html/pieces/piece-run.js';
import { kHtml, type ReadyHtml } from './memo.js';

/**
 * Makes one template of each run of `memo` elements in a list: the renderer would take longer to visit such an element
 * than to write its HTML. Returns the same list if it has none.
 *
 * @param children of an HTML element, which renders all of them
 */
export function joinMemos(children: unknown[]): unknown[] {
  let joined: unknown[] | undefined;
  let run: PieceRun | undefined;
  for (let index = 0; index < children.length; index++) {
    const child = children[index];
    const html = readyHtmlOf(child);
    if (html !== undefined && run) {
      run.add(html);
      continue;
    }
    run = undefined;
    if (html !== undefined) {
      run = new PieceRun();
      run.add(html);
    }
    const replacement = run ? templateOf(run) : Array.isArray(child) ? joinMemos(child) : child;
    if (replacement !== child) joined ??= children.slice(0, index);
    joined?.push(replacement);
  }
  return joined ?? children;
}

function readyHtmlOf(child: unknown): Piece | undefined {
  if (typeof child !== 'object' || child === null) return undefined;
  const { type, props, key } = child as VNode;
  if (typeof type !== 'function') return undefined;
  const htmlOf = (type as ReadyHtml<object>)[kHtml];
  return htmlOf?.(props, key ?? undefined);
}

/** The run may grow until it is rendered. `await.ts` writes its template, in each render that reaches it. */
function templateOf(run: PieceRun): ComponentChildren {
  return h(Fragment as never, { run } as never);
}

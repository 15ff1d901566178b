import { type ComponentChildren, Fragment, h, type JSX } from 'preact';
import { renderToString, renderToStringAsync } from 'preact-render-to-string';
import type { HtmlPieces } from '../html/pieces/html-pieces.js';
import type { LateRender } from '../late/late-render.js';
import { MemoRuns } from './memo-runs.js';
import { runRender } from './private-vnodes.js';

/** Return value of a handler for a page. */
export type View = JSX.Element | string;

/** A render. Each node of it leads to it: `private-vnodes.ts`. */
export interface PageRender {
  /** Returns the parts that load later, created when the first one is rendered. */
  late: (() => LateRender) | undefined;
  /** The render has such parts. */
  hasLate?: true;
  /** The HTML that it leaves out. An asynchronous render leaves nothing out. */
  runs?: MemoRuns | undefined;
}

/**
 * Renders JSX to HTML. Returns a promise only if a component is async, a child is a promise, or a
 * component suspends.
 */
export function renderView(
  view: JSX.Element,
  late?: PageRender['late'],
): string | HtmlPieces | Promise<string> {
  const runs = new MemoRuns(view);
  const render: PageRender = { late, runs };
  try {
    return runs.fill(runRender(render, () => renderToString(view)));
  } catch (error) {
    if (!isSuspension(error)) throw error;
    if (render.hasLate) late?.().restart();
    render.runs = undefined;
    // The Fragment gives a suspended root the parent component that its renderer resumes at.
    return runRender(render, () => renderToStringAsync(h(Fragment, null, view)));
  }
}

/** Renders the content of a late part. The contexts around the part reach inside. */
export async function renderContent(
  content: ComponentChildren,
  context: object,
  late: LateRender,
): Promise<string> {
  const render: PageRender = { late: () => late };
  return runRender(render, () => renderToStringAsync(h(Fragment, null, content), context));
}

/** The renderer reports a suspension by this sentence only. */
function isSuspension(error: unknown): boolean {
  return error instanceof Error && error.message === 'Use "renderToStringAsync" for suspenseful rendering.';
}

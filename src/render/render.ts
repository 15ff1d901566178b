import { type ComponentChildren, Fragment, h, type JSX } from 'preact';
import { renderToString, renderToStringAsync } from 'preact-render-to-string';
import type { HtmlPieces } from '../html/pieces/html-pieces.js';
import type { LateRender } from '../late/late-render.js';
import { runPageRender } from './extend-renderer.js';
import { MemoRuns } from './memo-runs.js';
import { PageRender } from './page-render.js';
import type { KnownTemplates } from './vnodes/known-template.js';

/** Return value of a handler for a page. */
export type View = JSX.Element | string;

/**
 * Renders JSX to HTML. Returns a promise only if a component is async, a child is a promise, or a
 * component suspends.
 */
export function renderView(
  view: JSX.Element,
  late?: PageRender['late'],
  known?: KnownTemplates,
): string | HtmlPieces | Promise<string> {
  const runs = new MemoRuns(view);
  const attempt = new PageRender(late, runs);
  known?.begin();
  attempt.known = known;
  try {
    const html = runPageRender(attempt, () => renderToString(view));
    // An error boundary may have caught a promise.
    if (!attempt.hasSuspended) return runs.fill(html);
  } catch (error) {
    if (!isSuspension(error)) throw error;
  }
  if (attempt.hasLate) late?.().restart();
  const render = new PageRender(late, undefined, attempt);
  // The Fragment gives a suspended root the parent component that its renderer resumes at.
  return runPageRender(render, () => renderToStringAsync(h(Fragment, null, view)));
}

/** Renders the content of a late part. The contexts around the part reach inside. */
export async function renderContent(
  content: ComponentChildren,
  context: object,
  late: LateRender,
  place: string,
): Promise<string> {
  const render = new PageRender(() => late);
  render.countIdsIn(place);
  return runPageRender(render, () => renderToStringAsync(h(Fragment, null, content), context));
}

/** The renderer reports a suspension by this sentence only. */
function isSuspension(error: unknown): boolean {
  return error instanceof Error && error.message === 'Use "renderToStringAsync" for suspenseful rendering.';
}

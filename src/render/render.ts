import { Fragment, h, type JSX } from 'preact';
import { renderToString, renderToStringAsync } from 'preact-render-to-string';
import { runRender } from './private-vnodes.js';

/** Return value of a handler for a page. */
export type View = JSX.Element | string;

/**
 * Renders JSX to HTML. Returns a promise only if a component is async, a child is a promise, or a
 * component suspends.
 */
export function renderView(view: JSX.Element): string | Promise<string> {
  const render = {};
  try {
    return runRender(render, () => renderToString(view));
  } catch (error) {
    if (!isSuspension(error)) throw error;
    // The Fragment gives a suspended root the parent component that its renderer resumes at.
    return runRender(render, () => renderToStringAsync(h(Fragment, null, view)));
  }
}

/** The renderer reports a suspension by this sentence only. */
function isSuspension(error: unknown): boolean {
  return error instanceof Error && error.message === 'Use "renderToStringAsync" for suspenseful rendering.';
}

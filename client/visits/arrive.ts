import { createElement, focusOf, select } from '../dom.js';
import type { Visit } from '../history.js';
import { showWidget } from '../ui/widget.js';
import { endTransition } from './transition.js';

/**
 * Scrolls to the visitor's place in the visited page, and announces the page to screen readers.
 *
 * @param scroll where the visitor left the page that Back or Forward returns to
 */
export function arrive(visit: Visit, from: URL, scroll: [x: number, y: number]): void {
  settle(visit, from, scroll);
  endTransition();
}

function settle({ url, mode }: Visit, from: URL, [left, top]: [x: number, y: number]): void {
  if (mode === 'pop') scrollTo({ left, top, behavior: 'instant' });
  if (mode === 'pop' ? url.pathname === from.pathname : url.href === from.href) return;
  const [focus] = select('[autofocus]');
  if (!focus || focus !== focusOf(document)) focusStart();
  announceTitle();
  if (mode === 'pop') return;
  scrollTo({ left: 0, top: 0, behavior: 'instant' });
  if (location.hash) goToHash();
}

/** Lets the browser find the element and set `:target`, which `pushState` does not. */
function goToHash(): void {
  const { state } = history;
  location.replace(location.href);
  history.replaceState(state, '');
  const [target] = select(':target');
  // Ends the motion of `scroll-behavior: smooth`.
  target?.scrollIntoView({ behavior: 'instant' });
}

/** Moves the reading position of screen readers to the start, as a load does: the body must be focusable for it. */
function focusStart(): void {
  const [body] = select('body');
  if (!(body instanceof HTMLElement) || body.hasAttribute('tabindex')) return;
  body.tabIndex = -1;
  body.focus({ preventScroll: true });
  body.removeAttribute('tabindex');
}

let announcer: HTMLElement | undefined;

/** Announces the new title. A live region speaks when its text changes, so the region exists before the text. */
function announceTitle(): void {
  announcer ??= showWidget(
    'position:fixed;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)',
    createElement('p'),
  );
  announcer.setAttribute('aria-live', 'polite');
  const [text] = announcer.shadowRoot?.children ?? [];
  const [title] = select('title');
  setTimeout(() => text?.replaceChildren(title?.textContent ?? ''));
}

import { focusOf, isConnected } from '../dom.js';

/** Without `moveBefore`, moving an element takes the focus from it. Returns a function that gives it back. */
export function keepFocus(): () => void {
  const focused = focusOf(document) as HTMLElement | null;
  return () => {
    if (!focused || focused === focusOf(document) || !isConnected(focused)) return;
    // WebKit scrolls after all if the layout is not up to date.
    focused.getBoundingClientRect();
    focused.focus({ preventScroll: true });
  };
}

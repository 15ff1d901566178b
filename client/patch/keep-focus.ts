import { focusOf, isConnected } from '../dom.js';

/** Without `moveBefore`, moving an element takes the focus from it. Returns a function that gives it back. */
export function keepFocus(): () => void {
  const focused = findFocused();
  return () => {
    if (!focused || focused === findFocused() || !isConnected(focused)) return;
    // WebKit scrolls after all if the layout is not up to date.
    focused.getBoundingClientRect();
    focused.focus({ preventScroll: true });
  };
}

/** Returns the focused element. `document` names only the host of its shadow root. */
function findFocused(): HTMLElement | null {
  let focused = focusOf(document);
  for (let inner = focused; inner; inner = inner.shadowRoot?.activeElement ?? null) focused = inner;
  return focused as HTMLElement | null;
}

import { focusedOf, isConnected } from './dom.js';

/** Does what may move nodes. A browser without `moveBefore` takes the focus from a node that is moved: give it back. */
export function keepFocus(change: () => void): void {
  const focused = focusedOf(document);
  change();
  if (focused && focused !== focusedOf(document) && isConnected(focused)) {
    HTMLElement.prototype.focus.call(focused, { preventScroll: true });
  }
}

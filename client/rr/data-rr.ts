import type { Rr } from '../api.js';
import { getAttribute, listen, rootOf, select } from '../dom.js';

const ATTRIBUTE = 'data-rr';

/**
 * Handles `data-rr="click"` and `data-rr="input 300, change"`, which replace inline handlers under a strict
 * Content-Security-Policy. Returns a function that finds the event types of new elements.
 */
export function createDelegate({ rr, drr }: Rr): () => void {
  const types = new Set<string>();
  const onEvent = (event: Event) => {
    const path = event.composedPath();
    const fence = path.findLastIndex(
      (node) => node instanceof Element && getAttribute(node, ATTRIBUTE) === 'off',
    );
    for (const target of path.slice(fence + 1)) {
      if (!(target instanceof Element) || !(event.bubbles || target === event.target)) continue;
      for (const [type, ms] of readTriggers(target)) {
        if (type !== event.type) continue;
        if (ms === undefined) void rr(target);
        else void drr(target, Number(ms));
      }
    }
  };
  return () => {
    for (const element of select(`[${ATTRIBUTE}]`)) {
      for (const [type] of readTriggers(element)) {
        if (!type || types.has(type)) continue;
        types.add(type);
        // Captured, as `focus` does not bubble, and by the root, as `load` and `mouseenter` do not reach the window.
        listen(rootOf(document), type, onEvent, true);
      }
    }
  };
}

/** `'input 300, change'` → `[['input', '300'], ['change']]` */
function readTriggers(element: Element): [type?: string, ms?: string][] {
  const text = getAttribute(element, ATTRIBUTE);
  return text ? text.split(',').map((trigger) => trigger.trim().split(/\s+/) as [string, string?]) : [];
}

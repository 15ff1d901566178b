import { contains, listen } from '../dom.js';
import { asPatch } from '../side-effects.js';
import type { ApplyChange } from './live/placement.js';

/** Applies changes at once, but delays those that would break an input method's composition until it ends. */
export function createComposition(): ApplyChange {
  let composing: Node | null = null;
  let waiting: Parameters<ApplyChange>[] = [];
  const run = (wasDeferred: boolean, ...[live, change, relocates]: Parameters<ApplyChange>): void => {
    const isBroken = composing && (contains(composing, live) || (relocates && contains(live, composing)));
    if (isBroken) waiting.push([live, change, relocates]);
    else change(wasDeferred);
  };
  const on = (type: string, listener: (event: Event) => void): void => listen(document, type, listener, true);
  on('compositionstart', ({ target }) => {
    composing = target as Node;
  });
  on('compositionend', () => {
    const deferred = waiting;
    composing = null;
    waiting = [];
    asPatch(() => {
      for (const change of deferred) run(true, ...change);
    });
  });
  return (...change) => run(false, ...change);
}

import { contains } from './dom.js';
import type { Attempt } from './placement.js';

/** Carries out changes, but those that would break a composition of an input method when that is done. */
export function createComposition(): Attempt {
  let composing: Node | null = null;
  let waiting: Parameters<Attempt>[] = [];
  const attempt: Attempt = (live, change, movesIt) => {
    const isBroken = composing && (contains(composing, live) || (movesIt && contains(live, composing)));
    if (isBroken) waiting.push([live, change, movesIt]);
    else change();
  };
  const listen = (type: string, listener: (event: Event) => void): void =>
    document.addEventListener(type, listener, true);
  listen('compositionstart', ({ target }) => {
    composing = target as Node;
  });
  listen('compositionend', () => {
    const late = waiting;
    composing = null;
    waiting = [];
    for (const change of late) attempt(...change);
  });
  return attempt;
}

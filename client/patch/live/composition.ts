import { contains } from '../../dom.js';
import type { Attempt } from './placement.js';

/** Carries out changes, but those that would break a composition of an input method when that is done. */
export function createComposition(): Attempt {
  let composing: Node | null = null;
  let waiting: Parameters<Attempt>[] = [];
  const run = (isLate: boolean, ...[live, change, movesIt]: Parameters<Attempt>): void => {
    const isBroken = composing && (contains(composing, live) || (movesIt && contains(live, composing)));
    if (isBroken) waiting.push([live, change, movesIt]);
    else change(isLate);
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
    for (const change of late) run(true, ...change);
  });
  return (...change) => run(false, ...change);
}

import { createPatcher, type Patcher } from '../../client/patcher.js';
import { snapshot } from './patch-snapshot.js';

function load(html: string): void {
  document.open();
  document.write(html);
  document.close();
}

/** In the browser: a page that was changed by the patcher, and a fresh load of what it should be. */
export function compare(before: string, now: string, change: (patcher: Patcher) => void): [string, string] {
  load(before);
  change(createPatcher());
  const patched = snapshot();
  load(now);
  return [patched, snapshot()];
}

export function comparePage(before: string, now: string): [string, string] {
  return compare(before, now, (patcher) => patcher.page(0, now));
}

import { keep, recall } from '../storage.js';

const KEY = 'issr:reload';
const MIN_INTERVAL = 60_000;

/** Loads the page again, at most once a minute, so that a page that never fits cannot spin. */
export function reload(): void {
  // Where nothing can be kept every reload is taken for the second one.
  const last = recall(KEY) ?? Date.now();
  setTimeout(
    () => {
      keep(KEY, Date.now());
      location.reload();
    },
    last + MIN_INTERVAL - Date.now(),
  );
}

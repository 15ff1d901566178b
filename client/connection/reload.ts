import { load, save } from '../storage.js';

const KEY = 'issr:reload';
const MIN_INTERVAL = 60_000;

/**
 * Loads the page again, at most once a minute, so that a page that never matches cannot spin.
 *
 * @param onLeave called right before the load
 */
export function reload(onLeave: () => void): void {
  const now = Date.now();
  // Without storage every reload counts as the second one.
  const last = load(KEY) ?? now;
  setTimeout(
    () => {
      save(KEY, Date.now());
      onLeave();
      location.reload();
    },
    // The clock may have been set back.
    Math.min(0, last - now) + MIN_INTERVAL,
  );
}

const KEY = 'issr:reload';
const MIN_INTERVAL = 60_000;

/** Loads the page again, at most once a minute, so that a page that never fits cannot spin. */
export function reload(): void {
  const wait = lastReload() + MIN_INTERVAL - Date.now();
  setTimeout(
    () => {
      remember();
      location.reload();
    },
    Math.max(0, wait),
  );
}

/** Where storage is forbidden every reload is taken for the second one. */
function lastReload(): number {
  try {
    return Number(sessionStorage.getItem(KEY));
  } catch {
    return Date.now();
  }
}

function remember(): void {
  try {
    sessionStorage.setItem(KEY, String(Date.now()));
  } catch {
    // lastReload() says the same.
  }
}

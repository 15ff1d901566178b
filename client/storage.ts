/** Loads a time saved for this tab. Returns undefined if storage is not allowed, 0 if none was saved. */
export function load(key: string): number | undefined {
  try {
    return Number(sessionStorage.getItem(key));
  } catch {}
}

export function save(key: string, time: number): void {
  try {
    sessionStorage.setItem(key, String(time));
  } catch {}
}

/** A time that was kept for this visit. Undefined: none was, or the visitor forbids to keep anything. */
export function recall(key: string): number | undefined {
  try {
    return Number(sessionStorage.getItem(key));
  } catch {}
}

export function keep(key: string, time: number): void {
  try {
    sessionStorage.setItem(key, String(time));
  } catch {}
}

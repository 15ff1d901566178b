/** Milliseconds for a browser to fetch what it was just told to fetch. */
const FETCH_TIME = 2000;

/** Something that is kept until a browser fetches it. */
export interface Fetchable {
  /** Time of `performance.now()`. */
  readonly issued: number;
  /** Call when it is no longer kept. */
  onGone?: () => void;
}

/** Resolves when it is no longer kept, or its browser had the time to fetch it. */
export function fetched(kept: Fetchable): Promise<void> {
  const left = kept.issued + FETCH_TIME - performance.now();
  if (left <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, left);
    kept.onGone = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

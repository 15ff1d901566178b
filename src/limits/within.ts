/**
 * Resolves as the promise does, or to `late` once this many milliseconds have passed. Input that came in time counts, also
 * if the event loop was held for longer.
 */
export async function within<T, L = undefined>(
  promise: Promise<T>,
  milliseconds: number,
  late?: L,
): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<L>((resolve) => {
    // After a stall, timers run before the input that waits.
    timer = setTimeout(() => setImmediate(resolve, late as L), milliseconds);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

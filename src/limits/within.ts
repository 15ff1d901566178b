/**
 * Resolves as the promise does, or to `late` once this many milliseconds have passed. The wait does not keep the
 * process alive.
 */
export async function within<T, L = undefined>(
  promise: Promise<T>,
  milliseconds: number,
  late?: L,
): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<L>((resolve) => {
    timer = setTimeout(resolve, milliseconds, late as L).unref();
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

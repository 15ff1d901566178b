/** Turns of the event loop in a row without work, after which none is under way in memory. */
const QUIET_TURNS = 5;

/** Timers of the test's own, also under a test runner's fake ones. */
const { setImmediate, setTimeout, clearTimeout } = globalThis;

/**
 * Resolves when `work` has named nothing that is under way for some turns of the event loop.
 *
 * @param timeout milliseconds
 * @throws Error that names the work, after the timeout
 */
export async function settle(work: () => string | undefined, timeout: number): Promise<void> {
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
  }, timeout);
  try {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      const pending = work();
      if (pending !== undefined) quiet = -1;
      if (isOver && pending !== undefined) throw new Error(`Not settled after ${timeout} ms: ${pending}.`);
      // Jobs that the DOM leaves to a timer without delay run within a turn, too.
      await new Promise<void>((resolve) => setTimeout(() => setImmediate(resolve)));
    }
  } finally {
    clearTimeout(timer);
  }
}

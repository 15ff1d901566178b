/** Turns of the event loop in a row without work, after which none is under way in memory. */
const QUIET_TURNS = 5;
/** Turns in which work in memory ends. Work that takes longer waits for something else, which needs the processor. */
const BUSY_TURNS = 50;

/** Timers of the test's own, also under a test runner's fake ones. */
const { setImmediate, setTimeout, clearTimeout } = globalThis;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** Runs the jobs that the DOM and the app leave to a timer without delay. */
const nextTimers = (): Promise<void> => new Promise((resolve) => setTimeout(() => setImmediate(resolve)));

/**
 * Resolves when `work` has named nothing that is under way for some turns of the event loop. Sleeps as little as it can: on
 * a busy machine each sleep lasts as long as the turns of all other processes.
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
    let quiet = 0;
    let busy = 0;
    while (quiet <= QUIET_TURNS) {
      const pending = work();
      if (pending !== undefined && isOver) throw new Error(`Not settled after ${timeout} ms: ${pending}.`);
      quiet = pending === undefined ? quiet + 1 : 0;
      busy = pending === undefined ? 0 : busy + 1;
      if (quiet === QUIET_TURNS || busy > BUSY_TURNS) await nextTimers();
      else await nextTurn();
    }
  } finally {
    clearTimeout(timer);
  }
}

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Time limit of every wait for a state. No state takes this long, even on a busy machine. */
export const PATIENCE_MS = 60_000;

/** Polls until `is` returns true, for state without an event. */
export async function waitFor(is: () => unknown | Promise<unknown>, what = String(is)): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !(await is()); await sleep(5)) assert.ok(Date.now() < end, what);
}

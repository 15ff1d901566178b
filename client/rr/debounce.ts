import type { RrOutcome } from '../api.js';

interface Delayed {
  timer?: number;
  run(): Promise<RrOutcome>;
  done: Promise<RrOutcome>;
  resolve(done: Promise<RrOutcome>): void;
}

/** The elements whose visitor has not paused yet, in the order in which they began to wait. */
const waiting = new Map<Element, Delayed>();

/** Runs `run` once, `ms` after the last call for this element. Resolves when that run does. */
export function delay(element: Element, ms: number, run: () => Promise<RrOutcome>): Promise<RrOutcome> {
  const entry = waiting.get(element) ?? createDelayed();
  clearTimeout(entry.timer);
  entry.run = run;
  entry.timer = window.setTimeout(() => {
    waiting.delete(element);
    entry.resolve(entry.run());
  }, ms);
  waiting.set(element, entry);
  return entry.done;
}

/** Runs all delayed calls at once: a later event must not overtake them. */
export function flushDelayed(): void {
  const entries = [...waiting.values()];
  waiting.clear();
  for (const entry of entries) {
    clearTimeout(entry.timer);
    entry.resolve(entry.run());
  }
}

function createDelayed(): Delayed {
  const entry = {} as Delayed;
  entry.done = new Promise((resolve) => {
    entry.resolve = resolve;
  });
  return entry;
}

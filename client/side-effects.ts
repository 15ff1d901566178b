import { listen } from './dom.js';

/** When the patch that is being applied began; 0 between patches. */
let began = 0;
/** Events that the browser fires later for a change that a patch made: `close` of a dialog, `toggle`. */
const expected = new WeakMap<EventTarget, Set<string>>();

/** Applies a patch: the events that it causes run no command. */
export function asPatch<T>(job: () => T): T {
  began = performance.now();
  try {
    return job();
  } finally {
    began = 0;
  }
}

/** Announces events that the browser will fire for a change of a patch. */
export function expectEvents(target: Element, ...types: string[]): void {
  const set = expected.get(target) ?? new Set();
  expected.set(target, set);
  for (const type of types) {
    set.add(type);
    const forget = (): void => {
      // After all listeners of the event, whichever phase they are in.
      setTimeout(() => set.delete(type));
    };
    listen(target, type, forget, { once: true, capture: true });
  }
}

/** Whether a patch caused this event: a command that runs in it was given by no visitor. */
export function isCausedByPatch(event: Event | undefined): boolean {
  if (!event) return false;
  // A script that a patch inserts runs in the event of an older message.
  if (began && event.timeStamp >= began) return true;
  return !!event.target && !!expected.get(event.target)?.has(event.type);
}

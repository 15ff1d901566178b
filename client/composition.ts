import { contains } from './dom.js';

/** Keeps patches away from the field in which an input method composes, until it is done. */
export interface Composition {
  /** Runs the job now, or at the end of a composition that it would break. */
  run(job: () => void, live: Node, movesIt?: boolean): void;
}

export function createComposition(): Composition {
  let composing: Node | null = null;
  let waiting: [job: () => void, live: Node, movesIt?: boolean][] = [];
  const run: Composition['run'] = (job, live, movesIt) => {
    const breaks = composing && (contains(composing, live) || (movesIt && contains(live, composing)));
    if (breaks) waiting.push([job, live, movesIt]);
    else job();
  };
  document.addEventListener(
    'compositionstart',
    (event) => {
      composing = event.target as Node;
    },
    true,
  );
  document.addEventListener(
    'compositionend',
    () => {
      composing = null;
      const jobs = waiting;
      waiting = [];
      for (const job of jobs) run(...job);
    },
    true,
  );
  return { run };
}

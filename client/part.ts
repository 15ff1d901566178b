import { reportPart } from './ui/console.js';

/** A page that never gets the part must not keep everything that its visitor does. */
const MAX_WAITING = 100;

/** A part of the script that handles events. */
export interface EventPart<Part> {
  /** Loads the part, also after a failure. */
  load(): void;
  /** Runs a task with the part. Before the part is loaded the task waits, in order, and `use` returns true. */
  use(task: (part: Part) => void): boolean;
}

export function createPart<Part>(load: () => Promise<Part>): EventPart<Part> {
  const waiting: ((part: Part) => void)[] = [];
  let loaded: Part | undefined;
  let isLoading = false;
  const start = (): void => {
    if (isLoading) return;
    isLoading = true;
    load().then(
      (part) => {
        loaded = part;
        for (const task of waiting.splice(0)) task(part);
      },
      (error) => {
        isLoading = false;
        reportPart(error);
      },
    );
  };
  return {
    load: start,
    use(task) {
      if (loaded) task(loaded);
      else {
        if (waiting.length < MAX_WAITING) waiting.push(task);
        start();
      }
      return !loaded;
    },
  };
}

/** Milliseconds of work in one turn of the event loop. */
const MAX_TURN = 3;
/** The same for `each`, which prepares work for the rest of the turn. */
const MAX_EACH = 1;

/** Items of `each` between two looks at the clock. */
const ITEMS_PER_CHECK = 16;

/** Divides long work among turns of the event loop, so that input waits for a few milliseconds at most. */
export class LoopTurn {
  readonly #answer: () => void;
  #began: number | undefined;

  /** @param answer handles other input, which would wait for the work of the turn. Called once a turn, before it. */
  constructor(answer: () => void) {
    this.#answer = answer;
  }

  /** Returns whether this turn has time left for more of the work. */
  hasTime(max = MAX_TURN): boolean {
    const now = performance.now();
    if (this.#began === undefined) {
      this.#began = now;
      setImmediate(() => {
        this.#began = undefined;
      });
    }
    return now - this.#began < max;
  }

  /** Resolves in the next turn. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#answer();
        resolve();
      });
    });
  }

  /** Calls a function for each item, the first ones in the caller's tick and the others in later turns. */
  async each<Item>(items: Iterable<Item>, run: (item: Item) => void): Promise<void> {
    let count = 0;
    for (const item of items) {
      if (++count % ITEMS_PER_CHECK === 0 && !this.hasTime(MAX_EACH)) await this.next();
      run(item);
    }
  }
}

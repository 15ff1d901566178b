/** Milliseconds of work in one turn of the event loop. */
const MAX_TURN = 3;

/** Items of `each` between two looks at the clock. */
const ITEMS_PER_CHECK = 16;

/** Divides long work among turns of the event loop, so that input waits for a few milliseconds at most. */
export class LoopTurn {
  readonly #flush: () => void;
  #began: number | undefined;

  /** @param flush sends the answers to other input, which would wait for the work of the turn */
  constructor(flush: () => void) {
    this.#flush = flush;
  }

  /** Returns whether this turn has time left for more of the work. */
  hasTime(): boolean {
    const now = performance.now();
    if (this.#began === undefined) {
      this.#began = now;
      setImmediate(() => {
        this.#began = undefined;
      });
    }
    return now - this.#began < MAX_TURN;
  }

  /** Resolves in the next turn. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#flush();
        resolve();
      });
    });
  }

  /** Calls a function for each item, the first ones in the caller's tick and the others in later turns. */
  async each<Item>(items: Iterable<Item>, run: (item: Item) => void): Promise<void> {
    let count = 0;
    for (const item of items) {
      if (++count % ITEMS_PER_CHECK === 0 && !this.hasTime()) await this.next();
      run(item);
    }
  }
}

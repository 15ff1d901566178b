/** Limits concurrent work. Waiting callers are served in order. */
export class Semaphore {
  readonly #max: number;
  readonly #waiting: (() => void)[] = [];
  #held = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Returns undefined if a slot was free, else a promise of one. Pair every `acquire` with `release`. */
  acquire(): Promise<void> | undefined {
    if (this.#held < this.#max) {
      this.#held++;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#held--;
  }
}

/** Limits concurrent tasks. The others wait in order. */
export class Semaphore {
  readonly #max: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Returns undefined if there is room. Pair every `acquire` with `release`. */
  acquire(): Promise<void> | undefined {
    if (this.#inside < this.#max) {
      this.#inside++;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#inside--;
  }
}

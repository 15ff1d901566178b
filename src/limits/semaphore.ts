/** How many things may be under way at once; the others wait in their order. */
export class Semaphore {
  readonly #max: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Undefined: go on at once. Who has entered must leave. */
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

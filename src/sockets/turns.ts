/** A serial task queue. A synchronous task runs immediately, in the caller's tick. */
export class Turns {
  readonly #waiting: (() => unknown)[] = [];
  #isBusy = false;
  readonly #onFree: () => void;

  /** @param onFree called when the queue is empty */
  constructor(onFree: () => void) {
    this.#onFree = onFree;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** @param task must not throw or reject */
  add(task: () => unknown): void {
    if (this.#isBusy) this.#waiting.push(task);
    else this.#run(task);
  }

  #run(task: (() => unknown) | undefined): void {
    this.#isBusy = true;
    for (let next = task; next; next = this.#waiting.shift()) {
      const result = next();
      if (!(result instanceof Promise)) continue;
      void result.then(() => this.#run(this.#waiting.shift()));
      return;
    }
    this.#isBusy = false;
    this.#onFree();
  }
}

import { AsyncResource } from 'node:async_hooks';
import { afterInput } from './turn-end.js';

/** Runs tasks one after the other. A task starts in the caller's tick if no other task is running. */
export class SerialQueue {
  readonly #waiting: (() => unknown)[] = [];
  #isBusy = false;
  readonly #onIdle: (() => void) | undefined;

  /** @param onIdle called after the last waiting task */
  constructor(onIdle?: () => void) {
    this.#onIdle = onIdle;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** @param task must neither throw nor reject */
  add(task: () => unknown): void {
    if (this.#isBusy) this.#waiting.push(task);
    else this.#run(task);
  }

  /**
   * Adds a task that starts when the event loop has read all input of this turn, in the caller's async context.
   *
   * @param task must neither throw nor reject
   */
  addAfterInput(task: () => unknown): void {
    if (this.#isBusy) {
      this.#waiting.push(task);
      return;
    }
    this.#isBusy = true;
    const context = new AsyncResource('issr:task');
    afterInput(() => context.runInAsyncScope(() => this.#run(task)));
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
    this.#onIdle?.();
  }
}

/** An entry of `Deadlines`. */
export interface Deadline {
  readonly time: number;
  readonly onTimeout: () => void;
}

/**
 * Calls back for each entry that is not removed within the timeout. All entries have the same timeout, so they are
 * due in the order in which they were added, and one timer serves all of them.
 */
export class Deadlines {
  readonly #timeout: number;
  readonly #pending = new Set<Deadline>();
  #timer: NodeJS.Timeout | undefined;

  /** @param timeout in milliseconds */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  get timeout(): number {
    return this.#timeout;
  }

  add(onTimeout: () => void): Deadline {
    const deadline = { time: performance.now() + this.#timeout, onTimeout };
    this.#pending.add(deadline);
    if (!this.#timer) this.#wait(this.#timeout);
    return deadline;
  }

  /** Returns false if the deadline has passed or was removed. */
  remove(deadline: Deadline): boolean {
    return this.#pending.delete(deadline);
  }

  #wait(time: number): void {
    this.#timer = setTimeout(() => this.#check(), time).unref();
  }

  #check(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const deadline of this.#pending) {
      if (deadline.time > now) {
        this.#wait(deadline.time - now);
        return;
      }
      this.#pending.delete(deadline);
      deadline.onTimeout();
    }
  }
}

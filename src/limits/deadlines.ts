/** An entry of `Deadlines`, in a list with those before and after it. */
export class Deadline {
  /** `undefined` once the deadline has passed or was removed. */
  onTimeout: (() => void) | undefined;
  before: Deadline = this;
  after: Deadline = this;

  /** @param time monotonic, in milliseconds */
  constructor(
    readonly time: number,
    onTimeout?: () => void,
  ) {
    this.onTimeout = onTimeout;
  }

  insertBefore(other: Deadline): void {
    this.before = other.before;
    this.after = other;
    this.before.after = this;
    other.before = this;
  }

  /** Refers to nothing afterwards: a reference from here would keep younger objects out of the fast garbage collection. */
  remove(): void {
    this.before.after = this.after;
    this.after.before = this.before;
    this.before = this.after = this;
    this.onTimeout = undefined;
  }
}

/**
 * Calls back for each entry that is not removed within the timeout. All entries have the same timeout, so they are
 * due in the order in which they were added, and one timer serves all of them.
 */
export class Deadlines {
  readonly #timeout: number;
  /** Start and end of the list. */
  readonly #list = new Deadline(Number.POSITIVE_INFINITY);
  #timer: NodeJS.Timeout | undefined;

  /** @param timeout in milliseconds */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  get timeout(): number {
    return this.#timeout;
  }

  add(onTimeout: () => void): Deadline {
    const deadline = new Deadline(performance.now() + this.#timeout, onTimeout);
    deadline.insertBefore(this.#list);
    if (!this.#timer) this.#wait(this.#timeout);
    return deadline;
  }

  /** Returns false if the deadline has passed or was removed. */
  remove(deadline: Deadline): boolean {
    const isPending = deadline.onTimeout !== undefined;
    deadline.remove();
    return isPending;
  }

  #wait(time: number): void {
    this.#timer = setTimeout(() => this.#check(), time).unref();
  }

  #check(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (let first = this.#list.after; first.onTimeout; first = this.#list.after) {
      if (first.time > now) {
        this.#wait(first.time - now);
        return;
      }
      const { onTimeout } = first;
      first.remove();
      onTimeout();
    }
  }
}

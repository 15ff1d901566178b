/** Unanswered calls. More fail at once, so that a flood of keys of dead processes holds little. */
export const MAX_CALLS = 1000;

interface Call {
  /** The process that was asked. */
  to: string;
  end(result: unknown): void;
}

/** Calls of other processes that wait for their answers, by number. */
export class Calls {
  readonly #unanswered = new Map<number, Call>();
  #last = 0;

  /**
   * Calls a process. Resolves to undefined if it does not answer in time, or too many calls wait.
   *
   * @param timeout milliseconds
   * @param send sends the call by its number
   */
  make(to: string, timeout: number, send: (number: number) => void): Promise<unknown> {
    if (this.#unanswered.size >= MAX_CALLS) return Promise.resolve(undefined);
    const number = ++this.#last;
    return new Promise((resolve) => {
      const end = (result?: unknown) => {
        clearTimeout(timer);
        this.#unanswered.delete(number);
        resolve(result);
      };
      const timer = setTimeout(end, timeout).unref();
      this.#unanswered.set(number, { to, end });
      send(number);
    });
  }

  onAnswer(sender: string, number: unknown, result: unknown): void {
    const call = this.#unanswered.get(Number(number));
    if (call?.to === sender) call.end(result);
  }

  /** A process that has closed answers no more. */
  onClosed(instance: string): void {
    for (const call of this.#unanswered.values()) if (call.to === instance) call.end(undefined);
  }
}

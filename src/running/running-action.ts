import { setImmediate as nextTurn } from 'node:timers/promises';
import { errors } from '../errors.js';
import type { Deadlines } from '../limits/deadlines.js';

/** Milliseconds between two renders for yielded values: a frame of the browser. */
const FRAME = 16;

/** An action that yields. Its state is the author's generator. */
export type ActionGenerator = AsyncGenerator<unknown, unknown, undefined>;

/** The end of an action: its HTTP status, and its error. */
export interface ActionEnd {
  status: number;
  error?: unknown;
}

/** The page of a running action, as the action uses it. */
export interface ActionListener {
  /** Shows a value at the page's next render. */
  onResult(result: unknown): void;
  /** Renders the page. Resolves when the change was sent. */
  render(): Promise<void> | undefined;
  /** The last value was sent. */
  onEnd(end: ActionEnd): void;
}

/** A generator of the author's between its first step and its end. Values that come faster than frames are merged. */
export class RunningAction {
  /** Resolves when the action has ended, before its last render. */
  readonly ended: Promise<void>;
  end: ActionEnd | undefined;
  result: unknown;
  readonly #generator: ActionGenerator;
  readonly #deadlines: Deadlines;
  readonly #controller: AbortController;
  /** Undefined until the event's own render, which shows the first value, and after the page moved on. */
  #listener: ActionListener | undefined;
  #frame: NodeJS.Timeout | undefined;
  #lastRender = 0;

  constructor(generator: ActionGenerator, controller: AbortController, deadlines: Deadlines) {
    this.#generator = generator;
    this.#controller = controller;
    this.#deadlines = deadlines;
    this.ended = this.#run();
  }

  /** Waits for the first value, for one turn of the event loop at most. */
  async begin(): Promise<void> {
    await Promise.race([this.ended, nextTurn()]);
  }

  /** From now on, values are shown as they come. Resolves when the last one was sent. */
  follow(listener: ActionListener): Promise<void> {
    this.#listener = listener;
    this.#lastRender = performance.now();
    return this.ended.then(() => this.#finish());
  }

  /** The page shows what the action does. */
  get isFollowed(): boolean {
    return this.#listener !== undefined;
  }

  /** Aborts `request.signal`. The action may still return a value; what it yields is dropped. */
  stop(): void {
    this.#controller.abort();
  }

  /** The page closed or moved on. */
  leave(): void {
    this.#listener = undefined;
    clearTimeout(this.#frame);
    this.stop();
  }

  async #run(): Promise<void> {
    const { signal } = this.#controller;
    try {
      for (;;) {
        const { value, done } = await this.#next();
        if (done) {
          if (value !== undefined) this.#show(value);
          break;
        }
        if (signal.aborted) {
          end(this.#generator);
          break;
        }
        this.#show(value);
        // A generator that never waits must not hold the process.
        await nextTurn();
      }
      this.end = { status: 200 };
    } catch (error) {
      const { statusCode = 500 } = (error ?? {}) as { statusCode?: number };
      this.end = signal.aborted && !isTimeout(error) ? { status: 200 } : { status: statusCode, error };
    }
  }

  /** The time limit counts from one value to the next. */
  async #next(): Promise<IteratorResult<unknown, unknown>> {
    const deadlines = this.#deadlines;
    return new Promise((resolve, reject) => {
      const deadline = deadlines.add(() => {
        reject(new errors.ISSR_ERR_HANDLER_TIMEOUT(deadlines.timeout));
        this.#controller.abort();
        end(this.#generator);
      });
      this.#generator
        .next()
        .then(resolve, reject)
        .finally(() => deadlines.remove(deadline));
    });
  }

  #show(result: unknown): void {
    this.result = result;
    if (!this.#listener) return;
    this.#listener.onResult(result);
    this.#frame ??= setTimeout(
      () => {
        this.#frame = undefined;
        this.#lastRender = performance.now();
        void this.#listener?.render();
      },
      Math.max(0, this.#lastRender + FRAME - performance.now()),
    );
  }

  async #finish(): Promise<void> {
    clearTimeout(this.#frame);
    await this.#listener?.render();
    this.#listener?.onEnd(this.end ?? { status: 500 });
  }
}

function isTimeout(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === 'ISSR_ERR_HANDLER_TIMEOUT';
}

/**
 * Runs a generator to its end, for a form without script. Returns its last value.
 *
 * @param goesOn returns false if the visitor has left or the time limit is over
 */
export async function drain(generator: ActionGenerator, goesOn: () => boolean): Promise<unknown> {
  let result: unknown;
  for (;;) {
    const { value, done } = await generator.next();
    if (value !== undefined) result = value;
    if (done) return result;
    if (!goesOn()) {
      end(generator);
      return result;
    }
    await nextTurn();
  }
}

/** Ends a generator before its last value: its `finally` blocks run. */
function end(generator: ActionGenerator): void {
  void Promise.resolve()
    .then(() => generator.return(undefined))
    .catch(() => {});
}

/** A step of a render. `render` is a part of `dispatch`. */
export type RenderStep = 'dispatch' | 'render' | 'diff';

/** The times of one render, for a page whose panel is open. Other pages are not measured. */
export class RenderTimes {
  readonly #total: Record<RenderStep, number> = { dispatch: 0, render: 0, diff: 0 };

  /** Begins a step. Returns the function that ends it. */
  begin(step: RenderStep): () => void {
    const started = performance.now();
    return () => {
      this.#total[step] += performance.now() - started;
    };
  }

  /** Runs a step that may be asynchronous. */
  measure<Result>(step: RenderStep, run: () => Result): Result {
    const end = this.begin(step);
    const result = run();
    if (result instanceof Promise) result.then(end, end);
    else end();
    return result;
  }

  /** Returns the times in milliseconds, to a hundredth. */
  list(): [dispatch: number, render: number, diff: number] {
    const { dispatch, render, diff } = this.#total;
    const round = (time: number) => Math.round(time * 100) / 100;
    return [round(dispatch), round(render), round(diff)];
  }
}

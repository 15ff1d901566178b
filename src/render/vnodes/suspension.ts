/** Nodes as the renderer returns them: text, or a list of texts, of further lists, and of promises. */
type Rendered = string | readonly (Rendered | PromiseLike<Rendered>)[] | undefined;

/**
 * A promise as the renderer catches it: it calls `then` with what renders the nodes again.
 *
 * A render that fails drops the nodes that still wait. Their own failure must not end the process then. Lists become text
 * here, as the renderer resolves at most 25 of them inside each other.
 */
export class Suspension {
  readonly #promise: Promise<unknown>;

  constructor(promise: PromiseLike<unknown>) {
    this.#promise = Promise.resolve(promise);
    this.#promise.catch(() => {});
  }

  // biome-ignore lint/suspicious/noThenProperty: the renderer knows a suspension by it
  then(render: (value: unknown) => Rendered, fail?: (error: unknown) => Rendered): Promise<Rendered> {
    const rendered = this.#promise.then(render, fail).then(toText);
    rendered.catch(() => {});
    return rendered;
  }
}

async function toText(rendered: Rendered): Promise<Rendered> {
  if (!Array.isArray(rendered)) return rendered;
  const texts = await Promise.all(rendered.map(async (part) => toText(await part)));
  return texts.join('');
}

/** The outcome of a promise. */
export class Settling {
  readonly #suspension: Suspension;
  #state: 'pending' | 'fulfilled' | 'rejected' = 'pending';
  #outcome: unknown;

  constructor(promise: PromiseLike<unknown>) {
    const settle = (state: 'fulfilled' | 'rejected') => (outcome: unknown) => {
      this.#state = state;
      this.#outcome = outcome;
    };
    this.#suspension = new Suspension(Promise.resolve(promise).then(settle('fulfilled'), settle('rejected')));
  }

  /** Returns the value of the promise as Suspense does: throws until it has settled. */
  read(): unknown {
    if (this.#state === 'pending') throw this.#suspension;
    if (this.#state === 'rejected') throw this.#outcome ?? new Error('A component rejected');
    return this.#outcome;
  }
}

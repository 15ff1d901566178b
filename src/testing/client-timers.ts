import type { DOMWindow } from 'jsdom';

/** Timers of the client script that a test would have to wait for: delayed requests, and the next reconnect. */
export class ClientTimers {
  readonly #window: DOMWindow;
  readonly #due = new Map<number, () => void>();
  #isPing = false;

  constructor(window: DOMWindow) {
    this.#window = window;
  }

  get count(): number {
    return this.#due.size;
  }

  /** A ping was sent: the next timer waits for its answer, and no test waits for that. */
  onPing(): void {
    this.#isPing = true;
  }

  /** Runs all timers now. */
  run(): void {
    for (const [id, callback] of [...this.#due]) {
      this.#window.clearTimeout(id);
      callback();
    }
  }

  /** The window as the script sees it. */
  proxy(): DOMWindow {
    const setTimeout = (callback: () => void, ms?: number) => this.#set(callback, ms);
    return new Proxy(this.#window, {
      get: (window, name) => (name === 'setTimeout' ? setTimeout : Reflect.get(window, name)),
      set: (window, name, value) => Reflect.set(window, name, value),
    });
  }

  clear(id: number): void {
    this.#due.delete(id);
    this.#window.clearTimeout(id);
  }

  #set(callback: () => void, ms?: number): number {
    const isPing = this.#isPing;
    this.#isPing = false;
    const run = () => {
      this.#due.delete(id);
      callback();
    };
    const id = this.#window.setTimeout(run, ms);
    if (!isPing) this.#due.set(id, run);
    return id;
  }
}

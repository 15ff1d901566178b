import assert from 'node:assert/strict';
import { PageDriver } from '../../support/page-driver.js';

/** Pages that use the site as it is meant, while others attack it. */
export class Neighbours {
  /** Milliseconds from each event to its answer. */
  readonly latencies: number[] = [];
  readonly count: number;
  readonly #pages: PageDriver[];
  #stopped = false;
  #running: Promise<unknown> | undefined;

  private constructor(pages: PageDriver[]) {
    this.#pages = pages;
    this.count = pages.length;
  }

  static async open(origin: string, count: number): Promise<Neighbours> {
    return new Neighbours(
      await Promise.all(Array.from({ length: count }, () => PageDriver.open(origin, '/neighbour'))),
    );
  }

  start(): void {
    this.#stopped = false;
    this.#running = Promise.all(this.#pages.map((page) => this.#use(page)));
    // `stop` tells of it.
    this.#running.catch(() => {});
  }

  /** @throws if any event of any of them was not answered right */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async close(): Promise<void> {
    await Promise.all(this.#pages.map((page) => page.drop()));
  }

  async #use(page: PageDriver): Promise<void> {
    while (!this.#stopped) {
      const n = String(page.event);
      const start = performance.now();
      const answer = await page.rr({ changed: [['n', n]] });
      this.latencies.push(performance.now() - start);
      assert.match(answer[0], /^(patch|page)$/, JSON.stringify(answer));
      assert.equal(page.text, `{"n":"${n}"}`);
      // A visitor pauses.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

export function p99(latencies: number[]): number {
  return latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? Number.NaN;
}

import type { UploadEntries } from '../../src/protocol.js';

/** The ids of a field of which the server may know anything. */
const UNKNOWN = '?';

/** What the server was told of the ids that each field holds, joined by commas. */
export class Told {
  readonly #ids = new Map<string, string>();

  get hasFiles(): boolean {
    return [...this.#ids.values()].some((ids) => ids && ids !== UNKNOWN);
  }

  /** Whether the server knows that a field holds these. */
  is(name: string, ids: string): boolean {
    return (this.#ids.get(name) ?? '') === ids;
  }

  /** The fields that hold others than was told; they are told now. */
  update(now: Map<string, string>): UploadEntries {
    const news: UploadEntries = [];
    for (const [name, ids] of now) {
      if (this.is(name, ids)) continue;
      this.#ids.set(name, ids);
      news.push([name, ids ? ids.split(',') : []]);
    }
    return news;
  }

  /** The names that were told to hold something. */
  names(): string[] {
    return [...this.#ids].filter(([, ids]) => ids).map(([name]) => name);
  }

  /** What was said last may be lost. */
  doubt(): void {
    for (const name of this.#ids.keys()) this.#ids.set(name, UNKNOWN);
  }

  clear(): void {
    this.#ids.clear();
  }
}

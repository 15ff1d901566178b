import { LRUCache } from 'lru-cache';

/** Keys whose last change is remembered. Older changes count as one for all other keys. */
const MAX_REMEMBERED = 10_000;

/** The keys that open pages watch: those that the last successful render of each page named. */
export class Watches<Page> {
  readonly #pages = new Map<string, Set<Page>>();
  readonly #keys = new Map<Page, ReadonlySet<string>>();
  /** Number of each key's last change. */
  readonly #changes: LRUCache<string, number>;
  /** Number of the last change that was evicted from `#changes`. */
  #forgotten = 0;
  #generation = 0;

  constructor() {
    this.#changes = new LRUCache({
      max: MAX_REMEMBERED,
      dispose: (generation, _key, reason) => {
        if (reason === 'evict') this.#forgotten = Math.max(this.#forgotten, generation);
      },
    });
  }

  /** Number of the last change of any key. A render notes it when it begins. */
  get generation(): number {
    return this.#generation;
  }

  /** Returns whether the page watches anything. */
  has(page: Page): boolean {
    return this.#keys.has(page);
  }

  /**
   * Replaces the watched keys of a page after a render.
   *
   * @param since `generation` when the render began
   * @returns `true` if a key that the page did not watch before changed since then
   */
  update(page: Page, keys: ReadonlySet<string>, since: number): boolean {
    const before = this.#keys.get(page);
    if (!before && keys.size === 0) return false;
    for (const key of before ?? []) if (!keys.has(key)) this.#removeFrom(key, page);
    let hasChanged = false;
    for (const key of keys) {
      if (before?.has(key)) continue;
      this.#pages.set(key, (this.#pages.get(key) ?? new Set()).add(page));
      hasChanged ||= this.#lastChange(key) > since;
    }
    if (keys.size > 0) this.#keys.set(page, keys);
    else this.#keys.delete(page);
    return hasChanged;
  }

  /** Notes a change of the keys. Returns the pages that watch any of them. */
  changed(keys: Iterable<string>): Set<Page> {
    this.#generation++;
    const pages = new Set<Page>();
    for (const key of keys) {
      this.#changes.set(key, this.#generation);
      for (const page of this.#pages.get(key) ?? []) pages.add(page);
    }
    return pages;
  }

  #lastChange(key: string): number {
    return this.#changes.get(key) ?? this.#forgotten;
  }

  #removeFrom(key: string, page: Page): void {
    const pages = this.#pages.get(key);
    pages?.delete(page);
    if (pages?.size === 0) this.#pages.delete(key);
  }
}

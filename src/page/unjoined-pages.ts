/** A page that was loaded by HTTP and has not joined yet. */
export interface UnjoinedPage {
  /** Its URL, query included. */
  url: string;
  html: string;
  /** `Pages.pushGeneration` at the start of its render. If it is higher at the join, the page may have missed a push. */
  pushGeneration: number;
}

export interface UnjoinedPagesOptions {
  maxUnjoinedPages: number;
  maxUnjoinedBytes: number;
  joinTimeout: number;
}

type Generation = Map<string, UnjoinedPage & { rendered: number }>;

/** Memory of an entry beside its HTML. */
const PAGE_BYTES = 400;

/**
 * Pages that wait for their join, in two generations. The young generation becomes the old one when it
 * holds half of the limit or reaches `joinTimeout`, and the old one is dropped. Runs on every load; two
 * generations are cheaper than an LRU.
 */
export class UnjoinedPages {
  readonly #options: UnjoinedPagesOptions;
  #young: Generation = new Map();
  #old: Generation = new Map();
  #youngBytes = 0;
  #youngSince = performance.now();

  constructor(options: UnjoinedPagesOptions) {
    this.#options = options;
  }

  add(id: string, { url, html, pushGeneration }: UnjoinedPage): void {
    const { maxUnjoinedPages, maxUnjoinedBytes } = this.#options;
    this.#young.set(id, { url, html, pushGeneration, rendered: performance.now() });
    // A character takes up to two bytes.
    this.#youngBytes += 2 * html.length + PAGE_BYTES;
    if (2 * this.#young.size >= maxUnjoinedPages || 2 * this.#youngBytes >= maxUnjoinedBytes) this.#advance();
  }

  take(id: string): UnjoinedPage | undefined {
    const page = this.#young.get(id) ?? this.#old.get(id);
    if (!page) return undefined;
    this.#young.delete(id);
    this.#old.delete(id);
    return performance.now() - page.rendered < this.#options.joinTimeout ? page : undefined;
  }

  /** Drops pages past `joinTimeout`. Call it from time to time. */
  purge(): void {
    if (performance.now() - this.#youngSince >= this.#options.joinTimeout) this.#advance();
  }

  clear(): void {
    this.#advance();
    this.#advance();
  }

  #advance(): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
    this.#youngSince = performance.now();
  }
}

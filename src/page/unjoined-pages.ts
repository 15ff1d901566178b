/** A page that was sent by HTTP and has not joined yet. */
export interface UnjoinedPage {
  /** Its URL, query included. */
  url: string;
  html: string;
  /** `Pages.pushes` as its render began: if that has moved on when it joins, it may have missed a push. */
  pushGeneration: number;
}

export interface UnjoinedPagesOptions {
  maxUnjoinedPages: number;
  maxUnjoinedBytes: number;
  joinTimeout: number;
}

type Generation = Map<string, UnjoinedPage & { rendered: number }>;

/** What a page takes beside its HTML. */
const PAGE_BYTES = 400;

/**
 * The pages that wait for their join, in two generations: when the young one holds half of what may be
 * kept, or is as old as a page may be, it becomes the old one, and what was old is forgotten at once. It
 * is on the way of every load, where keeping all in order would cost several times as much.
 */
export class UnjoinedPages {
  readonly #options: UnjoinedPagesOptions;
  #young: Generation = new Map();
  #old: Generation = new Map();
  #youngBytes = 0;
  #youngSince = Date.now();

  constructor(options: UnjoinedPagesOptions) {
    this.#options = options;
  }

  add(id: string, { url, html, pushGeneration: pushes }: UnjoinedPage): void {
    const { maxUnjoinedPages, maxUnjoinedBytes } = this.#options;
    this.#young.set(id, { url, html, pushGeneration: pushes, rendered: Date.now() });
    // At two bytes a character, as it may be.
    this.#youngBytes += 2 * html.length + PAGE_BYTES;
    if (2 * this.#young.size >= maxUnjoinedPages || 2 * this.#youngBytes >= maxUnjoinedBytes) this.#turn();
  }

  take(id: string): UnjoinedPage | undefined {
    const page = this.#young.get(id) ?? this.#old.get(id);
    if (!page) return undefined;
    this.#young.delete(id);
    this.#old.delete(id);
    return Date.now() - page.rendered < this.#options.joinTimeout ? page : undefined;
  }

  /** To be called now and then: forgets those whose time is over. */
  purge(): void {
    if (Date.now() - this.#youngSince >= this.#options.joinTimeout) this.#turn();
  }

  clear(): void {
    this.#turn();
    this.#turn();
  }

  #turn(): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
    this.#youngSince = Date.now();
  }
}

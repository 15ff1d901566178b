/** A page that was sent by HTTP and has not joined yet. */
export interface RenderedPage {
  /** Its URL, query included. */
  url: string;
  /**
   * The HTML as bytes, outside of the garbage collector's heap: as a string it would live just long enough
   * to be moved twice, which is a quarter of what a small page's load costs.
   */
  html: Buffer;
  /** `Pages.pushes` as its render began: if that has moved on when it joins, it may have missed a push. */
  pushes: number;
}

export interface RenderedPagesOptions {
  maxUnjoinedPages: number;
  maxUnjoinedBytes: number;
  joinTimeout: number;
}

/** What a page takes beside its HTML. */
const PAGE_BYTES = 400;

/**
 * The pages that wait for their join, oldest first: all wait for the same time, and a `Map` keeps the
 * order in which they came. It is on the way of every load, where a general cache would cost ten times that.
 */
export class RenderedPages {
  readonly #pages = new Map<string, RenderedPage & { expires: number }>();
  readonly #options: RenderedPagesOptions;
  #bytes = 0;

  constructor(options: RenderedPagesOptions) {
    this.#options = options;
  }

  add(id: string, { url, html, pushes }: RenderedPage): void {
    const { maxUnjoinedPages, maxUnjoinedBytes, joinTimeout } = this.#options;
    this.#pages.set(id, { url, html, pushes, expires: Date.now() + joinTimeout });
    this.#bytes += bytesOf(html);
    while (this.#pages.size > maxUnjoinedPages || this.#bytes > maxUnjoinedBytes) this.#dropOldest();
  }

  take(id: string): RenderedPage | undefined {
    const page = this.#pages.get(id);
    if (!page) return undefined;
    this.#drop(id, page);
    return page.expires > Date.now() ? page : undefined;
  }

  /** Forgets those whose time is over. */
  purge(): void {
    const now = Date.now();
    for (const [id, page] of this.#pages) {
      if (page.expires > now) return;
      this.#drop(id, page);
    }
  }

  clear(): void {
    this.#pages.clear();
    this.#bytes = 0;
  }

  #dropOldest(): void {
    const [oldest] = this.#pages;
    if (oldest) this.#drop(...oldest);
  }

  #drop(id: string, { html }: RenderedPage): void {
    this.#pages.delete(id);
    this.#bytes -= bytesOf(html);
  }
}

function bytesOf(html: Buffer): number {
  return html.length + PAGE_BYTES;
}

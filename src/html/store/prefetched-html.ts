import type { HtmlStore } from './html-store.js';
import type { StoredHtml } from './stored-html.js';

/** Milliseconds that a prefetched page is kept: the browser's 10 s, and a slow way of its answer and its event. */
const LIFETIME = 15_000;

interface Entry {
  /** Undefined while the page is being rendered. */
  html?: StoredHtml;
  timer?: NodeJS.Timeout;
}

/** The pages that a browser got ahead of a click and may show by itself. It owns one reference to the HTML of each. */
export class PrefetchedHtml {
  readonly #store: HtmlStore;
  readonly #max: number;
  /** By the browser's number, in the order in which they were asked for. */
  readonly #entries = new Map<number, Entry>();

  /** @param max entries, those that are being rendered included */
  constructor(store: HtmlStore, max: number) {
    this.#store = store;
    this.#max = max;
  }

  /** Makes room for a page, and evicts the oldest one that waits. Returns false if all places are being rendered. */
  begin(id: number): boolean {
    if (this.#entries.has(id)) return false;
    if (this.#entries.size >= this.#max) {
      const oldest = [...this.#entries].find(([, { html }]) => html);
      if (!oldest) return false;
      this.drop(oldest[0]);
    }
    this.#entries.set(id, {});
    return true;
  }

  /** Takes over a reference. Returns false, and releases it, if the page is no longer wanted. */
  keep(id: number, html: StoredHtml): boolean {
    const entry = this.#entries.get(id);
    if (!entry) {
      this.#store.release(html);
      return false;
    }
    entry.html = html;
    entry.timer = setTimeout(() => this.drop(id), LIFETIME).unref();
    return true;
  }

  drop(id: number): void {
    const entry = this.#entries.get(id);
    this.#entries.delete(id);
    clearTimeout(entry?.timer);
    if (entry?.html) this.#store.release(entry.html);
  }

  /** Hands over the reference of the page that the browser shows now. All others end: they were changes of the page before. */
  take(id: number | undefined): StoredHtml | undefined {
    const entry = id === undefined ? undefined : this.#entries.get(id);
    const html = entry?.html;
    delete entry?.html;
    this.clear();
    return html;
  }

  clear(): void {
    for (const id of this.#entries.keys()) this.drop(id);
  }
}

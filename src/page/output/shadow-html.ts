import type { HtmlStore } from '../../html/store/html-store.js';
import { PrefetchedHtml } from '../../html/store/prefetched-html.js';
import type { StoredHtml } from '../../html/store/stored-html.js';
import { checksumOf } from '../../signed/token.js';

/** The HTML that a browser has by a process other than this one. */
export interface ExpectedHtml {
  /** Result of `checksumOf`. */
  checksum: string;
  /** The structure hash of the join. */
  hash: number;
}

/** Milliseconds that a browser keeps the page of another process while this one computes late parts of it. */
const KEEP_TIME = 2000;

/** The server's record of a browser's shadow. It owns one reference to stored HTML. */
export class ShadowHtml {
  /** The HTML of the shadow if a render equals it. */
  #expected: ExpectedHtml | undefined;
  /** Renders a page that its browser has by another process. */
  #render: (() => void) | undefined;
  #keeping: NodeJS.Timeout | undefined;
  readonly #store: HtmlStore;
  #html: StoredHtml | undefined;
  #patchCount = 0;
  #needsFullRender = false;
  #prefetched: PrefetchedHtml | undefined;

  constructor(store: HtmlStore) {
    this.#store = store;
  }

  /** Undefined if it is unknown. */
  get html(): StoredHtml | undefined {
    return this.#html;
  }

  /** `patch` and `page` messages sent so far. */
  get patchCount(): number {
    return this.#patchCount;
  }

  /** A patch was skipped because the browser reads too slowly. */
  get needsFullRender(): boolean {
    return this.#needsFullRender;
  }

  /**
   * Begins with the page that the browser has by another process.
   *
   * @param expected its HTML, if that is known
   * @param render renders the page again
   */
  startFrom(expected: ExpectedHtml | undefined, render: () => void): void {
    this.#expected = expected;
    this.#render = render;
  }

  /** Continues the count of another process. */
  continueFrom(patchCount: number): void {
    this.#patchCount = patchCount;
  }

  /** Continues with the browser's count of patches. Its shadow is unknown, because it lost a message. */
  restart(patchCount: number): void {
    this.#patchCount = patchCount;
    this.drop();
  }

  /**
   * The HTML from which a change leads to `html`. Undefined if the whole page is sent: a visit keeps no `noupdate` element
   * of the page before, and a diff would.
   */
  baseFor(html: string, isVisit: boolean): StoredHtml | undefined {
    const mayKeep = isVisit && [this.#html?.html ?? '', html].some((text) => /noupdate/i.test(text));
    return mayKeep ? undefined : this.#html;
  }

  /** Takes over a reference and releases the earlier one. */
  adopt(html: StoredHtml | undefined): void {
    const before = this.#html;
    this.#html = html;
    this.#expected = this.#render = undefined;
    clearTimeout(this.#keeping);
    if (before) this.#store.release(before);
  }

  /** The browser's shadow is unknown, so the next render sends the whole page. */
  drop(): void {
    this.adopt(undefined);
  }

  /** A change that leads to this HTML is being sent. */
  advance(html: StoredHtml): void {
    this.adopt(html);
    this.#needsFullRender = false;
    this.#patchCount++;
  }

  /** A patch that changes nothing is being sent. */
  countPatch(): void {
    this.#patchCount++;
  }

  /** Skips a change. The whole page is sent once the browser has caught up. */
  skip(): void {
    this.drop();
    this.#needsFullRender = true;
  }

  /** Pages that the browser got ahead of a click. @param max `maxPrefetches` */
  prefetched(max: number): PrefetchedHtml {
    this.#prefetched ??= new PrefetchedHtml(this.#store, max);
    return this.#prefetched;
  }

  /**
   * An event begins. Its browser shows the prefetched page of this number, if there is one. If the page is no longer
   * here, the next render sends the whole page.
   */
  showPrefetched(id: number | undefined): void {
    const html = this.#prefetched?.take(id);
    if (id === undefined) return;
    this.adopt(html);
    this.#patchCount++;
  }

  /** The browser may not show a prefetched page any longer: it missed a change, or joined again. */
  dropPrefetched(): void {
    this.#prefetched?.clear();
  }

  /**
   * Adopts a render if the browser has the same HTML by another process.
   *
   * @param isIncomplete late parts of the render are pending
   * @returns true if the browser keeps its page meanwhile, which may show these parts
   */
  recognize(html: string, isIncomplete: boolean): boolean {
    if (this.#html) return false;
    const expected = this.#expected;
    if (expected && expected.checksum === checksumOf(html)) {
      const stored = this.#store.retain(html);
      if (stored.hash === expected.hash) this.adopt(stored);
      else this.#store.release(stored);
    }
    const render = this.#render;
    if (!isIncomplete || !render) return false;
    this.#keeping ??= setTimeout(() => {
      this.#render = undefined;
      render();
    }, KEEP_TIME).unref();
    return true;
  }
}

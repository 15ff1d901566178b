import type { LoadContext } from '../http/same-visitor.js';
import type { LateParts } from '../late/late-parts.js';
import { addressKey } from '../limits/address-key.js';
import type { Flash } from '../signed/flash-cookies.js';
import type { Interests } from './interests.js';
import type { ShareableRender } from './shares.js';

/** A page that was loaded by HTTP and has not joined yet. */
export interface UnjoinedPage extends LoadContext {
  /** Its URL, query included. */
  url: string;
  html: string;
  /** `performance.now()` after its render. */
  rendered: number;
  /** `Pages.pushGeneration` when its render began. If it has changed at the join, the page may have missed a push. */
  pushGeneration: number;
  /** Its route's handler rendered it. False for an error page, which no push may reach. */
  isPage: boolean;
  /** Keys and presence records that its render named. */
  interests: Interests | undefined;
  /** Flashes that it shows. */
  flashes: readonly Flash[];
  /** The next push may be shared. */
  share: ShareableRender | undefined;
  /** Its parts that load later. They are computed meanwhile. */
  late?: LateParts | undefined;
}

export interface UnjoinedPagesOptions {
  maxUnjoinedPages: number;
  maxUnjoinedBytes: number;
  maxUnjoinedPagesPerIp: number;
  maxUnjoinedBytesPerIp: number;
  joinTimeout: number;
}

/** Approximate memory of a page beside its HTML and headers. */
const PAGE_BYTES = 1000;

/** The pages of one address in a generation. */
class Share {
  pages = 0;
  bytes = 0;
}

/** Pages that were loaded one after the other, with the share of each address among them. */
class Generation {
  readonly pages = new Map<string, UnjoinedPage>();
  readonly since = performance.now();
  /** Late parts of these pages. */
  readonly late = new Set<LateParts>();
  readonly #shares = new Map<string, Share>();
  bytes = 0;

  shareOf(address: string): Share {
    let share = this.#shares.get(address);
    if (!share) {
      share = new Share();
      this.#shares.set(address, share);
    }
    return share;
  }

  add(id: string, page: UnjoinedPage, share: Share): void {
    const bytes = sizeOf(page);
    this.pages.set(id, page);
    if (page.late) this.late.add(page.late);
    this.bytes += bytes;
    share.pages++;
    share.bytes += bytes;
  }

  take(id: string): UnjoinedPage | undefined {
    const page = this.pages.get(id);
    if (!page) return undefined;
    const bytes = sizeOf(page);
    const address = addressKey(page.ip);
    const share = this.shareOf(address);
    this.pages.delete(id);
    if (page.late) this.late.delete(page.late);
    this.bytes -= bytes;
    share.pages--;
    share.bytes -= bytes;
    if (share.pages === 0) this.#shares.delete(address);
    return page;
  }
}

/**
 * Pages that wait for their join, in two generations. When the young generation holds half of a limit, or is as
 * old as a page may get, it becomes the old one, and the pages of the old one are dropped. This runs on every
 * load, and two generations are several times cheaper than an LRU. Each address has a share of both, so that one
 * visitor who only loads pages cannot drop those of the others.
 */
export class UnjoinedPages {
  readonly #options: UnjoinedPagesOptions;
  #young = new Generation();
  #old = new Generation();

  constructor(options: UnjoinedPagesOptions) {
    this.#options = options;
  }

  /** Keeps a page, unless its address has used up its share: then the page is rendered again when it joins. */
  add(id: string, page: UnjoinedPage): void {
    const { maxUnjoinedPages, maxUnjoinedBytes, maxUnjoinedPagesPerIp, maxUnjoinedBytesPerIp } =
      this.#options;
    const young = this.#young;
    const share = young.shareOf(addressKey(page.ip));
    if (2 * share.pages >= maxUnjoinedPagesPerIp || 2 * share.bytes >= maxUnjoinedBytesPerIp)
      return page.late?.close();
    young.add(id, page, share);
    if (2 * young.pages.size >= maxUnjoinedPages || 2 * young.bytes >= maxUnjoinedBytes) this.#advance();
  }

  get count(): number {
    return this.#young.pages.size + this.#old.pages.size;
  }

  take(id: string): UnjoinedPage | undefined {
    const page = this.#young.take(id) ?? this.#old.take(id);
    if (!page || performance.now() - page.rendered < this.#options.joinTimeout) return page;
    page.late?.close();
    return undefined;
  }

  /** Drops pages whose time is over. Call it now and then. */
  purge(): void {
    if (performance.now() - this.#young.since >= this.#options.joinTimeout) this.#advance();
  }

  clear(): void {
    this.#advance();
    this.#advance();
  }

  #advance(): void {
    for (const parts of this.#old.late) parts.close();
    this.#old = this.#young;
    this.#young = new Generation();
  }
}

/** A string takes up to two bytes for each character. */
function sizeOf({ html, url, headers, cookie, setCookies }: UnjoinedPage): number {
  let length = html.length + url.length + (cookie?.length ?? 0);
  for (const [name, value] of headers) length += name.length + value.length;
  for (const text of setCookies) length += text.length;
  return 2 * length + PAGE_BYTES;
}

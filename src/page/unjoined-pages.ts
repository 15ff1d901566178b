import type { LoadContext } from '../http/same-visitor.js';
import type { LateParts } from '../late/late-parts.js';
import { addressKey } from '../limits/address-key.js';
import { KeyedCounter } from '../limits/keyed-counter.js';
import type { Flash } from '../signed/flash-cookies.js';
import type { Interests } from './interests.js';
import type { ShareableRender } from './shares.js';

/** A page that was loaded by HTTP and has not joined yet. */
export interface UnjoinedPage {
  /** Its URL, query included. */
  url: string;
  html: string;
  /** `Pages.pushGeneration` when its render began. If it has changed at the join, the page may have missed a push. */
  pushGeneration: number;
  /** The request that it answered. */
  load: LoadContext;
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

/** A class for the reason that `LoadedPage` gives. */
class Entry {
  readonly rendered = performance.now();

  constructor(
    readonly page: UnjoinedPage,
    readonly address: string,
  ) {}
}

/** Approximate memory of a page beside its HTML and headers. */
const PAGE_BYTES = 1000;

/** Pages that were loaded one after the other, with the share of each address among them. */
class Generation {
  readonly entries = new Map<string, Entry>();
  readonly since = performance.now();
  /** Late parts of these pages. */
  readonly late = new Set<LateParts>();
  readonly pagesPerAddress = new KeyedCounter();
  readonly bytesPerAddress = new KeyedCounter();
  bytes = 0;

  add(id: string, entry: Entry): void {
    const bytes = sizeOf(entry.page);
    this.entries.set(id, entry);
    if (entry.page.late) this.late.add(entry.page.late);
    this.bytes += bytes;
    this.pagesPerAddress.add(entry.address);
    this.bytesPerAddress.add(entry.address, bytes);
  }

  take(id: string): Entry | undefined {
    const entry = this.entries.get(id);
    if (!entry) return undefined;
    const bytes = sizeOf(entry.page);
    this.entries.delete(id);
    if (entry.page.late) this.late.delete(entry.page.late);
    this.bytes -= bytes;
    this.pagesPerAddress.subtract(entry.address);
    this.bytesPerAddress.subtract(entry.address, bytes);
    return entry;
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
    const address = addressKey(page.load.ip);
    const young = this.#young;
    const isFull =
      2 * young.pagesPerAddress.get(address) >= maxUnjoinedPagesPerIp ||
      2 * young.bytesPerAddress.get(address) >= maxUnjoinedBytesPerIp;
    if (isFull) return page.late?.close();
    young.add(id, new Entry(page, address));
    if (2 * young.entries.size >= maxUnjoinedPages || 2 * young.bytes >= maxUnjoinedBytes) this.#advance();
  }

  get count(): number {
    return this.#young.entries.size + this.#old.entries.size;
  }

  take(id: string): UnjoinedPage | undefined {
    const entry = this.#young.take(id) ?? this.#old.take(id);
    if (!entry) return undefined;
    if (performance.now() - entry.rendered < this.#options.joinTimeout) return entry.page;
    entry.page.late?.close();
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
function sizeOf({ html, load: { headers, setCookies } }: UnjoinedPage): number {
  let length = html.length;
  for (const name in headers) length += name.length + (headers[name]?.length ?? 0);
  for (const cookie of setCookies) length += cookie.length;
  return 2 * length + PAGE_BYTES;
}

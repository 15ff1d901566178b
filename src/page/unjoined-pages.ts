import type { LoadContext } from '../http/same-visitor.js';
import type { LateParts } from '../late/late-parts.js';
import { addressKey } from '../limits/address-key.js';
import { type Flash, NO_FLASHES } from '../signed/flash-cookies.js';
import type { Interests } from './interests.js';
import type { ShareableRender } from './shares.js';
import { TextArena } from './text-arena.js';

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

/** Loads that are added together: among the other work of a load, one takes several times as long as in a loop. */
const MAX_WAITING = 32;
/** Most characters of their HTML. */
const MAX_WAITING_LENGTH = 100_000;
/** Most characters of a buffer of the arena: that is several large pages. */
const MAX_CHUNK = 512 * 1024;
/** Buffers that `maxUnjoinedBytes` allows at least. */
const MIN_CHUNKS = 16;
/** Approximate memory of a page beside its HTML and headers. */
const PAGE_BYTES = 200;

/** The pages of one address in a generation. */
class Share {
  pages = 0;
  bytes = 0;
}

/** Undefined or empty in most pages. */
type Extras = Pick<UnjoinedPage, 'interests' | 'flashes' | 'share' | 'late'>;

const NO_EXTRAS: Extras = { interests: undefined, flashes: NO_FLASHES, share: undefined, late: undefined };

function extrasOf({ interests, flashes, share, late }: UnjoinedPage): Extras | undefined {
  return interests || flashes.length > 0 || share || late ? { interests, flashes, share, late } : undefined;
}

/** Pages that were loaded one after the other, with the share of each address among them. */
class Generation {
  readonly #texts: TextArena;
  /** Places in `#texts`. */
  readonly #places = new Map<number, number>();
  readonly #extras = new Map<number, Extras>();
  readonly #shares = new Map<string, Share>();
  /** `performance.now()` at its start. */
  readonly since = performance.now();
  bytes = 0;

  constructor(texts: TextArena) {
    this.#texts = texts;
  }

  get size(): number {
    return this.#places.size;
  }

  shareOf(address: string): Share {
    let share = this.#shares.get(address);
    if (!share) {
      share = new Share();
      this.#shares.set(address, share);
    }
    return share;
  }

  /** Returns false if a page with the same key is kept already. */
  add(id: string, page: UnjoinedPage, share: Share, route?: symbol): boolean {
    const key = keyOf(id);
    if (this.#places.has(key)) return false;
    const head = headOf(id, page, this.since);
    const bytes = sizeOf(head, page.html);
    this.#places.set(key, this.#texts.add(head, page.html, route));
    const extras = extrasOf(page);
    if (extras) this.#extras.set(key, extras);
    this.bytes += bytes;
    share.pages++;
    share.bytes += bytes;
    return true;
  }

  /** Removes the page of an id. Returns undefined if it is not kept, or was for longer than `maxAge` milliseconds. */
  take(id: string, maxAge: number): UnjoinedPage | undefined {
    const key = keyOf(id);
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    const texts = this.#texts.read(place, (head) => head.startsWith(id));
    if (!texts) return undefined;
    const [head, html] = texts;
    const kept = readHead(head, this.since);
    const extras = this.#extras.get(key) ?? NO_EXTRAS;
    const address = addressKey(kept.ip);
    const share = this.shareOf(address);
    const bytes = sizeOf(head, html);
    this.#places.delete(key);
    this.#texts.remove(place);
    this.#extras.delete(key);
    this.bytes -= bytes;
    share.pages--;
    share.bytes -= bytes;
    if (share.pages === 0) this.#shares.delete(address);
    if (performance.now() - kept.rendered < maxAge) return { ...kept, ...extras, html };
    extras.late?.close();
    return undefined;
  }

  /** Drops its pages. */
  clear(): void {
    for (const place of this.#places.values()) this.#texts.remove(place);
    for (const { late } of this.#extras.values()) late?.close();
  }
}

/**
 * Pages that wait for their join, in two generations. When the young generation holds half of a limit, or is as
 * old as a page may get, it becomes the old one, and the pages of the old one are dropped. This runs on every
 * load, and two generations are several times cheaper than an LRU. Each address has a share of both, so that one
 * visitor who only loads pages cannot drop those of the others.
 *
 * Most of a page is kept as text in a buffer, and objects only for the rest, which few pages have. So a page that waits
 * costs the garbage collector next to nothing.
 */
export class UnjoinedPages {
  readonly #options: UnjoinedPagesOptions;
  readonly #texts: TextArena;
  #young: Generation;
  #old: Generation;
  /** The last loads, which are not in a generation yet. */
  readonly #waiting: [id: string, page: UnjoinedPage, route: symbol | undefined][] = [];
  #waitingLength = 0;

  constructor(options: UnjoinedPagesOptions) {
    this.#options = options;
    this.#texts = new TextArena(Math.ceil(Math.min(MAX_CHUNK, options.maxUnjoinedBytes / MIN_CHUNKS / 2)));
    this.#young = new Generation(this.#texts);
    this.#old = new Generation(this.#texts);
  }

  /**
   * Keeps a page, unless its address has used up its share: then the page is rendered again when it joins.
   *
   * @param route whose pages are often equal, as those of visitors who are not signed in: they are kept as one text
   */
  add(id: string, page: UnjoinedPage, route?: symbol): void {
    this.#waiting.push([id, page, route]);
    this.#waitingLength += page.html.length;
    if (this.#waiting.length >= MAX_WAITING || this.#waitingLength >= MAX_WAITING_LENGTH || page.late)
      this.#addWaiting();
  }

  get count(): number {
    this.#addWaiting();
    return this.#young.size + this.#old.size;
  }

  take(id: string): UnjoinedPage | undefined {
    this.#addWaiting();
    const { joinTimeout } = this.#options;
    return this.#young.take(id, joinTimeout) ?? this.#old.take(id, joinTimeout);
  }

  /** Drops pages whose time is over. Call it now and then. */
  purge(): void {
    this.#addWaiting();
    if (performance.now() - this.#young.since >= this.#options.joinTimeout) this.#advance();
  }

  clear(): void {
    this.#addWaiting();
    this.#advance();
    this.#advance();
  }

  #addWaiting(): void {
    for (const [id, page, route] of this.#waiting) this.#add(id, page, route);
    this.#waiting.length = 0;
    this.#waitingLength = 0;
  }

  #add(id: string, page: UnjoinedPage, route: symbol | undefined): void {
    const { maxUnjoinedPages, maxUnjoinedBytes, maxUnjoinedPagesPerIp, maxUnjoinedBytesPerIp } =
      this.#options;
    const young = this.#young;
    const share = young.shareOf(addressKey(page.ip));
    const hasRoom = 2 * share.pages < maxUnjoinedPagesPerIp && 2 * share.bytes < maxUnjoinedBytesPerIp;
    if (!hasRoom || !young.add(id, page, share, route)) return page.late?.close();
    const isFull = 2 * young.size >= maxUnjoinedPages || 2 * young.bytes >= maxUnjoinedBytes;
    if (isFull || this.#texts.bytes > maxUnjoinedBytes) this.#advance();
  }

  #advance(): void {
    this.#old.clear();
    this.#old = this.#young;
    this.#young = new Generation(this.#texts);
  }
}

/**
 * Returns the first 28 bits of a UUID. The garbage collector skips a map of small integers. If 10,000 pages wait, one in
 * 27,000 has the key of another: the later one is not kept.
 */
const keyOf = (id: string): number => Number.parseInt(id.slice(0, 7), 16);

/** Writes what most pages have as lines. Only the last one, the URL, could have a line feed. */
function headOf(id: string, page: UnjoinedPage, since: number): string {
  const { url, ip, rendered, pushGeneration, isPage, cookie, headers, setCookies } = page;
  const identifies = cookie !== undefined || headers.length > 0 || setCookies.length > 0;
  const visitor = identifies ? JSON.stringify([cookie, headers, setCookies]) : '';
  return `${id}\n${Math.round(rendered - since)}\n${pushGeneration}\n${isPage}\n${ip}\n${visitor}\n${url}`;
}

function readHead(head: string, since: number) {
  const [, rendered, pushGeneration, isPage, ip = '', visitor, ...url] = head.split('\n');
  const [cookie, headers, setCookies] = visitor ? JSON.parse(visitor) : [null, [], []];
  return {
    url: url.join('\n'),
    rendered: since + Number(rendered),
    pushGeneration: Number(pushGeneration),
    isPage: isPage === 'true',
    ip,
    cookie: (cookie as string | null) ?? undefined,
    headers: headers as UnjoinedPage['headers'],
    setCookies: setCookies as UnjoinedPage['setCookies'],
  };
}

/** Texts are kept in UTF-16. */
const sizeOf = (head: string, html: string): number => 2 * (head.length + html.length) + PAGE_BYTES;

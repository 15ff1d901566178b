import type { Cluster } from '../cluster/cluster.js';
import { Presence } from '../cluster/presence.js';
import { Watches } from '../cluster/watches.js';
import { within } from '../limits/within.js';
import type { ResolvedOptions } from '../options/options.js';
import { type InterestLimits, Interests } from './interests.js';
import type { Page } from './page.js';
import type { Shares } from './shares.js';

/** Milliseconds between two renders of a page for changes of presence lists: at most 20 a second. */
const PRESENCE_INTERVAL = 50;

/** Milliseconds that a process which closes waits for its pages to appear elsewhere. */
const RETURN_TIME = 2000;

const NOTHING: ReadonlySet<string> = new Set();
const NO_RECORDS: ReadonlyMap<string, string> = new Map();

/** The keys that pages watch, and the presence records of all processes. */
export class Audience {
  readonly #limits: InterestLimits;
  readonly #returnTime: number;
  readonly #watches = new Watches<Page>();
  readonly #presence: Presence;
  readonly #cluster: Cluster;
  readonly #shares: Shares;
  /** Pages whose presence lists changed since their last push. */
  readonly #due = new Set<Page>();
  #timer: NodeJS.Timeout | undefined;
  #lastPush = Number.NEGATIVE_INFINITY;

  constructor(options: ResolvedOptions, cluster: Cluster, shares: Shares) {
    this.#limits = options;
    this.#returnTime = Math.min(RETURN_TIME, options.shutdownTimeout);
    this.#cluster = cluster;
    this.#shares = shares;
    this.#presence = new Presence(cluster, (keys) => this.#notify(keys));
    cluster.on('changed', (_sender, keys) => this.#changedElsewhere(keys));
  }

  /** Number of the last change. A render notes it when it begins. */
  get generation(): number {
    return this.#watches.generation;
  }

  open(): void {
    this.#presence.open();
  }

  /** Waits for the pages that go on in other processes, so that their visitors do not leave the lists for a moment. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await within(this.#presence.moved(), this.#returnTime);
    this.#presence.close();
  }

  /** @param since `generation` when the render began */
  createInterests(since: number): Interests {
    return new Interests(this.#limits, this.#presence, since);
  }

  /** Applies what a successful render of the page named. Renders again if a change came in between. */
  commit(page: Page, interests: Interests | undefined): void {
    if (!interests && !this.#watches.has(page)) return;
    const hasChanged = this.#watches.update(page, interests?.keys ?? NOTHING, interests?.since ?? 0);
    const keys = this.#presence.update(page.id, interests?.records ?? NO_RECORDS);
    if (keys.length > 0) this.#notify(keys, interests?.showsOwnRecord ? page : undefined);
    if (hasChanged) void page.rr();
  }

  /** Returns whether the page's presence records have the keys of another page's render. */
  hasSamePresence(page: Page, interests: Interests | undefined): boolean {
    const before = this.#presence.recordsOf(page.id) ?? NO_RECORDS;
    const after = interests?.records ?? NO_RECORDS;
    if (before.size !== after.size) return false;
    for (const key of after.keys()) if (!before.has(key)) return false;
    return true;
  }

  /** Applies the keys of another page's render that was sent to this page. Its presence records stay its own. */
  commitKeys(page: Page, interests: Interests | undefined): void {
    if (!interests && !this.#watches.has(page)) return;
    const hasChanged = this.#watches.update(page, interests?.keys ?? NOTHING, interests?.since ?? 0);
    if (hasChanged) void page.rr();
  }

  /**
   * Forgets a page that closed.
   *
   * @param isMoving it goes on in another process
   */
  remove(page: Page, isMoving: boolean): void {
    if (isMoving) {
      this.#watches.update(page, NOTHING, 0);
      this.#presence.move(page.id);
    } else this.commit(page, undefined);
    this.#due.delete(page);
  }

  /**
   * Renders the pages that watch any of the keys, in all processes.
   *
   * @returns the number of pages of this process, once the change was sent to each
   * @throws ISSR_ERR_WATCH at once
   */
  changed(keys: string[]): Promise<number> {
    new Interests(this.#limits, this.#presence, 0).watch(keys);
    void this.#cluster.push('changed', ...keys);
    const pages = this.#watches.changed(keys);
    return this.#shares.pushAll(pages).then(() => pages.size);
  }

  #changedElsewhere(keys: readonly unknown[]): void {
    if (!keys.every((key) => typeof key === 'string')) throw new TypeError('a key that is not a string');
    const { maxWatchedKeyLength } = this.#limits;
    const watchable = keys.filter(({ length }) => length <= maxWatchedKeyLength);
    void this.#shares.pushAll(this.#watches.changed(watchable));
  }

  #notify(keys: Iterable<string>, except?: Page): void {
    for (const page of this.#watches.changed(keys)) if (page !== except) this.#due.add(page);
    if (this.#due.size === 0) return;
    const wait = Math.max(0, this.#lastPush + PRESENCE_INTERVAL - performance.now());
    this.#timer ??= setTimeout(() => this.#pushDue(), wait).unref();
  }

  #pushDue(): void {
    this.#timer = undefined;
    this.#lastPush = performance.now();
    const pages = [...this.#due];
    this.#due.clear();
    void this.#shares.pushAll(pages);
  }
}

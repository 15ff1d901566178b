import type { Cluster } from './cluster.js';
import { applyChange, type PresenceChange, type PresenceRecords } from './presence-records.js';
import { RemotePresence } from './remote-presence.js';

/** Milliseconds between two signs of life of a process that has records. */
const BEAT_INTERVAL = 5000;
/** Milliseconds between two searches for dead processes. */
const EXPIRY_INTERVAL = 1000;
/** Searches after which a silent process counts as dead: two beats are missing. */
const MAX_SILENT_SEARCHES = 11;
/** Milliseconds that the records of a page stay here while it goes on in another process. */
const MOVE_TIMEOUT = 5000;
/** Records in one message, so that a large list does not block the bus. */
const CHUNK = 500;

const NO_RECORDS: ReadonlyMap<string, string> = new Map();

/**
 * The presence records of all processes, by key. Each process owns the records of its pages and repeats
 * changes to all others, so that a render reads the list without a round trip.
 *
 * The records of a process that closes go at once, those of one that dies within 15 s.
 */
export class Presence {
  readonly #cluster: Cluster;
  /** Records of this process's pages. */
  readonly #local: PresenceRecords = new Map();
  /** Keys of each page of this process. */
  readonly #keys = new Map<string, ReadonlyMap<string, string>>();
  readonly #remote: RemotePresence;
  readonly #onChange: (keys: Iterable<string>) => void;
  /** Pages that go on in another process, which does not list them yet. */
  readonly #moving = new Map<string, NodeJS.Timeout>();
  #onMoved = () => {};
  #sequence = 0;
  #timers: NodeJS.Timeout[] = [];

  /** @param onChange receives keys whose list another process changed */
  constructor(cluster: Cluster, onChange: (keys: Iterable<string>) => void) {
    this.#cluster = cluster;
    this.#onChange = onChange;
    this.#remote = new RemotePresence(MAX_SILENT_SEARCHES, onChange, (instance) =>
      cluster.sendTo(instance, 'presence-ask'),
    );
    cluster.on('presence-ask', (sender) => this.#sendState(sender));
    cluster.on('presence', (sender, [sequence, changes]) => {
      this.#remote.change(sender, sequence, changes);
      this.#endMoves(changes as PresenceChange[]);
    });
    cluster.on('presence-state', (sender, [sequence, part, changes]) => {
      this.#remote.replace(sender, sequence, part, changes);
      this.#endMoves(changes as PresenceChange[]);
    });
    cluster.on('presence-beat', (sender, [sequence]) => this.#remote.beat(sender, sequence));
    cluster.on('presence-bye', (sender) => this.#remote.delete(sender));
    cluster.onLeave((instance) => this.#remote.delete(instance));
    cluster.onGap(() => this.#announce());
  }

  /** Asks the other processes for their records. */
  open(): void {
    if (!this.#cluster.isShared) return;
    this.#cluster.send('presence-ask');
    const beat = () => {
      if (this.#local.size > 0) this.#cluster.send('presence-beat', this.#sequence);
    };
    this.#timers = [
      setInterval(beat, BEAT_INTERVAL).unref(),
      setInterval(() => this.#remote.expire(), EXPIRY_INTERVAL).unref(),
    ];
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const timer of this.#moving.values()) clearTimeout(timer);
    if (this.#sequence > 0) this.#cluster.send('presence-bye');
  }

  /**
   * The records of a key as JSON, those of this process first. A page that moves may be held by two processes for
   * a while. It is listed once.
   *
   * @param page whose record is `record`, whatever it was before; `null` for a page that has not joined
   */
  list(key: string, page: string | null, record: string): string[] {
    const records = new Map(this.#local.get(key));
    this.#remote.addTo(records, key);
    if (page !== null) records.set(page, record);
    return [...records.values()];
  }

  /** The records of a page of this process, as JSON by key. */
  recordsOf(page: string): ReadonlyMap<string, string> | undefined {
    return this.#keys.get(page);
  }

  /**
   * Replaces the records of a page. An empty map removes the page.
   *
   * @returns the keys whose list changed
   */
  update(page: string, records: ReadonlyMap<string, string>): string[] {
    if (this.#moving.size > 0) this.#endMove(page);
    const before = this.#keys.get(page);
    if (!before && records.size === 0) return [];
    const changes: PresenceChange[] = [];
    for (const key of before?.keys() ?? []) if (!records.has(key)) changes.push([key, page, null]);
    for (const [key, record] of records) {
      if (before?.get(key) !== record) changes.push([key, page, record]);
    }
    if (records.size > 0) this.#keys.set(page, records);
    else this.#keys.delete(page);
    if (changes.length === 0) return [];
    for (const change of changes) applyChange(this.#local, change);
    this.#sequence++;
    this.#cluster.send('presence', this.#sequence, changes);
    return changes.map(([key]) => key);
  }

  /** Removes a page that goes on in another process, once that one lists it: its visitor has not left. */
  move(page: string): void {
    const end = () => this.#onChange(this.update(page, NO_RECORDS));
    const keys = this.#keys.get(page)?.keys() ?? [];
    const isListed = Array.from(keys).some((key) => this.#remote.lists(page, key));
    if (isListed || !this.#cluster.hasOthers) end();
    else if (this.#keys.has(page)) this.#moving.set(page, setTimeout(end, MOVE_TIMEOUT).unref());
  }

  /** Resolves when other processes list all pages that have moved. */
  async moved(): Promise<void> {
    if (this.#moving.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onMoved = resolve;
    });
  }

  /** @param changes that another process has sent */
  #endMoves(changes: PresenceChange[]): void {
    if (this.#moving.size === 0) return;
    for (const [key, page] of changes)
      if (this.#moving.has(page) && this.#remote.lists(page, key)) this.update(page, NO_RECORDS);
  }

  #endMove(page: string): void {
    clearTimeout(this.#moving.get(page));
    this.#moving.delete(page);
    if (this.#moving.size === 0) this.#onMoved();
  }

  /** Sends the whole list to one process. */
  #sendState(instance: string): void {
    for (const [part, chunk] of this.#chunks()) {
      this.#cluster.sendTo(instance, 'presence-state', this.#sequence, part, chunk);
    }
  }

  /** After an outage the others may have dropped these records, and this process some of theirs. */
  #announce(): void {
    this.#cluster.send('presence-ask');
    for (const [part, chunk] of this.#chunks()) {
      this.#cluster.send('presence-state', this.#sequence, part, chunk);
    }
  }

  *#chunks(): Generator<[part: number, changes: PresenceChange[]]> {
    let chunk: PresenceChange[] = [];
    let part = 0;
    for (const [key, pages] of this.#local) {
      for (const [page, record] of pages) {
        if (chunk.push([key, page, record]) < CHUNK) continue;
        yield [part++, chunk];
        chunk = [];
      }
    }
    if (chunk.length > 0 || part === 0) yield [part, chunk];
  }
}

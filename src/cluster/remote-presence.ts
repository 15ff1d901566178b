import { applyChange, type PresenceChange, type PresenceRecords } from './presence-records.js';

interface RemoteProcess {
  readonly keys: PresenceRecords;
  /** Number of the last change received. Another next number means that a message was lost. */
  sequence: number;
  /** Number of the last search before the last message of the process. */
  lastSearch: number;
}

/** The presence records of the other processes. */
export class RemotePresence {
  readonly #processes = new Map<string, RemoteProcess>();
  readonly #maxSilent: number;
  readonly #onChange: (keys: Iterable<string>) => void;
  readonly #ask: (instance: string) => void;
  /** Count of searches. Time is not measured: after a freeze, the beats of the others are not read yet. */
  #searches = 0;

  /**
   * @param maxSilent searches that a process may be silent for
   * @param ask requests the whole list of a process
   */
  constructor(
    maxSilent: number,
    onChange: (keys: Iterable<string>) => void,
    ask: (instance: string) => void,
  ) {
    this.#maxSilent = maxSilent;
    this.#onChange = onChange;
    this.#ask = ask;
  }

  /** Adds the records of a key by page id. */
  addTo(records: Map<string, string>, key: string): void {
    for (const { keys } of this.#processes.values()) {
      for (const [page, record] of keys.get(key) ?? []) records.set(page, record);
    }
  }

  /** Returns whether another process lists the page at the key. */
  lists(page: string, key: string): boolean {
    for (const { keys } of this.#processes.values()) if (keys.get(key)?.has(page)) return true;
    return false;
  }

  change(instance: string, sequence: unknown, changes: unknown): void {
    if (typeof sequence !== 'number' || !areChanges(changes)) throw new TypeError('no presence changes');
    const known = this.#processes.get(instance);
    if (known ? known.sequence + 1 !== sequence : sequence !== 1) {
      this.#ask(instance);
      return;
    }
    const process = known ?? this.#add(instance);
    this.#apply(process, sequence, changes);
    this.#onChange(changes.map(([key]) => key));
  }

  /** @param part number of this message's part of the list; the first replaces all earlier records */
  replace(instance: string, sequence: unknown, part: unknown, changes: unknown): void {
    if (typeof sequence !== 'number' || !areChanges(changes)) throw new TypeError('no presence list');
    const before = part === 0 ? [...(this.#processes.get(instance)?.keys.keys() ?? [])] : [];
    const process = part === 0 ? this.#add(instance) : this.#processes.get(instance);
    if (!process) return;
    this.#apply(process, sequence, changes);
    this.#onChange(new Set([...before, ...changes.map(([key]) => key)]));
  }

  beat(instance: string, sequence: unknown): void {
    const process = this.#processes.get(instance);
    if (process && process.sequence === sequence) process.lastSearch = this.#searches;
    else this.#ask(instance);
  }

  delete(instance: string): void {
    const process = this.#processes.get(instance);
    if (!process) return;
    this.#processes.delete(instance);
    this.#onChange(process.keys.keys());
  }

  /** Searches for processes that were silent for too long, and deletes their records. */
  expire(): void {
    const deadline = ++this.#searches - this.#maxSilent;
    for (const [instance, { lastSearch }] of this.#processes)
      if (lastSearch < deadline) this.delete(instance);
  }

  #add(instance: string): RemoteProcess {
    const process: RemoteProcess = { keys: new Map(), sequence: 0, lastSearch: this.#searches };
    this.#processes.set(instance, process);
    return process;
  }

  #apply(process: RemoteProcess, sequence: number, changes: PresenceChange[]): void {
    process.sequence = sequence;
    process.lastSearch = this.#searches;
    for (const change of changes) applyChange(process.keys, change);
  }
}

function areChanges(value: unknown): value is PresenceChange[] {
  return (
    Array.isArray(value) &&
    value.every(
      (change) =>
        Array.isArray(change) &&
        typeof change[0] === 'string' &&
        typeof change[1] === 'string' &&
        (change[2] === null || isJson(change[2])),
    )
  );
}

/** A record that cannot be parsed would fail every render that lists it. */
function isJson(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

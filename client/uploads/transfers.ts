import type { Entries } from './entry.js';
import type { Http } from './http.js';

/** Files on their way at once, below the server's limit for a page. */
const LANES = 3;

export interface TransferListener {
  isChosen(file: File): boolean;
  /** More of a file is there, or its end: taken, refused or cut. */
  onChange(): void;
}

/** The files that are on their way. */
export class Transfers {
  readonly #http: Http;
  readonly #entries: Entries;
  readonly #listener: TransferListener;
  readonly #aborts = new Map<File, AbortController>();

  constructor(http: Http, entries: Entries, listener: TransferListener) {
    this.#http = http;
    this.#entries = entries;
    this.#listener = listener;
  }

  /** Rejects when the network has failed, after all lanes have ended. */
  async send(files: File[]): Promise<void> {
    const due = [...files];
    const lane = async () => {
      for (let file = due.shift(); file; file = due.shift()) await this.#send(file);
    };
    const ended = await Promise.allSettled(Array.from({ length: LANES }, lane));
    for (const result of ended) if (result.status === 'rejected') throw result.reason;
  }

  /** Ends those of files that no field holds any more. */
  dropUnchosen(): void {
    for (const [file, abort] of this.#aborts) if (!this.#listener.isChosen(file)) abort.abort();
  }

  async #send(file: File): Promise<void> {
    const entry = this.#entries.of(file);
    const { id, received: start } = entry;
    if (!id || !this.#listener.isChosen(file)) return;
    const { signal } = this.#begin(file);
    try {
      const state = await this.#http.send(id, file.slice(start), start, signal, (bytes) => {
        entry.loaded = bytes;
        this.#listener.onChange();
      });
      this.#entries.take(file, state);
      entry.isDone ||= file.size === 0 && !entry.refusal;
    } catch (error) {
      if (!signal.aborted) await this.#mend(file, error);
    } finally {
      entry.loaded = 0;
      this.#aborts.delete(file);
      this.#listener.onChange();
    }
  }

  #begin(file: File): AbortController {
    const abort = new AbortController();
    this.#aborts.set(file, abort);
    return abort;
  }

  /** After a cut: where does it go on? A cut that brought nothing is the network's. */
  async #mend(file: File, error: unknown): Promise<void> {
    const entry = this.#entries.of(file);
    const start = entry.received;
    if (!(await isReadable(file))) entry.refusal = `${file.name} cannot be read.`;
    else this.#entries.take(file, await this.#http.ask(entry.id));
    if (!entry.refusal && entry.received <= start) throw error;
  }
}

/** No folder, and not changed since it was chosen. */
async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

import type { FileStates } from './file-states.js';
import { type Http, UploadForbidden } from './http.js';

/** Files sent at once, below the server's limit for a page. */
const MAX_PARALLEL = 3;

export interface TransferListener {
  isChosen(file: File): boolean;
  /** More of a file was sent, or it ended: complete, refused or cut off. */
  onChange(): void;
}

/** Sends files, a few at a time. */
export class Transfers {
  readonly #http: Http;
  readonly #states: FileStates;
  readonly #listener: TransferListener;
  readonly #aborts = new Map<File, AbortController>();

  constructor(http: Http, states: FileStates, listener: TransferListener) {
    this.#http = http;
    this.#states = states;
    this.#listener = listener;
  }

  /** Rejects if the network failed, after all lanes ended. */
  async send(files: File[]): Promise<void> {
    const due = [...files];
    const lane = async () => {
      for (let file = due.shift(); file; file = due.shift()) await this.#send(file);
    };
    const ended = await Promise.allSettled(Array.from({ length: MAX_PARALLEL }, lane));
    for (const result of ended) if (result.status === 'rejected') throw result.reason;
  }

  /** Aborts the files that no field holds. */
  dropUnchosen(): void {
    for (const [file, abort] of this.#aborts) if (!this.#listener.isChosen(file)) abort.abort();
  }

  async #send(file: File): Promise<void> {
    const entry = this.#states.of(file);
    const { id, received: start } = entry;
    if (!id || !this.#listener.isChosen(file)) return;
    const { signal } = this.#begin(file);
    try {
      // Firefox and WebKit would wait for the bytes of a file that is gone.
      if (!(await isReadable(file))) throw new Error();
      const state = await this.#http.send(id, file.slice(start), start, signal, (bytes) => {
        entry.loaded = bytes;
        this.#listener.onChange();
      });
      this.#states.update(file, entry, state);
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

  /** Finds out after a cut where to resume. A cut without progress is the network's fault. */
  async #mend(file: File, error: unknown): Promise<void> {
    const entry = this.#states.of(file);
    const start = entry.received;
    if (!(await isReadable(file))) entry.refusal = `${file.name} cannot be read.`;
    else this.#states.update(file, entry, await this.#http.ask(entry.id));
    if (entry.refusal || entry.received > start) return;
    if (!(error instanceof UploadForbidden)) throw error;
    entry.refusal = error.message;
  }
}

/** Returns false for a folder, and for a file that was deleted, changed or cut short since it was chosen. */
async function isReadable(file: File): Promise<boolean> {
  try {
    const ends = await new Blob([file.slice(0, 1), file.slice(-1)]).arrayBuffer();
    return ends.byteLength > 0 || !file.size;
  } catch {
    return false;
  }
}

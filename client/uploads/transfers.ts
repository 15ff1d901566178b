import { type FileProgress, update } from './file-states.js';
import { type Http, UploadForbidden } from './http.js';

/** Files sent at once, below the server's limit for a page. */
const MAX_PARALLEL = 3;

/** Milliseconds before a file that could not be read is read again. */
const RETRY_DELAY = 300;

export interface TransferListener {
  isChosen(entry: FileProgress): boolean;
  /** More of a file was sent, or it ended: complete, refused or cut off. */
  onChange(): void;
}

/** Sends files, a few at a time. */
export class Transfers {
  readonly #http: Http;
  readonly #listener: TransferListener;
  readonly #aborts = new Map<FileProgress, AbortController>();

  constructor(http: Http, listener: TransferListener) {
    this.#http = http;
    this.#listener = listener;
  }

  /** Rejects if the network failed, after all lanes ended. */
  async send(entries: FileProgress[]): Promise<void> {
    const due = [...entries];
    const lane = async () => {
      for (let entry = due.shift(); entry; entry = due.shift()) await this.#send(entry);
    };
    const ended = await Promise.allSettled(Array.from({ length: MAX_PARALLEL }, lane));
    for (const result of ended) if (result.status === 'rejected') throw result.reason;
  }

  /** Aborts the files that no field holds. */
  dropUnchosen(): void {
    for (const [entry, abort] of this.#aborts) if (!this.#listener.isChosen(entry)) abort.abort();
  }

  async #send(entry: FileProgress): Promise<void> {
    const { id, received: start, file } = entry;
    if (!id || !this.#listener.isChosen(entry)) return;
    const abort = new AbortController();
    const { signal } = abort;
    this.#aborts.set(entry, abort);
    try {
      // Firefox and WebKit would wait for the bytes of a file that is gone.
      if (!(await isReadable(file))) throw new Error();
      const state = await this.#http.send(id, file.slice(start), start, signal, (bytes) => {
        entry.loaded = bytes;
        this.#listener.onChange();
      });
      update(entry, state);
    } catch (error) {
      if (!signal.aborted) await this.#mend(entry, error);
    } finally {
      entry.loaded = 0;
      this.#aborts.delete(entry);
      this.#listener.onChange();
    }
  }

  /** Finds out after a cut where to resume. A cut without progress is the network's fault. */
  async #mend(entry: FileProgress, error: unknown): Promise<void> {
    const { received: start, file, id } = entry;
    if (!(await isReadable(file))) entry.refusal = `${file.name} cannot be read.`;
    else update(entry, await this.#http.ask(id));
    // An empty file may be complete without progress.
    if (entry.refusal || entry.isDone || entry.received > start) return;
    if (!(error instanceof UploadForbidden)) throw error;
    entry.refusal = error.message;
  }
}

/**
 * Returns false for a folder, and for a file that was deleted, changed or cut short since it was chosen. WebKit reads no
 * file while the page is being left. Timers sleep then, so the second try is for the page that came back.
 */
async function isReadable(file: File, wait = RETRY_DELAY): Promise<boolean> {
  try {
    const ends = await new Blob([file.slice(0, 1), file.slice(-1)]).arrayBuffer();
    return ends.byteLength > 0 || !file.size;
  } catch {
    if (!wait) return false;
    await new Promise((resolve) => setTimeout(resolve, wait));
    return isReadable(file, 0);
  }
}

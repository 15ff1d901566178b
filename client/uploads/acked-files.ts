import type { UploadEntries } from '../../src/protocol.js';

/** Stands for the ids of a field about which the server's knowledge is uncertain. */
const UNKNOWN = '?';

/** The ids of each field's files as they were last sent to the server, joined by commas. */
export class AckedFiles {
  readonly #ids = new Map<string, string>();

  get hasFiles(): boolean {
    return [...this.#ids.values()].some((ids) => ids && ids !== UNKNOWN);
  }

  /** Returns true if the server knows that a field holds these. */
  matches(name: string, ids: string): boolean {
    return (this.#ids.get(name) ?? '') === ids;
  }

  /** Returns the fields whose files differ from the last send, and records them as sent. */
  update(now: Map<string, string>): UploadEntries {
    const changed: UploadEntries = [];
    for (const [name, ids] of now) {
      if (this.matches(name, ids)) continue;
      this.#ids.set(name, ids);
      changed.push([name, ids ? ids.split(',') : []]);
    }
    return changed;
  }

  /** The names of the fields that were sent with files. */
  names(): string[] {
    return [...this.#ids].filter(([, ids]) => ids).map(([name]) => name);
  }

  /** The last message may be lost: every field is sent again. */
  invalidate(): void {
    for (const name of this.#ids.keys()) this.#ids.set(name, UNKNOWN);
  }

  clear(): void {
    this.#ids.clear();
  }
}

import type { FileState } from '../../src/protocol.js';

/** What is known of one chosen file. */
export interface Entry {
  /** Given by the server; empty before, and when the server has lost it. */
  id: string;
  /** Bytes that the server has. */
  received: number;
  /** Bytes that are on their way beside them. */
  loaded: number;
  isDone: boolean;
  /** Why it is not taken. */
  refusal: string;
  /** Of a field that the route does not declare. */
  isForeign: boolean;
}

/** By file, which is another object with each choice: what was uploaded once is not uploaded again. */
export class Entries {
  #entries = new WeakMap<File, Entry>();

  of(file: File): Entry {
    const known = this.#entries.get(file);
    if (known) return known;
    const entry = { id: '', received: 0, loaded: 0, isDone: false, refusal: '', isForeign: false };
    this.#entries.set(file, entry);
    return entry;
  }

  /** To be uploaded. */
  isDue(file: File): boolean {
    const { isDone, refusal, isForeign } = this.of(file);
    return !isDone && !refusal && !isForeign;
  }

  forget(file: File): void {
    this.#entries.delete(file);
  }

  clear(): void {
    this.#entries = new WeakMap();
  }
}

/** Takes over what the server says. */
export function takeState(entry: Entry, file: File, state: FileState | undefined): void {
  if (typeof state === 'string') entry.refusal = state;
  else if (!state) entry.id = '';
  else {
    [entry.id, entry.received] = state;
    entry.isDone ||= file.size > 0 && entry.received === file.size;
  }
}

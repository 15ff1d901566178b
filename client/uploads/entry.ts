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

  /** Takes over what the server says. */
  take(file: File, state: FileState | undefined): void {
    const entry = this.of(file);
    if (typeof state === 'string') entry.refusal = state;
    else if (!state) entry.id = '';
    else {
      [entry.id, entry.received] = state;
      entry.isDone ||= file.size > 0 && entry.received === file.size;
    }
  }

  isTaken(file: File): boolean {
    const { refusal, isForeign } = this.of(file);
    return !refusal && !isForeign;
  }

  /** To be uploaded. */
  isDue(file: File): boolean {
    return this.isTaken(file) && !this.of(file).isDone;
  }

  /** The ids of those that the server has. */
  idsOf(files: File[]): string {
    return files.flatMap((file) => (this.of(file).isDone ? this.of(file).id : [])).join();
  }

  /** How much of them the server has, or will have had of what is under way: from 0 to 1. */
  shareOf(files: File[]): number {
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (size === 0) return Number(files.length > 0 && files.every((file) => this.of(file).isDone));
    const bytes = files.reduce((sum, file) => sum + this.of(file).received + this.of(file).loaded, 0);
    return Math.min(1, bytes / size);
  }

  forget(file: File): void {
    this.#entries.delete(file);
  }

  clear(): void {
    this.#entries = new WeakMap();
  }
}

import type { FileState } from '../../src/protocol.js';

/** The state of one chosen file. */
export interface FileProgress {
  /** The server's id for the file; empty before the plan, and after the server lost the file. */
  id: string;
  /** Bytes that the server has. */
  received: number;
  /** Further bytes that are being sent. */
  loaded: number;
  isDone: boolean;
  /** The reason why the server refuses the file. */
  refusal: string;
  /** True if the route does not declare the field. */
  isForeign: boolean;
}

/** The states by `File` object, which is new with each choice, so that each is uploaded once. */
export class FileStates {
  #states = new WeakMap<File, FileProgress>();

  of(file: File): FileProgress {
    const known = this.#states.get(file);
    if (known) return known;
    const entry = { id: '', received: 0, loaded: 0, isDone: false, refusal: '', isForeign: false };
    this.#states.set(file, entry);
    return entry;
  }

  /**
   * Records the server's answer for a file.
   *
   * @param entry the state when the request began: after `clear` the answer is about a page that is gone
   */
  update(file: File, entry: FileProgress, state: FileState | undefined): void {
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

  /** Returns true if the file must be uploaded. */
  isDue(file: File): boolean {
    return this.isTaken(file) && !this.of(file).isDone;
  }

  /** The ids of the files that the server has. */
  idsOf(files: File[]): string {
    return files.flatMap((file) => (this.of(file).isDone ? this.of(file).id : [])).join();
  }

  /** The share of the files' bytes that was sent, from 0 to 1. */
  shareOf(files: File[]): number {
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (size === 0) return Number(files.length > 0 && files.every((file) => this.of(file).isDone));
    const bytes = files.reduce((sum, file) => sum + this.of(file).received + this.of(file).loaded, 0);
    return Math.min(1, bytes / size);
  }

  forget(file: File): void {
    this.#states.delete(file);
  }

  clear(): void {
    this.#states = new WeakMap();
  }
}

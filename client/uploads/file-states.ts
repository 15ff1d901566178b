import type { FileState } from '../../src/protocol.js';
import type { Field } from './fields.js';

/** The state of one chosen file. */
export interface FileProgress {
  readonly file: File;
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

/**
 * The states by `File` object, which is new with each choice, so that each is uploaded once. A field that a patch
 * renames begins again: another rule decides about its files.
 */
export class FileStates {
  #states = new WeakMap<File, Map<string, FileProgress>>();

  of({ name, files }: Field): FileProgress[] {
    return files.map((file) => {
      const byField = this.#states.get(file) ?? new Map<string, FileProgress>();
      this.#states.set(file, byField);
      const known = byField.get(name);
      if (known) return known;
      const entry = { file, id: '', received: 0, loaded: 0, isDone: false, refusal: '', isForeign: false };
      byField.set(name, entry);
      return entry;
    });
  }

  forget({ file }: FileProgress): void {
    this.#states.delete(file);
  }

  clear(): void {
    this.#states = new WeakMap();
  }
}

/** Records the server's answer for a file. */
export function update(entry: FileProgress, state: FileState | undefined): void {
  if (typeof state === 'string') entry.refusal = state;
  else [entry.id, entry.received, entry.isDone] = state ?? ['', 0, false];
}

export const isTaken = ({ refusal, isForeign }: FileProgress): boolean => !refusal && !isForeign;

/** Returns true if the file must be uploaded. */
export const isDue = (entry: FileProgress): boolean => isTaken(entry) && !entry.isDone;

/** The ids of the files that the server has. */
export const idsOf = (entries: FileProgress[]): string =>
  entries.flatMap(({ isDone, id }) => (isDone ? id : [])).join();

/** The share of the files' bytes that was sent, from 0 to 1. */
export function shareOf(entries: FileProgress[]): number {
  const size = entries.reduce((sum, { file }) => sum + file.size, 0);
  if (size === 0) return Number(entries.length > 0 && entries.every(({ isDone }) => isDone));
  const bytes = entries.reduce((sum, { received, loaded }) => sum + received + loaded, 0);
  return Math.min(1, bytes / size);
}

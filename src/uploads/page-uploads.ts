import type { FileEntry, UploadEntries } from '../protocol.js';
import type { ResolvedRule, UploadRefusal, UploadRules } from './rule.js';
import { mayBeAllowed } from './type.js';
import { type FileProgress, Upload, type UploadedFile } from './upload.js';
import type { Space } from './upload-space.js';

/** `request.issr.files`: the files of each field, in the order in which they were chosen. */
export type UploadedFiles = Readonly<Record<string, readonly UploadedFile[]>>;

/** Returns an empty list for each field that a route declares. */
export function emptyFiles(rules: UploadRules): Record<string, readonly UploadedFile[]> {
  const files: Record<string, readonly UploadedFile[]> = Object.create(null);
  for (const field of rules.keys()) files[field] = [];
  return files;
}

/** The files of a page that moves to another process. */
export interface PageFilesSnapshot {
  files: Upload[];
  announced: UploadEntries;
  committed: UploadEntries;
}

/** The files that one event names, by field. */
type Reservation = ReadonlyMap<string, readonly Upload[]>;

/**
 * The files of one page. A file is *announced* when the page has chosen it, *reserved* when an event in the
 * page's queue names it, and *committed* when that event has run: then it is page state. A file that is none
 * of these is deleted.
 */
export class PageUploads {
  readonly #space: Space;
  readonly #announced = new Map<string, ReadonlyMap<string, Upload>>();
  readonly #committed = new Map<string, readonly Upload[]>();
  /** The last waiting reservation that names a field. */
  readonly #reserved = new Map<string, Reservation>();
  /** In how many of these sets a file is. */
  readonly #uses = new Map<Upload, number>();

  constructor(space: Space) {
    this.#space = space;
  }

  find(id: string): Upload | undefined {
    for (const uploads of this.#announced.values()) {
      const found = uploads.get(id);
      if (found) return found;
    }
    return undefined;
  }

  /** Sets the files that a field contains from now on: ids that the server has given, and new files. */
  announce(field: string, entries: FileEntry[], rule: ResolvedRule): FileProgress[] {
    const before = this.#announced.get(field) ?? new Map<string, Upload>();
    const excess = refusalOfAll(entries, before, rule);
    const uploads = new Map<string, Upload>();
    const states = entries.map((entry): FileProgress => {
      if (excess) return excess;
      const upload = typeof entry === 'string' ? before.get(entry) : this.#begin(field, entry, rule);
      if (!upload) return null;
      if (upload.refusal) return upload.refusal;
      uploads.set(upload.id, upload);
      return [upload.id, upload.received, upload.file !== undefined];
    });
    this.#announced.set(field, uploads);
    this.#retain(uploads.values());
    this.#release(before.values());
    return states;
  }

  /**
   * Reserves the files that an event names, until its turn in the page's queue.
   *
   * @returns a function that commits them; it is called when the event runs
   */
  reserve(entries: UploadEntries): () => void {
    const reservation = new Map<string, readonly Upload[]>();
    for (const [field, ids] of new Map(entries)) {
      if (!this.#isKnown(field)) continue;
      const uploads = this.#resolve(field, new Set(ids));
      reservation.set(field, uploads);
      this.#retain(uploads);
    }
    for (const field of reservation.keys()) this.#reserved.set(field, reservation);
    return () => this.#commit(reservation);
  }

  files(rules: UploadRules): UploadedFiles {
    const files = emptyFiles(rules);
    for (const [field, uploads] of this.#committed) {
      if (rules.has(field)) files[field] = uploads.flatMap(({ file }) => file ?? []);
    }
    return files;
  }

  /** Lists the files for another process. Reservations stay behind: the browser sends their events again. */
  snapshot(): PageFilesSnapshot {
    return {
      files: [...this.#uses.keys()],
      announced: Array.from(this.#announced, ([field, uploads]) => [field, [...uploads.keys()]]),
      committed: Array.from(this.#committed, ([field, uploads]) => [field, uploads.map(({ id }) => id)]),
    };
  }

  /** Continues with the files of a page that was at another process. */
  restore({ files, announced, committed }: PageFilesSnapshot): void {
    const byId = new Map(files.map((upload) => [upload.id, upload]));
    const find = (ids: string[]) => ids.flatMap((id) => byId.get(id) ?? []);
    for (const [field, ids] of announced) {
      const uploads = new Map(find(ids).map((upload) => [upload.id, upload]));
      this.#announced.set(field, uploads);
      this.#retain(uploads.values());
    }
    for (const [field, ids] of committed) {
      const uploads = find(ids);
      this.#committed.set(field, uploads);
      this.#retain(uploads);
    }
  }

  /** Deletes all files. Resolves when nothing is left. */
  async deleteAll(): Promise<void> {
    await Promise.allSettled(this.#clear().map((upload) => upload.remove()));
  }

  /** Gives up the files of a page that did not arrive here. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#clear().map((upload) => upload.abandon()));
  }

  #begin(field: string, [name, size, type]: Exclude<FileEntry, string>, rule: ResolvedRule): Upload {
    const upload = new Upload(field, { name, size, type }, rule, this.#space);
    if (size > rule.maxBytes) upload.refuse('bytes', rule.maxBytes);
    else if (!mayBeAllowed(type, rule.types)) upload.refuse('type', rule.types);
    else if (!rule.store && size > this.#space.freeBytes) upload.refuse('disk', this.#space.freeBytes);
    return upload;
  }

  #isKnown(field: string): boolean {
    return this.#announced.has(field) || this.#reserved.has(field) || this.#committed.has(field);
  }

  /** Returns the complete files with these ids, up to the limits of the field. A page that names more is not our client. */
  #resolve(field: string, ids: ReadonlySet<string>): Upload[] {
    const kept = this.#reserved.get(field)?.get(field) ?? this.#committed.get(field) ?? [];
    const known = new Set([...kept, ...(this.#announced.get(field)?.values() ?? [])]);
    const uploads = [...known].filter(({ id, file }) => file && ids.has(id));
    let bytes = 0;
    return uploads.filter(({ rule, size = 0 }, i) => {
      bytes += size;
      return i < rule.maxFiles && bytes <= rule.maxTotalBytes;
    });
  }

  #commit(reservation: Reservation): void {
    for (const [field, uploads] of reservation) {
      const before = this.#committed.get(field) ?? [];
      if (uploads.length > 0) this.#committed.set(field, uploads);
      else this.#committed.delete(field);
      if (this.#reserved.get(field) === reservation) this.#reserved.delete(field);
      this.#release(before);
    }
  }

  #retain(uploads: Iterable<Upload>): void {
    for (const upload of uploads) this.#uses.set(upload, (this.#uses.get(upload) ?? 0) + 1);
  }

  #clear(): Upload[] {
    const all = [...this.#uses.keys()];
    for (const map of [this.#uses, this.#announced, this.#reserved, this.#committed]) map.clear();
    return all;
  }

  /** Deletes the files that are in no set after this. */
  #release(uploads: Iterable<Upload>): void {
    for (const upload of uploads) {
      const uses = (this.#uses.get(upload) ?? 1) - 1;
      if (uses > 0) this.#uses.set(upload, uses);
      else {
        this.#uses.delete(upload);
        void upload.remove().catch(() => {});
      }
    }
  }
}

/** Refuses all files of a field whose number or total size exceeds the rule. */
function refusalOfAll(
  entries: FileEntry[],
  known: ReadonlyMap<string, Upload>,
  { maxFiles, maxTotalBytes }: ResolvedRule,
): UploadRefusal | undefined {
  if (entries.length > maxFiles) return { reason: 'files', name: '', allowed: maxFiles };
  const sizeOf = (entry: FileEntry) => (typeof entry === 'string' ? known.get(entry)?.size : entry[1]) ?? 0;
  const total = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  return total > maxTotalBytes ? { reason: 'totalBytes', name: '', allowed: maxTotalBytes } : undefined;
}

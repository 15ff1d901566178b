import type { FileEntry, FileState, UploadEntries } from '../protocol.js';
import type { UploadFolder } from './folder.js';
import type { ResolvedRule, UploadRefusal, UploadRules } from './rule.js';
import { mayBeAllowed } from './type.js';
import { Upload, type UploadedFile } from './upload.js';

/** `request.issr.files`: by field, in the order in which they were chosen. */
export type UploadedFiles = Readonly<Record<string, readonly UploadedFile[]>>;

/** No files, of each field that a route declares. */
export function noFiles(rules: UploadRules): Record<string, readonly UploadedFile[]> {
  const files: Record<string, readonly UploadedFile[]> = Object.create(null);
  for (const field of rules.keys()) files[field] = [];
  return files;
}

/**
 * The files of one page. What is chosen is under way, or here and not said by an event yet; what is held
 * was said by an event, and is the page's state. What is neither is removed.
 */
export class PageUploads {
  readonly #folder: UploadFolder;
  readonly #chosen = new Map<string, Upload[]>();
  readonly #held = new Map<string, Upload[]>();
  /** Said by events that wait in the page's queue, in their order. */
  readonly #claimed: [field: string, uploads: Upload[]][][] = [];

  constructor(folder: UploadFolder) {
    this.#folder = folder;
  }

  find(id: string): Upload | undefined {
    for (const uploads of this.#chosen.values()) {
      const found = uploads.find((upload) => upload.id === id);
      if (found) return found;
    }
    return undefined;
  }

  /** The page says what a field holds from now on: files that it was given ids for, and new ones. */
  choose(field: string, entries: FileEntry[], rule: ResolvedRule): FileState[] {
    const before = this.#chosen.get(field) ?? [];
    const excess = refusalOfAll(entries, before, rule);
    const uploads: Upload[] = [];
    const states = entries.map((entry): FileState => {
      if (excess) return rule.message(excess);
      const known = before.find(({ id }) => id === entry);
      const upload = known ?? (typeof entry === 'string' ? undefined : this.#begin(field, entry, rule));
      if (!upload) return null;
      if (upload.refusal !== '') return upload.refusal;
      uploads.push(upload);
      return [upload.id, upload.received];
    });
    this.#chosen.set(field, uploads);
    this.#removeUnused(before);
    return states;
  }

  /**
   * An event says what fields hold. What they hold now stays until the event's turn has come: then call
   * what is returned.
   */
  claim(entries: UploadEntries): () => void {
    const claim = entries.map(([field, ids]): [string, Upload[]] => [field, this.#resolve(field, ids)]);
    this.#claimed.push(claim);
    return () => this.#hold(this.#claimed.shift() ?? []);
  }

  files(rules: UploadRules): UploadedFiles {
    const files = noFiles(rules);
    for (const [field, uploads] of this.#held) {
      if (rules.has(field)) files[field] = uploads.flatMap(({ file }) => file ?? []);
    }
    return files;
  }

  /** Removes all. Resolves when nothing is left. */
  async clear(): Promise<void> {
    const all = new Set([...this.#chosen.values(), ...this.#held.values()].flat());
    this.#chosen.clear();
    this.#held.clear();
    await Promise.allSettled(Array.from(all, (upload) => upload.remove()));
  }

  #begin(field: string, [name, size, type]: Exclude<FileEntry, string>, rule: ResolvedRule): Upload {
    const upload = new Upload(field, { name, size, type }, rule, this.#folder);
    if (size > rule.maxBytes) upload.refuse('bytes', rule.maxBytes);
    else if (!mayBeAllowed(type, rule.types)) upload.refuse('type', rule.types);
    else if (!rule.store && size > this.#folder.room) upload.refuse('disk', this.#folder.room);
    return upload;
  }

  /** Of those ids, whose files are here, as many as the field may hold: more than it chose can only be asked for by hand. */
  #resolve(field: string, ids: string[]): Upload[] {
    const held =
      this.#claimed.flat().findLast(([name]) => name === field)?.[1] ?? this.#held.get(field) ?? [];
    const known = [...held, ...(this.#chosen.get(field) ?? [])];
    const uploads = known.filter(
      ({ id, file }, i) => file && ids.includes(id) && i === known.findIndex((one) => one.id === id),
    );
    let bytes = 0;
    return uploads.filter(({ rule, size = 0 }, i) => {
      bytes += size;
      return i < rule.maxFiles && bytes <= rule.maxTotalBytes;
    });
  }

  #hold(entries: [field: string, uploads: Upload[]][]): void {
    for (const [field, uploads] of entries) {
      const before = this.#held.get(field) ?? [];
      if (uploads.length > 0) this.#held.set(field, uploads);
      else this.#held.delete(field);
      this.#removeUnused(before);
    }
  }

  #removeUnused(uploads: Upload[]): void {
    const kept = [
      ...this.#chosen.values(),
      ...this.#held.values(),
      ...this.#claimed.flat().map(([, claimed]) => claimed),
    ];
    for (const upload of uploads) {
      if (!kept.some((list) => list.includes(upload))) void upload.remove().catch(() => {});
    }
  }
}

/** What no file by itself is to blame for. */
function refusalOfAll(
  entries: FileEntry[],
  known: Upload[],
  { maxFiles, maxTotalBytes }: ResolvedRule,
): UploadRefusal | undefined {
  if (entries.length > maxFiles) return { reason: 'files', name: '', allowed: maxFiles };
  const total = entries.reduce((sum, entry) => sum + sizeOf(entry, known), 0);
  return total > maxTotalBytes ? { reason: 'totalBytes', name: '', allowed: maxTotalBytes } : undefined;
}

function sizeOf(entry: FileEntry, known: Upload[]): number {
  if (typeof entry !== 'string') return entry[1];
  return known.find(({ id }) => id === entry)?.size ?? 0;
}

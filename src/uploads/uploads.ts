import type { IncomingMessage } from 'node:http';
import { within } from '../limits/within.js';
import type { ResolvedOptions } from '../options/options.js';
import type { IssrPage } from '../types/issr-page.js';
import { UploadFolder } from './folder.js';
import { emptyFiles, PageUploads, type UploadedFiles } from './page-uploads.js';
import type { UploadRules } from './rule.js';
import { loadDetection } from './type.js';
import { UploadSlots } from './upload-slots.js';
import { DiskQuota, type UploadOwner, UploadSpace } from './upload-space.js';

/** Milliseconds for the deletion of files while the server closes. The author's `remove` may never end. */
const DELETION_TIME = 5000;

/** The files of all pages of one registration. */
export class Uploads {
  /** Set if a route declares uploads. Without one the disk is not touched. */
  isUsed = false;
  readonly folder: UploadFolder;
  readonly #quota: DiskQuota;
  readonly #slots: UploadSlots;
  readonly #pages = new Map<IssrPage, PageUploads>();
  readonly #requests = new Set<IncomingMessage>();
  /** Deletions of pages that are gone. */
  readonly #deletions = new Set<Promise<void>>();

  constructor(options: ResolvedOptions) {
    this.folder = new UploadFolder(options.uploadFolder);
    this.#quota = new DiskQuota(options);
    this.#slots = new UploadSlots(options);
  }

  async open(): Promise<void> {
    if (this.isUsed) await Promise.all([this.folder.open(), loadDetection()]);
  }

  /** Aborts the running uploads while the server closes. Their pages resume them at the next process. */
  abortAll(): void {
    for (const request of this.#requests) if (!request.complete) request.destroy();
  }

  async close(): Promise<void> {
    for (const page of this.#pages.keys()) this.deleteAll(page);
    await within(Promise.all(this.#deletions), DELETION_TIME);
    await this.folder.close();
  }

  of(page: IssrPage): PageUploads | undefined {
    return this.#pages.get(page);
  }

  /** Returns the files of an open page, and creates the record on its first upload. */
  ensure(page: IssrPage, owner: UploadOwner): PageUploads {
    const uploads = this.#pages.get(page) ?? new PageUploads(this.space(owner));
    this.#pages.set(page, uploads);
    return uploads;
  }

  /** Takes the files of a page that moves to another process out of the record. */
  detach(page: IssrPage): void {
    this.#pages.delete(page);
  }

  /** Gives a page the files that it had at another process. */
  attach(page: IssrPage, uploads: PageUploads): void {
    this.#pages.set(page, uploads);
  }

  space(owner: UploadOwner): UploadSpace {
    return new UploadSpace(this.folder, this.#quota, owner);
  }

  files(page: IssrPage | null, rules: UploadRules): UploadedFiles {
    return (page && this.#pages.get(page)?.files(rules)) ?? emptyFiles(rules);
  }

  deleteAll(page: IssrPage): void {
    const deletion = this.#pages.get(page)?.deleteAll();
    this.#pages.delete(page);
    if (!deletion) return;
    this.#deletions.add(deletion);
    void deletion.then(() => this.#deletions.delete(deletion));
  }

  /**
   * Takes a slot for a request.
   *
   * @returns a function that gives the slot back
   * @throws ISSR_ERR_UPLOADS if all slots are taken
   */
  enter(owner: UploadOwner, request: IncomingMessage, sendsFiles: boolean): () => void {
    const giveBack = sendsFiles ? this.#slots.takeForFile(owner) : this.#slots.take(owner);
    this.#requests.add(request);
    return () => {
      this.#requests.delete(request);
      giveBack();
    };
  }
}

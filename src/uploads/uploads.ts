import type { IncomingMessage } from 'node:http';
import { errors } from '../errors.js';
import { KeyedCounter } from '../limits/keyed-counter.js';
import type { ResolvedOptions } from '../options/options.js';
import type { IssrPage } from '../types/issr-page.js';
import { UploadFolder } from './folder.js';
import { emptyFiles, PageUploads, type UploadedFiles } from './page-uploads.js';
import type { UploadRules } from './rule.js';

/** Concurrent requests of one page: the files that its browser sends in parallel, and its questions about them. */
const MAX_PER_PAGE = 8;

/** The files of all pages of one registration. */
export class Uploads {
  readonly folder: UploadFolder;
  /** Set if a route declares uploads. Without one the disk is not touched. */
  isUsed = false;
  readonly #max: number;
  readonly #pages = new Map<IssrPage, PageUploads>();
  readonly #perPage = new KeyedCounter();
  readonly #requests = new Set<IncomingMessage>();

  constructor({ uploadFolder, maxUploadDiskBytes, maxUploads }: ResolvedOptions) {
    this.folder = new UploadFolder(uploadFolder, maxUploadDiskBytes);
    this.#max = maxUploads;
  }

  async open(): Promise<void> {
    if (this.isUsed) await this.folder.open();
  }

  /** Aborts the running uploads while the server closes. Their pages resume them at the next process. */
  abortAll(): void {
    for (const request of this.#requests) if (!request.complete) request.destroy();
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#pages.values(), (uploads) => uploads.deleteAll()));
    this.#pages.clear();
    await this.folder.close();
  }

  of(page: IssrPage): PageUploads | undefined {
    return this.#pages.get(page);
  }

  /** Returns the files of an open page, and creates the record on its first upload. */
  ensure(page: IssrPage): PageUploads {
    const uploads = this.#pages.get(page) ?? new PageUploads(this.folder);
    this.#pages.set(page, uploads);
    return uploads;
  }

  files(page: IssrPage | null, rules: UploadRules): UploadedFiles {
    return (page && this.#pages.get(page)?.files(rules)) ?? emptyFiles(rules);
  }

  deleteAll(page: IssrPage): void {
    void this.#pages.get(page)?.deleteAll();
    this.#pages.delete(page);
  }

  /**
   * Takes a slot for one request of a page.
   *
   * @returns a function that gives the slot back
   * @throws ISSR_ERR_UPLOADS if all slots are taken
   */
  enter(page: string, request: IncomingMessage): () => void {
    const own = this.#perPage.get(page);
    if (own >= MAX_PER_PAGE)
      throw new errors.ISSR_ERR_UPLOADS(own, `the limit of ${MAX_PER_PAGE} for each page`);
    if (this.#requests.size >= this.#max) throw new errors.ISSR_ERR_UPLOADS(this.#max, 'maxUploads');
    this.#requests.add(request);
    this.#perPage.add(page);
    return () => {
      this.#requests.delete(request);
      this.#perPage.subtract(page);
    };
  }
}

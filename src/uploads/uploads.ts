import type { IncomingMessage } from 'node:http';
import { errors } from '../errors.js';
import type { ResolvedOptions } from '../options/options.js';
import type { IssrPage } from '../types/issr-page.js';
import { UploadFolder } from './folder.js';
import { noFiles, PageUploads, type UploadedFiles } from './page-uploads.js';
import type { UploadRules } from './rule.js';

/** Requests of one page at once: as many files as its browser sends side by side, and what it asks beside that. */
const MAX_PER_PAGE = 8;

/** The files of all pages of one registration. */
export class Uploads {
  readonly folder: UploadFolder;
  /** Some route declares uploads: without one the disk is not touched. */
  isUsed = false;
  readonly #max: number;
  readonly #pages = new Map<IssrPage, PageUploads>();
  readonly #underWay = new Map<string, number>();
  readonly #requests = new Set<IncomingMessage>();

  constructor({ uploadFolder, maxUploadDiskBytes, maxUploads }: ResolvedOptions) {
    this.folder = new UploadFolder(uploadFolder, maxUploadDiskBytes);
    this.#max = maxUploads;
  }

  async open(): Promise<void> {
    if (this.isUsed) await this.folder.open();
  }

  /** The server goes away, and does not wait for bodies that still come. Their pages send them to the next process. */
  cut(): void {
    for (const request of this.#requests) if (!request.complete) request.destroy();
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#pages.values(), (uploads) => uploads.clear()));
    this.#pages.clear();
    await this.folder.close();
  }

  of(page: IssrPage): PageUploads | undefined {
    return this.#pages.get(page);
  }

  /** Those of a page that is open. */
  begin(page: IssrPage): PageUploads {
    const uploads = this.#pages.get(page) ?? new PageUploads(this.folder);
    this.#pages.set(page, uploads);
    return uploads;
  }

  files(page: IssrPage | null, rules: UploadRules): UploadedFiles {
    return (page && this.#pages.get(page)?.files(rules)) ?? noFiles(rules);
  }

  forget(page: IssrPage): void {
    void this.#pages.get(page)?.clear();
    this.#pages.delete(page);
  }

  /**
   * A slot for one request of a page, to be given back by what is returned.
   *
   * @throws ISSR_ERR_UPLOADS when there is none
   */
  enter(page: string, request: IncomingMessage): () => void {
    const own = this.#underWay.get(page) ?? 0;
    if (own >= MAX_PER_PAGE) throw new errors.ISSR_ERR_UPLOADS(MAX_PER_PAGE);
    if (this.#requests.size >= this.#max) throw new errors.ISSR_ERR_UPLOADS(this.#max);
    this.#requests.add(request);
    this.#underWay.set(page, own + 1);
    return () => {
      this.#requests.delete(request);
      const left = (this.#underWay.get(page) ?? 1) - 1;
      if (left > 0) this.#underWay.set(page, left);
      else this.#underWay.delete(page);
    };
  }
}

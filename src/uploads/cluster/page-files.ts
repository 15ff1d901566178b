import type { Readable } from 'node:stream';
import { errors } from '../../errors.js';
import type { UploadPlan } from '../../protocol.js';
import type { IssrPage } from '../../types/issr-page.js';
import type { PageUploads } from '../page-uploads.js';
import type { UploadRules } from '../rule.js';
import type { FileProgress, Upload } from '../upload.js';

/** The files of each field of a plan; null for a field that the route does not declare. */
export type PlanProgress = (FileProgress[] | null)[];

/** The files of one page, wherever its process is. */
export interface PageFiles {
  /** The page, if this process holds it. */
  readonly page: IssrPage | null;
  /** The page's address. */
  readonly address: string;
  /** Returns the field of a file. */
  fieldOf(id: string): string | undefined;
  /** Sets the files that the page's fields contain from now on. */
  announce(rules: UploadRules, plan: UploadPlan): Promise<PlanProgress>;
  /** Ends the running request of a file. */
  stop(id: string): Promise<FileProgress>;
  /**
   * Receives bytes of a file.
   *
   * @param open returns the body
   * @throws ISSR_ERR_UPLOAD_UNKNOWN, ISSR_ERR_UPLOAD_OFFSET, ISSR_ERR_UPLOAD_MISDIRECTED, and errors of the stream
   *   and the store
   */
  receive(
    rules: UploadRules,
    id: string,
    offset: number,
    open: () => Promise<Readable>,
  ): Promise<FileProgress>;
}

/** The files of a page of this process. */
export class LocalFiles implements PageFiles {
  readonly page: IssrPage & { address: string };
  readonly #find: () => PageUploads | undefined;
  readonly #ensure: () => PageUploads;

  /**
   * @param find returns the page's record of files, undefined before its first upload
   * @param ensure creates that record
   */
  constructor(
    page: IssrPage & { address: string },
    find: () => PageUploads | undefined,
    ensure: () => PageUploads,
  ) {
    this.page = page;
    this.#find = find;
    this.#ensure = ensure;
  }

  get address(): string {
    return this.page.address;
  }

  fieldOf(id: string): string | undefined {
    return this.#find()?.find(id)?.field;
  }

  async announce(rules: UploadRules, plan: UploadPlan): Promise<PlanProgress> {
    return announce(this.#ensure(), rules, plan);
  }

  async stop(id: string): Promise<FileProgress> {
    const upload = this.#upload(id);
    await upload.stop();
    return progressOf(upload);
  }

  async receive(
    _rules: UploadRules,
    id: string,
    offset: number,
    open: () => Promise<Readable>,
  ): Promise<FileProgress> {
    const upload = this.#upload(id);
    await receiveUnlessRefused(upload, await open(), offset);
    return progressOf(upload);
  }

  #upload(id: string): Upload {
    const upload = this.#find()?.find(id);
    if (!upload) throw new errors.ISSR_ERR_UPLOAD_UNKNOWN();
    return upload;
  }
}

export function announce(page: PageUploads, rules: UploadRules, plan: UploadPlan): PlanProgress {
  return plan.map(([field, files]) => {
    const rule = rules.get(field);
    return rule ? page.announce(field, files, rule) : null;
  });
}

/** A refusal is not an error: the file's state contains it. */
export async function receiveUnlessRefused(upload: Upload, body: Readable, offset: number): Promise<void> {
  try {
    await upload.receive(body, offset);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ISSR_ERR_UPLOAD_REFUSED') throw error;
  }
}

export function progressOf({ id, received, refusal, file }: Upload): FileProgress {
  return refusal ?? [id, received, file !== undefined];
}

import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import type { Cluster } from '../../cluster/cluster.js';
import type { PageRoutes } from '../../dispatch/page-routes.js';
import { errors } from '../../errors.js';
import { parseJson } from '../../http/json-shape.js';
import type { Page } from '../../page/page.js';
import type { Pages } from '../../page/pages.js';
import type { UploadPlan } from '../../protocol.js';
import { isSameSecret } from '../../signed/token.js';
import type { FileProgress, Upload, UploadProgress } from '../upload.js';
import type { Uploads } from '../uploads.js';
import { type FoundPage, isUploadProgress, type Keeper, UploadCall, type UploadGrant } from './messages.js';
import { announce, type PlanProgress, progressOf } from './page-files.js';
import type { Receptions } from './receptions.js';

/** Milliseconds that a process has to stop receiving. Then its bytes are dropped. */
const CUT_TIMEOUT = 1000;

export interface HolderServices {
  cluster: Cluster;
  pages: Pages;
  uploads: Uploads;
  routes: PageRoutes;
  receptions: Receptions;
  log: FastifyBaseLogger;
}

/** The permission of another process to receive one file. */
interface Lease {
  readonly receiver: string;
  readonly upload: Upload;
  end(progress: UploadProgress | undefined): void;
  /** Resolves when the upload has its new state. */
  done: Promise<void>;
}

/**
 * Answers other processes about the files of this process's pages. The holder of a page keeps the list of its
 * files and counts their bytes. Whichever process a browser reaches receives them.
 */
export class UploadHolder {
  readonly #services: HolderServices;
  readonly #leases = new Map<string, Lease>();
  /** The process that can delete a file from the author's store, and the lease that it knows it by. */
  readonly #keepers = new WeakMap<Upload, Keeper>();
  readonly #warned = new WeakSet<Page>();
  #hasLogged = false;

  constructor(services: HolderServices) {
    this.#services = services;
    const { cluster } = services;
    cluster.answer(UploadCall.find, ([id, secret, file]) => this.#describe(this.#page(id, secret), file));
    cluster.answer(UploadCall.plan, ([id, secret, plan]) => this.#announce(this.#page(id, secret), plan));
    cluster.answer(UploadCall.state, ([id, secret, file]) => this.#stop(this.#upload(id, secret, file)));
    cluster.answer(UploadCall.begin, ([id, secret, file, offset], sender) =>
      this.#begin(this.#upload(id, secret, file), Number(offset), sender),
    );
    cluster.answer(UploadCall.end, ([lease, progress], sender) =>
      this.#end(this.#leases.get(String(lease)), progress, sender),
    );
    cluster.on(UploadCall.misdirected, (_sender, [id, secret]) => {
      const page = this.#page(id, secret);
      if (page) this.#warn(page);
    });
  }

  /** Returns undefined if this process has the file: in its folder, or by its own store. */
  keeperOf(upload: Upload): Keeper | undefined {
    return this.#keepers.get(upload);
  }

  /** Lets another process, or a later page of this one, delete the file from the author's store. */
  setKeeper(upload: Upload, keeper: Keeper): void {
    this.#keepers.set(upload, keeper);
  }

  #page(id: unknown, secret: unknown): Page | undefined {
    const page = this.#services.pages.joined.get(String(id));
    return page && isSameSecret(String(secret), page.secret) ? page : undefined;
  }

  #upload(id: unknown, secret: unknown, file: unknown): Upload | undefined {
    const page = this.#page(id, secret);
    return page && this.#services.uploads.of(page)?.find(String(file));
  }

  #describe(page: Page | undefined, fileId: unknown): FoundPage | null {
    if (!page) return null;
    const { uploads } = this.#services;
    const file = uploads.of(page)?.find(String(fileId))?.description ?? null;
    return { address: page.address, folder: uploads.folder.name, file };
  }

  #announce(page: Page | undefined, plan: unknown): PlanProgress | null {
    const { routes, uploads } = this.#services;
    const rules = page && routes.find(page.address, page.peer.headers)?.uploads;
    if (!page || !rules) return null;
    const owner = { page: page.id, address: page.ipKey };
    return announce(uploads.ensure(page, owner), rules, parseJson(String(plan)) as UploadPlan);
  }

  async #stop(upload: Upload | undefined): Promise<FileProgress> {
    await upload?.stop();
    return upload ? progressOf(upload) : null;
  }

  async #begin(upload: Upload | undefined, offset: number, receiver: string): Promise<UploadGrant | null> {
    if (!upload) return null;
    try {
      return await this.#lend(upload, offset, receiver);
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'ISSR_ERR_UPLOAD_REFUSED' && upload.refusal) return ['refused', upload.refusal];
      if (code === 'ISSR_ERR_UPLOAD_OFFSET') return ['offset', upload.received];
      throw error;
    }
  }

  async #lend(upload: Upload, offset: number, receiver: string): Promise<UploadGrant> {
    const id = randomUUID();
    let file = '';
    const { done } = await upload.receiveElsewhere(offset, async (path, signal) => {
      file = basename(path);
      const progress = await this.#whenEnded(id, { receiver, upload }, signal);
      return progress && this.#locate(progress, path, upload, [receiver, id]);
    });
    const lease = this.#leases.get(id);
    if (lease) lease.done = done;
    return ['lease', id, file];
  }

  /** Resolves to what the receiver reports, or to undefined if it does not stop in time. */
  #whenEnded(
    id: string,
    { receiver, upload }: Pick<Lease, 'receiver' | 'upload'>,
    signal: AbortSignal,
  ): Promise<UploadProgress | undefined> {
    const { cluster } = this.#services;
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const end = (progress: UploadProgress | undefined) => {
        clearTimeout(timer);
        this.#leases.delete(id);
        if (!progress) cluster.sendTo(receiver, UploadCall.drop, id);
        resolve(progress);
      };
      signal.addEventListener('abort', () => {
        cluster.sendTo(receiver, UploadCall.cut, id);
        timer = setTimeout(end, CUT_TIMEOUT, undefined);
      });
      this.#leases.set(id, { receiver, upload, end, done: Promise.resolve() });
    });
  }

  /** A file on the disk is where this process said. One in a store can be deleted by its receiver only. */
  #locate(progress: UploadProgress, path: string, upload: Upload, keeper: Keeper): UploadProgress {
    if (path !== '') return { ...progress, path };
    if (progress.path === '') return progress;
    this.setKeeper(upload, keeper);
    return { ...progress, remove: () => this.#services.receptions.drop(keeper) };
  }

  async #end(lease: Lease | undefined, given: unknown, sender: string): Promise<FileProgress> {
    if (lease?.receiver !== sender) return null;
    const progress = parseJson(String(given));
    const { upload } = lease;
    if (!isUploadProgress(progress) || !isPossible(progress, upload))
      throw new TypeError('no progress of an upload');
    lease.end(progress);
    await lease.done;
    return progressOf(upload);
  }

  /** The log has one warning of each process, and each page shows one in development. */
  #warn(page: Page): void {
    const { log, pages } = this.#services;
    const error = new errors.ISSR_ERR_UPLOAD_MISDIRECTED();
    if (!this.#hasLogged) log.warn({ page: page.id, path: page.path }, error.message);
    this.#hasLogged = true;
    if (!pages.options.showErrors || this.#warned.has(page)) return;
    this.#warned.add(page);
    const { message, code } = error;
    page.send(['error', page.lastAnsweredEvent, { status: 421, requestId: '', code, message }]);
  }
}

function isPossible({ received, isComplete }: UploadProgress, { size = 0 }: Upload): boolean {
  return isComplete ? received === size : received <= size;
}

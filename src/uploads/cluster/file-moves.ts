import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Cluster } from '../../cluster/cluster.js';
import { within } from '../../limits/within.js';
import type { IssrPage } from '../../types/issr-page.js';
import { PageUploads } from '../page-uploads.js';
import type { UploadRules } from '../rule.js';
import { Upload } from '../upload.js';
import type { Space, UploadOwner } from '../upload-space.js';
import type { Uploads } from '../uploads.js';
import type { MovedFile, MovedFiles } from './messages.js';
import type { Receptions } from './receptions.js';
import type { UploadHolder } from './upload-holder.js';

/** Milliseconds that running uploads of a page have to stop before it moves. */
const STOP_TIMEOUT = 500;

interface MoveServices {
  cluster: Cluster;
  uploads: Uploads;
  receptions: Receptions;
  holder: UploadHolder;
}

/** Moves the files of a page to the process that it joins next: those in a store, and those in a shared folder. */
export class FileMoves {
  readonly #services: MoveServices;
  /** Files of pages that have left this process, until they have arrived at the next. */
  readonly #departed = new Map<IssrPage, PageUploads>();

  constructor(services: MoveServices) {
    this.#services = services;
  }

  /**
   * Stops the uploads of a page of this process, and describes its files for the next. Call `release` when they have
   * arrived there, else `discard`.
   *
   * @returns undefined if the page has none, or one that does not stop
   */
  async depart(page: IssrPage): Promise<MovedFiles | undefined> {
    const { uploads } = this.#services;
    const files = uploads.of(page);
    if (!files) return undefined;
    // Before the uploads stop: one that begins meanwhile would stay behind without its page.
    uploads.detach(page);
    const snapshot = files.snapshot();
    const stopped = Promise.all(snapshot.files.map((upload) => upload.close())).then(() => true);
    if (!(await within(stopped, STOP_TIMEOUT, false))) {
      void files.deleteAll();
      return undefined;
    }
    this.#departed.set(page, files);
    const { announced, committed } = snapshot;
    const moved = snapshot.files.map((upload) => this.#describe(upload));
    return { folder: uploads.folder.name, files: moved, announced, committed };
  }

  /**
   * Takes the files of a page from the process that it was at.
   *
   * @returns undefined if one of them is not within reach: then the browser sends all of them again
   */
  async arrive(moved: MovedFiles, owner: UploadOwner, rules: UploadRules): Promise<PageUploads | undefined> {
    const space = this.#services.uploads.space(owner);
    if (!(await this.#isWithinReach(moved, space, rules))) return undefined;
    const page = new PageUploads(space);
    const files: Upload[] = [];
    try {
      for (const file of moved.files) files.push(await this.#take(file, moved.folder, space, rules));
    } catch {
      await Promise.allSettled(files.map((upload) => upload.abandon()));
      return undefined;
    }
    page.restore({ ...moved, files });
    return page;
  }

  /** The page of these files is in this process now. */
  adopt({ files }: MovedFiles): void {
    for (const { keeper } of files) if (keeper) this.#services.receptions.adopt(keeper);
  }

  /** Files of the page wait for `release` or `discard`. */
  isUnderWay(page: IssrPage): boolean {
    return this.#departed.has(page);
  }

  /** The files are at the next process, or may be. It has those of a store deleted by their keepers. */
  release(page: IssrPage, next: string): void {
    const { cluster, holder, receptions } = this.#services;
    for (const upload of this.#departed.get(page)?.snapshot().files ?? []) {
      const [instance, lease = ''] = holder.keeperOf(upload) ?? [];
      if (instance === cluster.instance) receptions.entrust(lease, next);
      else if (instance !== undefined) upload.release();
      // A file of the folder that has arrived was moved out of it.
      else void upload.remove().catch(() => {});
    }
    this.#departed.delete(page);
  }

  /** Deletes files that did not arrive. */
  async discard(page: IssrPage): Promise<void> {
    const { cluster, holder, receptions } = this.#services;
    const files = this.#departed.get(page);
    this.#departed.delete(page);
    const uploads = files?.snapshot().files ?? [];
    await files?.deleteAll();
    for (const upload of uploads) {
      const [instance, lease = ''] = holder.keeperOf(upload) ?? [];
      if (instance === cluster.instance) receptions.forget(lease);
    }
  }

  /** A complete file in the author's store gets a lease, by which the next process can have it deleted. */
  #describe(upload: Upload): MovedFile {
    const { holder, receptions, cluster } = this.#services;
    const { description, progress, id } = upload;
    const isOwn = description.isInStore && progress.isComplete && !holder.keeperOf(upload);
    if (isOwn) {
      const lease = randomUUID();
      receptions.add(lease, upload, cluster.instance);
      holder.setKeeper(upload, [cluster.instance, lease]);
    }
    const path = description.isInStore ? progress.path : basename(progress.path);
    return { ...description, id, progress: { ...progress, path }, keeper: holder.keeperOf(upload) };
  }

  async #isWithinReach({ folder, files }: MovedFiles, space: Space, rules: UploadRules): Promise<boolean> {
    const onDisk = files.filter(({ isInStore }) => !isInStore);
    const bytes = onDisk.reduce((sum, { progress: { received } }) => sum + received, 0);
    const isKnown = files.every(({ field, isInStore }) => {
      const rule = rules.get(field);
      return rule !== undefined && isInStore === (rule.store !== undefined);
    });
    return isKnown && bytes <= space.freeBytes && (bytes === 0 || this.#services.uploads.folder.sees(folder));
  }

  async #take(file: MovedFile, folder: string, space: Space, rules: UploadRules): Promise<Upload> {
    const { receptions, holder } = this.#services;
    const { id, field, name, size, claimedType, progress, keeper } = file;
    const rule = rules.get(field);
    if (!rule) throw new TypeError('a file of an unknown field');
    const upload = new Upload(field, { id, name, size, type: claimedType }, rule, space);
    if (keeper) {
      holder.setKeeper(upload, keeper);
      upload.adopt({ ...progress, remove: () => receptions.drop(keeper) });
    } else upload.adopt({ ...progress, path: await this.#move(file, folder, space) });
    return upload;
  }

  /** The folder of a process goes with it, so a file moves into the folder of the process that has its page. */
  async #move({ isInStore, progress: { path } }: MovedFile, folder: string, space: Space): Promise<string> {
    if (isInStore || path === '') return '';
    const moved = space.newPath();
    await rename(this.#services.uploads.folder.pathIn(folder, path), moved);
    return moved;
  }
}

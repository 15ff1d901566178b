import type { Cluster } from '../../cluster/cluster.js';
import type { Upload } from '../upload.js';
import { type Keeper, UploadCall } from './messages.js';

/**
 * Milliseconds that the files of a silent process are kept. A process that is frozen or cut off still has its pages,
 * and their actions use the files.
 */
const SILENCE_LIMIT = 24 * 3_600_000;

interface Reception {
  readonly upload: Upload;
  /** The process that holds the page. */
  holder: string;
}

/**
 * Files that this process receives or has stored for pages of other processes, by lease. A file in the author's
 * store stays here until its page drops it, because only this process has the function that deletes it.
 */
export class Receptions {
  readonly #cluster: Cluster;
  readonly #all = new Map<string, Reception>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    cluster.on(UploadCall.cut, (sender, [lease]) => {
      void this.#of(sender, lease)?.upload.stop();
    });
    cluster.on(UploadCall.drop, (sender, [lease]) => {
      if (this.#of(sender, lease)) this.remove(String(lease));
    });
    cluster.on(UploadCall.adopt, (sender, [lease]) => {
      const reception = this.#all.get(String(lease));
      if (reception) reception.holder = sender;
    });
    cluster.onLeave((instance, hasClosed) => {
      if (hasClosed) this.#removeOf(instance);
      else if (this.#isHolder(instance)) this.#expireLater(instance);
    });
  }

  /** Counts for the holder until `forget` or `remove`. */
  add(lease: string, upload: Upload, holder: string): void {
    this.#all.set(lease, { upload, holder });
  }

  /** The holder answers for the file from now on. */
  forget(lease: string): void {
    this.#all.delete(lease);
  }

  /** Deletes the file. */
  remove(lease: string): void {
    const reception = this.#all.get(lease);
    this.#all.delete(lease);
    void reception?.upload.remove().catch(() => {});
  }

  /** Tells the keeper of a stored file that its page no longer holds it. */
  drop([instance, lease]: Keeper): void {
    if (instance === this.#cluster.instance) this.remove(lease);
    else this.#cluster.sendTo(instance, UploadCall.drop, lease);
  }

  /** Tells the keeper of a stored file that its page is in this process now. */
  adopt([instance, lease]: Keeper): void {
    const own = this.#all.get(lease);
    if (instance !== this.#cluster.instance) this.#cluster.sendTo(instance, UploadCall.adopt, lease);
    else if (own) own.holder = instance;
  }

  /** Makes another process the holder of a stored file of this one: it may have the page. */
  entrust(lease: string, holder: string): void {
    const reception = this.#all.get(lease);
    if (reception?.holder !== this.#cluster.instance || holder === this.#cluster.instance) return;
    reception.holder = holder;
    if (!this.#cluster.knows(holder)) this.#expireLater(holder);
  }

  #expireLater(instance: string): void {
    setTimeout(() => this.#expire(instance), SILENCE_LIMIT).unref();
  }

  #isHolder(instance: string): boolean {
    return [...this.#all.values()].some(({ holder }) => holder === instance);
  }

  #expire(instance: string): void {
    if (!this.#cluster.knows(instance)) this.#removeOf(instance);
  }

  #removeOf(instance: string): void {
    for (const [lease, { holder }] of this.#all) if (holder === instance) this.remove(lease);
  }

  #of(sender: string, lease: unknown): Reception | undefined {
    const reception = this.#all.get(String(lease));
    return reception?.holder === sender ? reception : undefined;
  }
}

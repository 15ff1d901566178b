import { KeyedCounter } from '../limits/keyed-counter.js';
import type { ResolvedOptions } from '../options/options.js';
import type { UploadFolder } from './folder.js';

/** The page and the address that an upload counts for. */
export interface UploadOwner {
  page: string;
  /** Result of `addressKey`. */
  address: string;
}

type DiskLimits = Pick<
  ResolvedOptions,
  'maxUploadDiskBytes' | 'maxUploadDiskBytesPerPage' | 'maxUploadDiskBytesPerIp'
>;

/** Counts the bytes of all uploads on the disk, in total, per page and per address. */
export class DiskQuota {
  readonly #limits: DiskLimits;
  readonly #perPage = new KeyedCounter();
  readonly #perAddress = new KeyedCounter();
  #total = 0;

  constructor(limits: DiskLimits) {
    this.#limits = limits;
  }

  /** Bytes that the owner may still write. */
  freeBytes({ page, address }: UploadOwner): number {
    const { maxUploadDiskBytes, maxUploadDiskBytesPerPage, maxUploadDiskBytesPerIp } = this.#limits;
    return Math.min(
      maxUploadDiskBytes - this.#total,
      maxUploadDiskBytesPerPage - this.#perPage.get(page),
      maxUploadDiskBytesPerIp - this.#perAddress.get(address),
    );
  }

  /** @param bytes number of written bytes, negative for deleted ones */
  count({ page, address }: UploadOwner, bytes: number): void {
    this.#total += bytes;
    this.#perPage.add(page, bytes);
    this.#perAddress.add(address, bytes);
  }
}

/** The disk space of an upload. */
export interface Space {
  /** Bytes that may still be written. */
  readonly freeBytes: number;
  /** @param bytes number of written bytes, negative for deleted ones */
  count(bytes: number): void;
  /** A path for a new file. */
  newPath(): string;
}

/** An owner's part of the upload folder. */
export class UploadSpace implements Space {
  readonly #folder: UploadFolder;
  readonly #quota: DiskQuota;
  readonly #owner: UploadOwner;

  constructor(folder: UploadFolder, quota: DiskQuota, owner: UploadOwner) {
    this.#folder = folder;
    this.#quota = quota;
    this.#owner = owner;
  }

  get freeBytes(): number {
    return this.#quota.freeBytes(this.#owner);
  }

  count(bytes: number): void {
    this.#quota.count(this.#owner, bytes);
  }

  newPath(): string {
    return this.#folder.newPath();
  }
}

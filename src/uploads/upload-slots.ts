import { errors } from '../errors.js';
import { KeyedCounter } from '../limits/keyed-counter.js';
import type { ResolvedOptions } from '../options/options.js';
import type { UploadOwner } from './upload-space.js';

/** Concurrent requests of one page: the files that its browser sends in parallel, and its questions about them. */
const MAX_PER_PAGE = 8;

type SlotLimits = Pick<ResolvedOptions, 'maxUploads' | 'maxUploadsPerIp'>;

/** Limits concurrent upload requests: all requests of one page, and running files in total and per address. */
export class UploadSlots {
  readonly #limits: SlotLimits;
  readonly #perPage = new KeyedCounter();
  readonly #filesPerAddress = new KeyedCounter();
  #files = 0;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /**
   * Takes a slot for a short request about files.
   *
   * @returns a function that gives the slot back
   * @throws ISSR_ERR_UPLOADS if the page has too many requests
   */
  take({ page }: UploadOwner): () => void {
    if (this.#perPage.get(page) >= MAX_PER_PAGE)
      throw new errors.ISSR_ERR_UPLOADS(MAX_PER_PAGE, 'parallel requests of one page');
    this.#perPage.add(page);
    return () => this.#perPage.subtract(page);
  }

  /**
   * Takes a slot for a request that sends files, for as long as its body takes.
   *
   * @returns a function that gives the slot back
   * @throws ISSR_ERR_UPLOADS if all slots of the process, the address or the page are taken
   */
  takeForFile(owner: UploadOwner): () => void {
    const { maxUploads, maxUploadsPerIp } = this.#limits;
    const { address } = owner;
    if (this.#files >= maxUploads) throw new errors.ISSR_ERR_UPLOADS(maxUploads, 'maxUploads');
    if (this.#filesPerAddress.get(address) >= maxUploadsPerIp)
      throw new errors.ISSR_ERR_UPLOADS(maxUploadsPerIp, 'maxUploadsPerIp');
    const giveBack = this.take(owner);
    this.#files++;
    this.#filesPerAddress.add(address);
    return () => {
      giveBack();
      this.#files--;
      this.#filesPerAddress.subtract(address);
    };
  }
}

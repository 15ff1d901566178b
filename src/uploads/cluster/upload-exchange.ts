import { FileMoves } from './file-moves.js';
import { LocalFiles, type PageFiles } from './page-files.js';
import { Receptions } from './receptions.js';
import { type PageCredentials, RemoteFiles } from './remote-files.js';
import { type HolderServices, UploadHolder } from './upload-holder.js';

/** Uploads of pages, whichever process their requests and connections reach. */
export class UploadExchange {
  readonly moves: FileMoves;
  readonly #services: HolderServices;

  constructor(services: Omit<HolderServices, 'receptions'>) {
    const receptions = new Receptions(services.cluster);
    this.#services = { ...services, receptions };
    const holder = new UploadHolder(this.#services);
    this.moves = new FileMoves({ ...this.#services, holder });
  }

  /**
   * Finds the page of a request, in this process or in the one that created its secret.
   *
   * @param fileId of the file that the request is about, or `''`
   * @returns undefined if the page is not open
   * @throws ISSR_ERR_TOKEN if the page is here and the secret is another
   */
  async find(credentials: PageCredentials, fileId: string): Promise<PageFiles | undefined> {
    const { cluster, pages, uploads } = this.#services;
    const { id, secret, address } = credentials;
    // A page that has just moved here may not know its new secret. It is not refused: it tries again.
    if (cluster.isShared && cluster.ownerOf(secret) !== cluster.instance) {
      return cluster.isElsewhere(secret) ? RemoteFiles.find(this.#services, credentials, fileId) : undefined;
    }
    const page = pages.findOwned(id, secret);
    if (!page || !pages.joined.has(id)) return undefined;
    return new LocalFiles(
      page,
      () => uploads.of(page),
      () => uploads.ensure(page, { page: id, address }),
    );
  }
}

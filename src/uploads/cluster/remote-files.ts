import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Cluster } from '../../cluster/cluster.js';
import { errors } from '../../errors.js';
import type { UploadPlan } from '../../protocol.js';
import type { ResolvedRule, UploadRules } from '../rule.js';
import { type FileProgress, Upload, type UploadDescription } from '../upload.js';
import type { Space } from '../upload-space.js';
import type { Uploads } from '../uploads.js';
import {
  type FoundPage,
  isFileProgress,
  isFoundPage,
  isGrant,
  isPlanProgress,
  UploadCall,
} from './messages.js';
import { type PageFiles, type PlanProgress, receiveUnlessRefused } from './page-files.js';
import type { Receptions } from './receptions.js';

/** Milliseconds that the page's process has to answer. */
const CALL_TIMEOUT = 5000;

export interface ReceiverServices {
  cluster: Cluster;
  uploads: Uploads;
  receptions: Receptions;
}

/** The credentials of a page, and the address of the visitor who sent them: `addressKey`. */
export interface PageCredentials {
  id: string;
  secret: string;
  address: string;
}

/** The files of a page of another process. */
export class RemoteFiles implements PageFiles {
  readonly page = null;
  readonly address: string;
  readonly #services: ReceiverServices;
  readonly #credentials: PageCredentials;
  readonly #found: FoundPage;

  /**
   * Asks the process that created the secret for its page.
   *
   * @param fileId of the file that the request is about, or `''`
   * @returns undefined if the page is not there
   */
  static async find(
    services: ReceiverServices,
    credentials: PageCredentials,
    fileId: string,
  ): Promise<RemoteFiles | undefined> {
    const found = await ask(services, credentials, UploadCall.find, fileId);
    return isFoundPage(found) ? new RemoteFiles(services, credentials, found) : undefined;
  }

  private constructor(services: ReceiverServices, credentials: PageCredentials, found: FoundPage) {
    this.#services = services;
    this.#credentials = credentials;
    this.#found = found;
    this.address = found.address;
  }

  fieldOf(): string | undefined {
    return this.#found.file?.field;
  }

  async announce(_rules: UploadRules, plan: UploadPlan): Promise<PlanProgress> {
    const states = await this.#ask(UploadCall.plan, JSON.stringify(plan));
    if (!isPlanProgress(states)) throw new errors.ISSR_ERR_UPLOAD_PAGE();
    return states;
  }

  async stop(id: string): Promise<FileProgress> {
    const state = await this.#ask(UploadCall.state, id);
    if (state === null || !isFileProgress(state)) throw new errors.ISSR_ERR_UPLOAD_UNKNOWN();
    return state;
  }

  async receive(
    rules: UploadRules,
    id: string,
    offset: number,
    open: () => Promise<Readable>,
  ): Promise<FileProgress> {
    const { file } = this.#found;
    const rule = file && rules.get(file.field);
    // During a deploy the two processes may have different rules.
    if (!file || !rule || file.isInStore !== (rule.store !== undefined))
      throw new errors.ISSR_ERR_UPLOAD_UNKNOWN();
    const body = await open();
    if (!(await this.#isWithinReach(rule))) return this.#refuseMisdirected(body);
    const grant = await this.#ask(UploadCall.begin, id, String(offset));
    if (isGrant(grant) && grant[0] === 'lease') {
      const [, lease, name] = grant;
      return this.#receive(lease, this.#resume(file, rule, name, offset), offset, body);
    }
    body.destroy();
    if (!isGrant(grant)) throw new errors.ISSR_ERR_UPLOAD_UNKNOWN();
    if (grant[0] === 'refused') return grant[1];
    throw new errors.ISSR_ERR_UPLOAD_OFFSET(offset, grant[1]);
  }

  async #isWithinReach({ store }: ResolvedRule): Promise<boolean> {
    return store !== undefined || this.#services.uploads.folder.sees(this.#found.folder);
  }

  /** Reads the body first: a proxy that is still sending it would not read the answer. */
  async #refuseMisdirected(body: Readable): Promise<never> {
    const { cluster } = this.#services;
    const { id, secret } = this.#credentials;
    cluster.sendTo(cluster.ownerOf(secret), UploadCall.misdirected, id, secret);
    await finished(body.resume());
    throw new errors.ISSR_ERR_UPLOAD_MISDIRECTED();
  }

  /** The page's process has reserved the bytes, and counts them. */
  #resume(file: UploadDescription, rule: ResolvedRule, name: string, offset: number): Upload {
    const { folder } = this.#services.uploads;
    const path = name === '' ? '' : folder.pathIn(this.#found.folder, name);
    const space: Space = { freeBytes: file.size, count() {}, newPath: () => path };
    const upload = new Upload(file.field, { ...file, type: file.claimedType }, rule, space);
    upload.adopt({ path, received: offset, type: file.type, isComplete: false, refusal: null });
    return upload;
  }

  async #receive(lease: string, upload: Upload, offset: number, body: Readable): Promise<FileProgress> {
    const { cluster, receptions } = this.#services;
    receptions.add(lease, upload, cluster.ownerOf(this.#credentials.secret));
    let failure: unknown;
    try {
      await receiveUnlessRefused(upload, body, offset);
    } catch (error) {
      failure = error;
    }
    const state = await this.#report(lease, upload);
    if (failure !== undefined) throw failure;
    if (state === null) throw new errors.ISSR_ERR_UPLOAD_UNKNOWN();
    return state;
  }

  /** Without an answer a stored file stays: its page's process may have it. It goes when that process ends. */
  async #report(lease: string, upload: Upload): Promise<FileProgress> {
    const { receptions } = this.#services;
    const progress = JSON.stringify(upload.progress);
    const { cluster } = this.#services;
    const { secret, address } = this.#credentials;
    const state = await cluster.ask(secret, UploadCall.end, address, CALL_TIMEOUT, lease, progress);
    const isStored = upload.file !== undefined && upload.rule.store !== undefined;
    if (state === null) receptions.remove(lease);
    else if (!isStored) receptions.forget(lease);
    return isFileProgress(state) ? state : null;
  }

  #ask(kind: string, ...payload: string[]): Promise<unknown> {
    return ask(this.#services, this.#credentials, kind, ...payload);
  }
}

function ask(
  { cluster }: ReceiverServices,
  { id, secret, address }: PageCredentials,
  kind: string,
  ...payload: string[]
): Promise<unknown> {
  return cluster.ask(secret, kind, address, CALL_TIMEOUT, id, secret, ...payload);
}

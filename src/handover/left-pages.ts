import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import { AdapterUnavailable } from '../cluster/adapter.js';
import type { Records } from '../cluster/records.js';
import type { RefusalLog } from '../limits/refusal-log.js';
import { type Handover, isHandover } from './handover.js';

/** Raised when a record changes its meaning. Records of another version are ignored. */
const VERSION = 1;
/** Records that are written at the same time. More wait: 10,000 pages may close at once. */
const MAX_WRITES = 250;
/** Characters of a record: an adapter's longest value. */
const MAX_LENGTH = 1024 * 1024;
/** Bytes of a nonce and of a tag of AES-GCM. */
const [NONCE, TAG] = [12, 16];
const CIPHER = 'aes-256-gcm';

/** State of a page, or its secret at the process that has taken the state. */
export type LeftPage = Handover | string;

interface LeftPagesServices {
  records: Records;
  log: FastifyBaseLogger;
  refusals: RefusalLog;
}

/** A page as its document knows it. */
export interface Credentials {
  id: string;
  secret: string;
}

/**
 * Records of pages whose process closed, for the processes that they join next. Only the page's document and its former
 * process know the secret that names and encrypts a record, so the store shows neither `page.data` nor a secret.
 */
export class LeftPages {
  readonly #services: LeftPagesServices;
  readonly #waiting: (() => void)[] = [];
  #writes = 0;
  #hasWarned = false;
  /** A record could not be written. This process closes, so no others are tried. */
  #hasFailed = false;

  constructor(services: LeftPagesServices) {
    this.#services = services;
  }

  /** Other processes can take records, as far as this process knows. */
  get isOpen(): boolean {
    return this.#services.records.isOpen && !this.#hasFailed;
  }

  /**
   * Leaves the state of a page that closes. Never rejects, and the log has one line at most.
   *
   * @param read returns the state when it is written, or undefined if there is nothing to leave
   */
  async leave(page: Credentials, ttl: number, read: () => LeftPage | undefined): Promise<void> {
    if (this.#writes >= MAX_WRITES) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#writes++;
    try {
      const left = this.isOpen ? read() : undefined;
      if (left !== undefined) await this.#write(page, left, ttl);
    } catch (error) {
      this.#hasFailed = true;
      this.#warn({ err: error }, 'issr: page.data is not kept through this close, the adapter failed');
    } finally {
      this.#writes--;
      this.#waiting.shift()?.();
    }
  }

  /** Warns of pages that close before their state was left. It is the last line of the log about this close. */
  warnOfLost(pages: number): void {
    this.#hasWarned = true;
    const message = 'issr: page.data may be lost through this close, it took longer than shutdownTimeout';
    this.#services.log.warn({ pages }, message);
  }

  /** Leaves what was taken to the next process again, or the page's new secret. Never rejects. */
  async replace(page: Credentials, left: LeftPage, ttl: number): Promise<void> {
    await this.#write(page, left, ttl).catch((error) =>
      this.#services.log.debug({ err: error, page: page.id }, 'issr: the record of a page was not written'),
    );
  }

  /**
   * Takes the record of a page. Returns null if there is none, or the store does not answer.
   *
   * @param address of the visitor: `addressKey`
   */
  async take(page: Credentials, address: string): Promise<LeftPage | null> {
    const { log, refusals } = this.#services;
    const record = await this.#take(page, address);
    if (record === null) return null;
    try {
      return read(record, page);
    } catch (error) {
      // Another program with access to the store could write these.
      refusals.count('record of a page');
      log.debug({ err: error, page: page.id }, 'issr: the record of a page was refused');
      return null;
    }
  }

  async #take(page: Credentials, address: string): Promise<string | null> {
    try {
      return await this.#services.records.take(nameOf(page), address);
    } catch (error) {
      if (!(error instanceof AdapterUnavailable))
        this.#warn({ err: error }, 'issr: page.data of a page that comes back is lost, the adapter failed');
      return null;
    }
  }

  async #write(page: Credentials, left: LeftPage, ttl: number): Promise<void> {
    const record = seal(JSON.stringify([VERSION, left]), page);
    if (record.length > MAX_LENGTH)
      this.#warn(
        { page: page.id, length: record.length },
        `issr: page.data is too large to be kept through this close, ${MAX_LENGTH} characters at most`,
      );
    else await this.#services.records.set(nameOf(page), record, ttl);
  }

  #warn(details: object, message: string): void {
    if (!this.#hasWarned) this.#services.log.warn(details, message);
    this.#hasWarned = true;
  }
}

/** @throws TypeError and errors of JSON and of the cipher if the record is not one of this page */
function read(record: string, page: Credentials): LeftPage {
  if (record.length > MAX_LENGTH) throw new TypeError(`a record of ${record.length} characters`);
  const [version, left] = JSON.parse(unseal(record, page)) as unknown[];
  if (version !== VERSION) throw new TypeError(`a record of version ${version}, not ${VERSION}`);
  // The files went with the former process.
  if (typeof left !== 'string' && !(isHandover(left) && left.files === null))
    throw new TypeError('a record without the state of a page');
  return left;
}

/** A name that tells neither the id nor the secret. */
function nameOf(page: Credentials): string {
  return `page:${digest('name', page, 'base64url').slice(0, 22)}`;
}

function digest(use: string, { id, secret }: Credentials, encoding: 'base64url'): string;
function digest(use: string, { id, secret }: Credentials, encoding: 'buffer'): Buffer;
function digest(use: string, { id, secret }: Credentials, encoding: 'base64url' | 'buffer'): string | Buffer {
  return hash('sha256', `issr page ${use} ${id} ${secret}`, encoding);
}

function seal(text: string, page: Credentials): string {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(CIPHER, digest('key', page, 'buffer'), nonce);
  const sealed = [nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat(sealed).toString('base64url');
}

function unseal(record: string, page: Credentials): string {
  const sealed = Buffer.from(record, 'base64url');
  const nonce = sealed.subarray(0, NONCE);
  const decipher = createDecipheriv(CIPHER, digest('key', page, 'buffer'), nonce, { authTagLength: TAG });
  decipher.setAuthTag(sealed.subarray(-TAG));
  return decipher.update(sealed.subarray(NONCE, -TAG), undefined, 'utf8') + decipher.final('utf8');
}

import { randomUUID } from 'node:crypto';
import { lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errors } from '../errors.js';

/**
 * The files of one registration, in a folder of its own below the plugin's:
 * `<host>-<pid>-<begun, ms in base 36>-<random>`. One whose process died is removed by the next that starts
 * on that host.
 */
export class UploadFolder {
  readonly #parent: string;
  readonly #maxBytes: number;
  #path: string | undefined;
  #used = 0;

  constructor(parent: string, maxBytes: number) {
    this.#parent = parent;
    this.#maxBytes = maxBytes;
  }

  /** Bytes that may still come. */
  get room(): number {
    return this.#maxBytes - this.#used;
  }

  /** @param bytes written, or (negative) removed */
  count(bytes: number): void {
    this.#used += bytes;
  }

  /** @throws ISSR_ERR_UPLOAD_FOLDER when it is somebody else's, or no folder */
  async open(): Promise<void> {
    await mkdir(this.#parent, { recursive: true, mode: 0o700 });
    const found = await lstat(this.#parent);
    const isOurs = process.getuid === undefined || found.uid === process.getuid();
    if (!found.isDirectory() || !isOurs) throw new errors.ISSR_ERR_UPLOAD_FOLDER(this.#parent);
    await this.#removeStale();
    this.#path = await mkdtemp(join(this.#parent, `${host}-${process.pid}-${began.toString(36)}-`));
  }

  /** A path for a new file: random, and nothing of what a browser says in it. */
  newPath(): string {
    if (this.#path === undefined) throw new errors.ISSR_ERR_UPLOAD_FOLDER(this.#parent);
    return join(this.#path, randomUUID());
  }

  async close(): Promise<void> {
    if (this.#path !== undefined) await rm(this.#path, { recursive: true, force: true });
    this.#path = undefined;
  }

  async #removeStale(): Promise<void> {
    const names = (await readdir(this.#parent)).filter(isStale);
    await Promise.all(names.map((name) => rm(join(this.#parent, name), { recursive: true, force: true })));
  }
}

const host = hostname().replace(/[^\w.]/g, '_');
/** The same in all threads of a process, but for what a clock drifts by. */
const began = Math.round(Date.now() - process.uptime() * 1000);
const MAX_DRIFT_MS = 2000;

/** Of this host, and its process is not there any more, or is another one with the same number. */
function isStale(name: string): boolean {
  const [, of, pid, since = ''] = /^(.+)-(\d+)-([\da-z]+)-\w+$/.exec(name) ?? [];
  if (of !== host) return false;
  if (Number(pid) !== process.pid) return !isAlive(Number(pid));
  return Math.abs(Number.parseInt(since, 36) - began) > MAX_DRIFT_MS;
}

/** A process of another user answers that it may not be asked. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

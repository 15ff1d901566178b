import { randomBytes, randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { lstat, mkdir, readdir, rm, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errors } from '../errors.js';

/** Names the process numbers that this process can see. Containers may share a host's name, and not its numbers. */
export const host = `${hostname()}${pidNamespace()}`.replace(/[^\w.]/g, '_');
/** Start of the process: equal in all its threads, apart from the clock's drift. */
const began = Math.round(Date.now() - process.uptime() * 1000);
const MAX_DRIFT_MS = 2000;
/** Milliseconds between two signs of life, for processes of other hosts that share the folder. */
const BEAT_INTERVAL = 3_600_000;
/** Milliseconds after which a silent folder of another host counts as left by a dead process. */
const LIFETIME = 24 * BEAT_INTERVAL;
/** A name that another process sends: never a path. */
const NAME = /^\w[\w.-]{0,254}$/;

/**
 * The upload folder of one registration, below the plugin's:
 * `<host>-<pid>-<start of the process, ms in base 36>-<random>`. The next process on the same host removes
 * the folders of dead processes, and those of other hosts that were silent for a day.
 */
export class UploadFolder {
  /** Cannot be guessed: a process that finds this name in its own parent folder shares that folder. */
  readonly name = `${host}-${process.pid}-${began.toString(36)}-${randomBytes(16).toString('hex')}`;
  readonly #parent: string;
  #path: string | undefined;
  #beats: NodeJS.Timeout | undefined;

  constructor(parent: string) {
    this.#parent = parent;
  }

  /** @throws ISSR_ERR_UPLOAD_FOLDER if the path is not a folder or belongs to another user */
  async open(): Promise<void> {
    await mkdir(this.#parent, { recursive: true, mode: 0o700 });
    const found = await lstat(this.#parent);
    if (!found.isDirectory() || !isOurs(found.uid)) throw new errors.ISSR_ERR_UPLOAD_FOLDER(this.#parent);
    const path = join(this.#parent, this.name);
    await mkdir(path, { mode: 0o700 });
    this.#path = path;
    await this.#removeStale(path);
    this.#beats = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => {});
    }, BEAT_INTERVAL).unref();
  }

  /** A path for a new file. It is random and contains nothing that a browser sent. */
  newPath(): string {
    if (this.#path === undefined) throw new errors.ISSR_ERR_UPLOAD_FOLDER(this.#parent);
    return join(this.#path, randomUUID());
  }

  /** Returns true if the folder of another process is here, so that both share the parent folder. */
  async sees(name: string): Promise<boolean> {
    if (!NAME.test(name)) return false;
    const found = await lstat(join(this.#parent, name)).catch(() => undefined);
    return found?.isDirectory() === true && isOurs(found.uid);
  }

  /** The path of a file in the folder of another process. */
  pathIn(name: string, file: string): string {
    if (!NAME.test(name) || !NAME.test(file)) throw new errors.ISSR_ERR_UPLOAD_FOLDER(this.#parent);
    return join(this.#parent, name, file);
  }

  async close(): Promise<void> {
    clearInterval(this.#beats);
    if (this.#path !== undefined) await rm(this.#path, { recursive: true, force: true });
    this.#path = undefined;
  }

  /** @param own the folder of this process: its time is that of the file system */
  async #removeStale(own: string): Promise<void> {
    const oldest = (await lstat(own)).mtimeMs - LIFETIME;
    const remove = async (path: string, name: string) => {
      const found = await lstat(path);
      if (isStale(name, found.mtimeMs < oldest)) await rm(path, { recursive: true, force: true });
    };
    const names = await readdir(this.#parent);
    // Another process may remove the same folder.
    await Promise.allSettled(names.map((name) => remove(join(this.#parent, name), name)));
  }
}

/**
 * Returns true for a folder of this host whose process has ended or whose pid was reused.
 *
 * @param isSilent decides about a folder of another host
 */
function isStale(name: string, isSilent: boolean): boolean {
  const [, owner, pid, since = ''] = /^(.+)-(\d+)-([\da-z]+)-\w+$/.exec(name) ?? [];
  if (owner !== host) return owner !== undefined && isSilent;
  if (Number(pid) !== process.pid) return !isAlive(Number(pid));
  return Math.abs(Number.parseInt(since, 36) - began) > MAX_DRIFT_MS;
}

const isOurs = (uid: number) => process.getuid === undefined || uid === process.getuid();

/** A process of another user fails with EPERM, so only ESRCH means that it has ended. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** `.pid__4026531836_` on Linux, empty elsewhere. */
function pidNamespace(): string {
  try {
    return `.${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return '';
  }
}

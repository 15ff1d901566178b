import type { OutgoingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';
import { assertHeaders } from '../http/reply.js';
import { type Fetchable, fetched } from '../limits/fetched.js';

export interface DownloadsOptions {
  ticketLifetime: number;
  maxDownloadBytes: number;
  maxWaitingDownloadBytes: number;
  maxWaitingDownloadBytesPerIp: number;
}

/** The answer of an action that the browser saves as a file. */
export interface Download {
  status: number;
  headers: OutgoingHttpHeaders;
  body: Buffer;
}

interface Waiting extends Download, Fetchable {
  address: string;
}

/** Bytes that a download counts for beside its body. */
const OVERHEAD = 1024;

/** Headers that make a browser save a response and stay on its page. */
export function isDownload(headers: OutgoingHttpHeaders): boolean {
  return /^\s*attachment\b/i.test(String(headers['content-disposition'] ?? ''));
}

/**
 * Keeps what actions answered until their browsers fetch it, because only a browser's own load can save a file. Each is
 * given away once. An address above its share loses its own oldest one, never that of another.
 */
export class Downloads {
  /** Length of the longest body that `add` takes. */
  readonly maxBytes: number;
  readonly #waiting: LRUCache<string, Waiting>;
  readonly #maxPerAddress: number;
  readonly #createKey: () => string;
  /** Bytes and keys by address, the oldest first. */
  readonly #byAddress = new Map<string, { keys: Set<string>; bytes: number }>();

  /** @param createKey returns a new key that cannot be guessed */
  constructor(
    {
      ticketLifetime,
      maxDownloadBytes,
      maxWaitingDownloadBytes,
      maxWaitingDownloadBytesPerIp,
    }: DownloadsOptions,
    createKey: () => string,
  ) {
    this.#createKey = createKey;
    this.#maxPerAddress = Math.min(maxWaitingDownloadBytes, maxWaitingDownloadBytesPerIp);
    this.maxBytes = Math.min(maxDownloadBytes, this.#maxPerAddress - OVERHEAD);
    this.#waiting = new LRUCache<string, Waiting>({
      maxSize: maxWaitingDownloadBytes,
      ttl: ticketLifetime,
      // A browser that never fetches must not hold the bytes until others need the room.
      ttlAutopurge: true,
      sizeCalculation: sizeOf,
      dispose: (download, key) => {
        this.#forget(download, key);
        download.onGone?.();
      },
    });
  }

  /**
   * Returns the key by which the browser fetches the download once.
   *
   * @throws ERR_INVALID_CHAR for a header that cannot be sent: the browser would leave its page for that error
   */
  add(download: Download, address: string): string {
    assertHeaders(download.headers);
    const key = this.#createKey();
    const size = sizeOf(download);
    for (const oldest of this.#byAddress.get(address)?.keys ?? []) {
      if ((this.#byAddress.get(address)?.bytes ?? 0) + size <= this.#maxPerAddress) break;
      this.#waiting.delete(oldest);
    }
    const held = this.#byAddress.get(address) ?? { keys: new Set(), bytes: 0 };
    this.#byAddress.set(address, held);
    held.keys.add(key);
    held.bytes += size;
    this.#waiting.set(key, { ...download, address, issued: performance.now() });
    return key;
  }

  take(key: string): Download | undefined {
    const download = this.#waiting.get(key);
    this.#waiting.delete(key);
    return download;
  }

  /** Resolves when browsers have fetched all, or do not fetch them. */
  async fetched(): Promise<void> {
    await Promise.all(Array.from(this.#waiting.values(), fetched));
  }

  #forget(download: Waiting, key: string): void {
    const { address } = download;
    const held = this.#byAddress.get(address);
    if (!held?.keys.delete(key)) return;
    held.bytes -= sizeOf(download);
    if (held.keys.size === 0) this.#byAddress.delete(address);
  }
}

const sizeOf = ({ body }: Pick<Download, 'body'>): number => body.length + OVERHEAD;

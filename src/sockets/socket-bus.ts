import type { Cluster } from '../cluster/cluster.js';

const BROADCAST = 'socket';
const COUNT = 'socket-count';
/** Milliseconds that other processes have to count their sockets. */
const COUNT_TIMEOUT = 1000;

interface AnySocket {
  sendBytes(bytes: Uint8Array, isBinary: boolean): boolean;
}

/** The sockets of one path in this process. */
interface SocketsOfPath {
  /** @param key of the sockets' params; `null` for all */
  withKey(key: string | null): ReadonlySet<AnySocket>;
}

/** Connects the sockets of a path with those of the same path in other processes. */
export class SocketBus {
  readonly #cluster: Cluster;
  readonly #routes = new Map<string, SocketsOfPath>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    cluster.on(BROADCAST, (_sender, [path, key, data, isBinary]) => {
      if (typeof data !== 'string') throw new TypeError('a broadcast without data');
      const bytes = Buffer.from(data, isBinary === true ? 'base64' : 'utf8');
      for (const client of this.#find(path, key)) client.sendBytes(bytes, isBinary === true);
    });
    cluster.answer(COUNT, ([path, key]) => this.#find(path, key).size);
  }

  /** @param path of the route, with the prefixes of its scopes */
  add(path: string, clients: SocketsOfPath): void {
    this.#routes.set(path, clients);
  }

  /** @param key of the sockets' params; `null` for all of the path */
  broadcast(path: string, key: string | null, data: string | Uint8Array): void {
    if (!this.#cluster.isUp) return;
    if (typeof data === 'string') this.#cluster.send(BROADCAST, path, key, data, false);
    else this.#cluster.send(BROADCAST, path, key, Buffer.from(data).toString('base64'), true);
  }

  /** Counts the sockets of the other processes. */
  async count(path: string, key: string | null): Promise<number> {
    const counts = await this.#cluster.askAll(COUNT, COUNT_TIMEOUT, path, key);
    return counts.reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0);
  }

  #find(path: unknown, key: unknown): ReadonlySet<AnySocket> {
    const clients = this.#routes.get(String(path));
    return clients?.withKey(key === null ? null : String(key)) ?? new Set();
  }
}

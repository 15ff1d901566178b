import type { IssrSocketResource, IssrSocketRoute } from './issr-socket.js';
import type { Socket } from './socket.js';
import type { SocketBus } from './socket-bus.js';

const NO_SOCKETS: ReadonlySet<Socket> = new Set();

/** The sockets of one path, and those of other processes. */
interface SocketPath {
  readonly path: string;
  readonly bus: SocketBus;
  withKey(key: string | null): ReadonlySet<Socket>;
}

/** A set of sockets. Its clients are looked up at each use, because the set may be asked for before the first one. */
class Resource implements IssrSocketResource<Socket> {
  readonly #of: SocketPath;
  readonly #key: string | null;

  constructor(of: SocketPath, key: string | null) {
    this.#of = of;
    this.#key = key;
  }

  get clients(): ReadonlySet<Socket> {
    return this.#of.withKey(this.#key);
  }

  async count(): Promise<number> {
    const { bus, path } = this.#of;
    return this.clients.size + (await bus.count(path, this.#key));
  }

  broadcast(data: string | Uint8Array, { except }: { except?: Socket } = {}): number {
    const { bus, path } = this.#of;
    bus.broadcast(path, this.#key, data);
    // Encoded once for all sockets.
    const isBinary = typeof data !== 'string';
    const bytes = isBinary ? data : Buffer.from(data);
    let count = 0;
    for (const client of this.clients) {
      if (client !== except && client.sendBytes(bytes, isBinary)) count++;
    }
    return count;
  }
}

/** All sockets of one `issrSocket`, indexed by their params. */
export class SocketClients implements IssrSocketRoute<Socket, unknown>, SocketPath {
  readonly path: string;
  readonly bus: SocketBus;
  readonly #all = new Set<Socket>();
  readonly #byParams = new Map<string, Set<Socket>>();
  readonly #resource = new Resource(this, null);

  /** @param path with the prefixes of its scopes, by which other processes know it */
  constructor(path: string, bus: SocketBus) {
    this.path = path;
    this.bus = bus;
    bus.add(path, this);
  }

  get clients(): ReadonlySet<Socket> {
    return this.#all;
  }

  count(): Promise<number> {
    return this.#resource.count();
  }

  broadcast(data: string | Uint8Array, options?: { except?: Socket }): number {
    return this.#resource.broadcast(data, options);
  }

  at(params: unknown): IssrSocketResource<Socket> {
    return new Resource(this, keyOf(params));
  }

  /** @param key of the params; `null` for all sockets */
  withKey(key: string | null): ReadonlySet<Socket> {
    return key === null ? this.#all : (this.#byParams.get(key) ?? NO_SOCKETS);
  }

  /** @returns a function that removes the socket */
  add(socket: Socket): () => void {
    const key = keyOf(socket.request.params);
    const same = this.#byParams.get(key) ?? new Set();
    this.#byParams.set(key, same.add(socket));
    this.#all.add(socket);
    return () => {
      same.delete(socket);
      if (same.size === 0) this.#byParams.delete(key);
      this.#all.delete(socket);
    };
  }
}

/** Params are compared by value, whatever their encoding in the URL. */
function keyOf(params: unknown): string {
  return JSON.stringify(Object.entries(params as object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

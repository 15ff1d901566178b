import type { IssrSocketResource, IssrSocketRoute } from './issr-socket.js';
import type { Socket } from './socket.js';

/** A set of sockets. Its clients are looked up at each use, because the set may be asked for before the first one. */
class Resource implements IssrSocketResource<Socket> {
  readonly #find: () => ReadonlySet<Socket> | undefined;

  constructor(find: () => ReadonlySet<Socket> | undefined) {
    this.#find = find;
  }

  get clients(): ReadonlySet<Socket> {
    return this.#find() ?? new Set();
  }

  broadcast(data: string | Uint8Array, { except }: { except?: Socket } = {}): number {
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
export class SocketClients extends Resource implements IssrSocketRoute<Socket, unknown> {
  readonly #all: Set<Socket>;
  readonly #byParams = new Map<string, Set<Socket>>();

  constructor() {
    const all = new Set<Socket>();
    super(() => all);
    this.#all = all;
  }

  at(params: unknown): IssrSocketResource<Socket> {
    const key = keyOf(params);
    return new Resource(() => this.#byParams.get(key));
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

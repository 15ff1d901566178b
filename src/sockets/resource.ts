import type { IssrSocketResource, IssrSocketRoute } from './issr-socket.js';
import type { Socket } from './socket.js';

/** A set of sockets whose clients are looked up at each use, as it may be there before the first of them. */
class Resource implements IssrSocketResource<Socket> {
  readonly #find: () => ReadonlySet<Socket> | undefined;

  constructor(find: () => ReadonlySet<Socket> | undefined) {
    this.#find = find;
  }

  get clients(): ReadonlySet<Socket> {
    return this.#find() ?? new Set();
  }

  broadcast(data: string | Uint8Array, { except }: { except?: Socket } = {}): number {
    // Encoded once for all.
    const isBinary = typeof data !== 'string';
    const bytes = isBinary ? data : Buffer.from(data);
    let count = 0;
    for (const client of this.clients) {
      if (client !== except && client.sendBytes(bytes, isBinary)) count++;
    }
    return count;
  }
}

/** All sockets of one `issrSocket`, and those of each set of params among them. */
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

  /** @returns takes it out again */
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

/** Params are equal if their values are, however the URL wrote them. */
function keyOf(params: unknown): string {
  return JSON.stringify(Object.entries(params as object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

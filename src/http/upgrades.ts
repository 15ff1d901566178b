import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** An upgrade request's connection, and the bytes that were read after the request. */
export interface Upgrade {
  stream: Duplex;
  head: Buffer;
}

/** The upgrade requests of one HTTP server, shared by all scopes and registrations on that server. */
export class ServerUpgrades {
  readonly #server: Server;
  readonly #upgrades = new WeakMap<IncomingMessage, Upgrade>();
  /** Sockets whose handshake may still be refused. */
  readonly #recent = new Set<Socket>();
  #isWatched = false;
  #hasWebsocketPlugin = false;

  /** Prepends a listener, because `@fastify/websocket` passes neither connection nor head to a route. */
  constructor(server: Server) {
    this.#server = server;
    server.prependListener('upgrade', (request, stream, head) =>
      this.#upgrades.set(request, { stream, head }),
    );
  }

  of(request: IncomingMessage): Upgrade | undefined {
    return this.#upgrades.get(request);
  }

  /** Returns true once: a second `@fastify/websocket` on this server would answer each handshake twice. */
  claimWebsocketPlugin(): boolean {
    const isFirst = !this.#hasWebsocketPlugin;
    this.#hasWebsocketPlugin = true;
    return isFirst;
  }

  /**
   * Ends sockets whose handshake no hook answered: the URL is malformed, or a route of another scope refused.
   *
   * @param timeout how long the hooks of a handshake may take, in milliseconds
   */
  endRefusedAfter(timeout: number): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    this.#server.on('upgrade', (_request, stream) => this.#watch(stream as Socket, timeout));
  }

  #watch(socket: Socket, timeout: number): void {
    const timer = setTimeout(() => {
      this.#recent.delete(socket);
      endIfRefused(socket);
    }, timeout).unref();
    this.#recent.add(socket);
    socket.once('close', () => {
      this.#recent.delete(socket);
      clearTimeout(timer);
    });
  }

  /** Ends sockets that were answered and not upgraded. */
  endRefused(): void {
    for (const socket of this.#recent) if (socket.bytesWritten > 0) endIfRefused(socket);
  }
}

/** Only an upgraded socket has a `data` listener. */
function endIfRefused(socket: Socket): void {
  if (socket.listenerCount('data') === 0) socket.destroy();
}

const servers = new WeakMap<object, ServerUpgrades>();

/** The upgrades of a server. Call before `@fastify/websocket` listens to that server. */
export function upgradesOf(server: Server): ServerUpgrades {
  const known = servers.get(server);
  if (known) return known;
  const upgrades = new ServerUpgrades(server);
  servers.set(server, upgrades);
  return upgrades;
}

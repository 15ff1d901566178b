import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import createRouter, { type default as Router } from 'find-my-way';
import { routerConfigOf, urlRewriterOf } from './router-config.js';

/** The longest value of a path parameter. The app's own router enforces its limit. */
const MAX_PATH = 100_000;

/** An upgrade request's connection, and the bytes that were read after the request. */
export interface Upgrade {
  stream: Duplex;
  head: Buffer;
}

/**
 * The upgrade requests of one HTTP server, shared by all scopes and registrations on that server. Upgrades of
 * our WebSocket routes go to our `@fastify/websocket` alone. All others are left to the app's other listeners,
 * such as socket.io, a proxy or the HMR of a build tool, and to ours if there are none.
 */
export class ServerUpgrades {
  /** Emits the upgrades that our `@fastify/websocket` answers. */
  readonly ours = new EventEmitter();
  readonly #server: Server;
  readonly #routes: Router.Instance<Router.HTTPVersion.V1>;
  readonly #rewrite: ReturnType<typeof urlRewriterOf>;
  readonly #upgrades = new WeakMap<IncomingMessage, Upgrade>();
  /** Sockets whose handshake may still be refused. */
  readonly #recent = new Set<Socket>();
  #ownListeners = 1;
  #refusedAfter = 0;
  #hasWebsocketPlugin = false;

  constructor(scope: FastifyInstance) {
    const { server } = scope;
    this.#server = server;
    this.#rewrite = urlRewriterOf(scope);
    this.#routes = createRouter({
      ...scope.initialConfig.routerOptions,
      ...routerConfigOf(scope),
      maxParamLength: MAX_PATH,
    });
    // `@fastify/websocket` passes neither connection nor head to a route.
    const note = (request: IncomingMessage, stream: Duplex, head: Buffer) =>
      this.#upgrades.set(request, { stream, head });
    server.prependListener('upgrade', note);
    this.ours.on('upgrade', note);
    this.#takeOurs();
  }

  /** Adds a WebSocket route that our `@fastify/websocket` answers. */
  addRoute(url: string): void {
    if (this.#routes.findRoute('GET', url) === null) this.#routes.on('GET', url, () => {});
  }

  /**
   * Keeps our upgrades from other listeners. A listener cannot stop those after it, and a second one that
   * assigns a response to the same connection throws, which ends the process (`@fastify/http-proxy`).
   */
  #takeOurs(): void {
    const emit = this.#server.emit.bind(this.#server);
    this.#server.emit = (event: string | symbol, ...args: unknown[]): boolean => {
      const isOurs = event === 'upgrade' && this.#isOurs(args[0] as IncomingMessage);
      if (!isOurs) return emit(event as string, ...args);
      const socket = args[1] as Socket;
      // `@fastify/websocket` stops listening when the server begins to close.
      if (this.ours.listenerCount('upgrade') === 1) return refuse(socket);
      this.#watch(socket);
      return this.ours.emit('upgrade', ...args);
    };
  }

  #isOurs(request: IncomingMessage): boolean {
    const hasOthers = this.#server.listenerCount('upgrade') > this.#ownListeners;
    if (!hasOthers) return true;
    return this.#hasWebsocketPlugin && this.#routes.find('GET', this.#rewrite(request)) !== null;
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
    if (this.#refusedAfter > 0) return;
    this.#refusedAfter = timeout;
    this.#ownListeners++;
    this.#server.on('upgrade', (_request, stream) => this.#watch(stream as Socket));
  }

  #watch(socket: Socket): void {
    if (this.#refusedAfter === 0) return;
    const timer = setTimeout(() => {
      this.#recent.delete(socket);
      endIfRefused(socket);
    }, this.#refusedAfter).unref();
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

/** Answers as Fastify does while it closes. */
function refuse(socket: Socket): true {
  socket.once('finish', () => socket.destroy());
  // Node has removed its own listener.
  socket.on('error', () => {});
  socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  return true;
}

/** Only an upgraded socket has a `data` listener. */
function endIfRefused(socket: Socket): void {
  if (socket.listenerCount('data') === 0) socket.destroy();
}

const servers = new WeakMap<object, ServerUpgrades>();

/** The upgrades of a scope's server. Call before `@fastify/websocket` listens to that server. */
export function upgradesOf(scope: FastifyInstance): ServerUpgrades {
  const { server } = scope;
  const known = servers.get(server);
  if (known) return known;
  const upgrades = new ServerUpgrades(scope);
  servers.set(server, upgrades);
  return upgrades;
}

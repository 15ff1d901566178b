import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import websocketPlugin from '@fastify/websocket';
import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { WebSocket } from 'ws';
import { CloseCode } from '../protocol.js';
import { forEachUrl } from './router-config.js';
import { type ServerUpgrades, upgradesOf } from './upgrades.js';

/** Frames of one message. Chromium sends a mebibyte in thirty at most, and each takes memory beyond its bytes. */
const MAX_FRAGMENTS = 1024;

/**
 * Registers `@fastify/websocket` unless the app has. An app that uses that plugin registers it first, and
 * its options stay. A sibling scope of this plugin shares the server's upgrades: all instances mark an upgraded
 * request alike, so one listener is enough for the routes of all. The others get an emitter that never fires.
 */
export async function useWebsocket(scope: FastifyInstance, maxPayload: number): Promise<void> {
  const upgrades = upgradesOf(scope);
  if (scope.hasDecorator('websocketServer')) return;
  const server = upgrades.claimWebsocketPlugin() ? upgrades.ours : new EventEmitter();
  await scope.register(withoutHooks(websocketPlugin, upgrades), {
    options: {
      maxPayload,
      maxFragments: MAX_FRAGMENTS,
      perMessageDeflate: false,
      clientTracking: true,
      server: server as Server,
    },
    errorHandler: onSocketError,
    // Closes the sockets of the app's own routes, without waiting for their answer.
    preClose: (done) => {
      for (const client of scope.websocketServer.clients) client.close(CloseCode.goingAway, 'shutdown');
      scope.websocketServer.close();
      done();
    },
  });
  scope.addHook('onRoute', (route) => {
    if (route.websocket || route.wsHandler) forEachUrl(route, (url) => upgrades.addRoute(url));
  });
}

/** Hooks of `@fastify/websocket` that set `request.ws` and end refused sockets. */
const REPLACED_HOOKS = new Set(['onRequest', 'onResponse']);

/**
 * Registers a WebSocket plugin without the hooks that it would run for every request of the app. `request.ws` becomes a
 * getter, and `endRefusedHandshakes` ends its refused sockets.
 */
function withoutHooks<Options extends object>(
  plugin: FastifyPluginCallback<Options>,
  upgrades: ServerUpgrades,
): FastifyPluginCallback<Options> {
  return fastifyPlugin((scope: FastifyInstance, options: Options, done: () => void) => {
    scope.decorateRequest('ws', {
      getter(): boolean {
        return upgrades.of((this as FastifyRequest).raw) !== undefined;
      },
    });
    const addHook = (name: string, hook: never) =>
      REPLACED_HOOKS.has(name) ? scope : scope.addHook(name as never, hook);
    const own: Record<PropertyKey, unknown> = { addHook, decorateRequest: () => scope };
    const facade = new Proxy(scope, { get: (target, name) => own[name] ?? Reflect.get(target, name) });
    plugin(facade, options, done);
  });
}

/**
 * Ends the sockets of refused handshakes. Node hands such a socket over and forgets it: an open one would
 * stay for ever, and `fastify.close()` would wait for it.
 *
 * @param timeout how long the hooks of a handshake may take, in milliseconds
 */
export function endRefusedHandshakes(scope: FastifyInstance, timeout: number): void {
  const upgrades = upgradesOf(scope);
  // Ends it at once if a hook of this scope or an error handler answers.
  scope.addHook('onRequest', (request, reply, done) => {
    const upgrade = upgrades.of(request.raw);
    if (upgrade) reply.raw.once('finish', () => upgrade.stream.destroy());
    done();
  });
  upgrades.endRefusedAfter(timeout);
  scope.addHook('preClose', async () => upgrades.endRefused());
}

/** Logs broken frames at `debug`: anyone can send them, and they must not fill the log. */
function onSocketError(error: Error & { code?: string }, socket: WebSocket, { log }: FastifyRequest): void {
  if (error.code?.startsWith('WS_ERR_')) log.debug({ err: error }, 'issr: frame refused');
  else log.error(error);
  socket.terminate();
}

import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import websocketPlugin from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { CloseCode } from '../protocol.js';

/** Servers whose upgrades are listened to already: a second listener would answer each handshake twice. */
const listening = new WeakSet<object>();

/**
 * Makes sure that `scope` has `@fastify/websocket`. An app that uses it by itself has registered it
 * before, and its options stay. A sibling scope that has it too shares the server's upgrades: all
 * instances mark an upgraded request alike, so one listener is enough for the routes of all, and the
 * others get an emitter that never fires.
 */
export async function useWebsocket(scope: FastifyInstance, maxPayload: number): Promise<void> {
  if (scope.hasDecorator('websocketServer')) return;
  const server = listening.has(scope.server) ? (new EventEmitter() as Server) : undefined;
  listening.add(scope.server);
  await scope.register(websocketPlugin, {
    options: { maxPayload, perMessageDeflate: false, clientTracking: true, ...(server && { server }) },
    errorHandler: onSocketError,
    // The sockets of the app's own routes. Those that do not answer are not waited for.
    preClose: (done) => {
      for (const client of scope.websocketServer.clients) client.close(CloseCode.goingAway, 'shutdown');
      scope.websocketServer.close();
      done();
    },
  });
}

/** Frames that break RFC 6455 are no error of this server's: anyone can send them, and must not fill its log. */
function onSocketError(error: Error & { code?: string }, socket: WebSocket, { log }: FastifyRequest): void {
  if (error.code?.startsWith('WS_ERR_')) log.debug({ err: error }, 'issr: frame refused');
  else log.error(error);
  socket.terminate();
}

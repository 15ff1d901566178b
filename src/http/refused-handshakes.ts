import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

const watched = new WeakSet<object>();

/**
 * Ends the sockets of handshakes that were refused. Node hands such a socket over and forgets it: left
 * open, it would be held for ever, and `fastify.close()` would wait for it.
 *
 * @param timeout how long the hooks of a handshake may take
 */
export function endRefusedHandshakes(scope: FastifyInstance, timeout: number): void {
  // At once, where a hook of this scope or an error handler has answered.
  scope.addHook('onResponse', (request, _reply, done) => {
    const { upgrade } = request.raw as IncomingMessage & { upgrade?: boolean };
    if (upgrade && !request.ws) request.raw.socket.destroy();
    done();
  });
  if (watched.has(scope.server)) return;
  watched.add(scope.server);
  // In the end, where no hook ran: a URL that cannot be read, or a route of another scope.
  const recent = new Set<Socket>();
  scope.server.on('upgrade', (_request, stream) => {
    const socket = stream as Socket;
    const timer = setTimeout(() => {
      recent.delete(socket);
      endIfRefused(socket);
    }, timeout).unref();
    recent.add(socket);
    socket.once('close', () => {
      recent.delete(socket);
      clearTimeout(timer);
    });
  });
  scope.addHook('preClose', async () => {
    for (const socket of recent) if (socket.bytesWritten > 0) endIfRefused(socket);
  });
}

/** Nobody but a websocket listens to what comes. */
function endIfRefused(socket: Socket): void {
  if (socket.listenerCount('data') === 0) socket.destroy();
}

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { WebSocketServer } from 'ws';

export interface Outdated {
  /** Number of websockets that are still answered as by a server of another protocol version. */
  left: number;
}

/** Makes a site answer its next websockets as a server of another protocol version does: the page is loaded again. */
export function outdate({ server }: FastifyInstance): Outdated {
  const outdated: Outdated = { left: 0 };
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on('connection', (socket) => {
    socket.on('message', () => {
      socket.send('["reload"]');
      socket.close(1002, 'version');
    });
  });
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
  server.emit = (event: string, ...args: unknown[]): boolean => {
    if (event !== 'upgrade' || outdated.left === 0) return emit(event, ...args);
    outdated.left--;
    const [request, stream, head] = args as [IncomingMessage, Duplex, Buffer];
    sockets.handleUpgrade(request, stream, head, (socket) => sockets.emit('connection', socket));
    return true;
  };
  return outdated;
}

import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { corkForTurn } from './cork.js';
import type { Transport, TransportListener } from './transport.js';

/** Wraps a websocket and its stream. Listeners are attached at once, because the first message may have arrived already. */
export function createWsTransport(
  socket: WebSocket,
  stream: Socket,
  listen: (transport: Transport) => TransportListener,
): void {
  const transport: Transport = {
    kind: 'ws',
    get unsentBytes() {
      return socket.bufferedAmount;
    },
    send(text) {
      corkForTurn(stream);
      socket.send(text);
    },
    sendShared(message) {
      // An extension, such as compression, changes frames.
      if (socket.extensions !== '') socket.send(message.text);
      else if (socket.readyState === socket.OPEN) stream.write(message.frame);
    },
    // The browser answers by itself, even while the page's script sleeps.
    ping: () => socket.ping(),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  };
  const listener = listen(transport);
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) listener.onBinary();
    else listener.onMessage(data.toString());
  });
  socket.on('pong', () => listener.onPong());
  const onDrain = () => listener.onDrain();
  stream.on('drain', onDrain);
  // The listener of `@fastify/websocket`, or of the app that registered it, logs an error for each broken frame.
  socket.removeAllListeners('error');
  socket.on('error', (error: Error & { code?: string }) =>
    listener.onProtocolError(error.code ?? error.name, error),
  );
  socket.on('close', (code: number, reason: Buffer) => {
    stream.off('drain', onDrain);
    listener.onClose(code, reason.toString());
  });
}

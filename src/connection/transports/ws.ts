import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { cutOff } from '../../limits/cut-off.js';
import { INPUT_SHARE, pauseForTurn } from '../../limits/share-input.js';
import { corkForTurn } from './cork.js';
import type { SharedText } from './shared-text.js';
import { textFrame } from './text-frame.js';
import type { Transport, TransportListener } from './transport.js';

/** A class, because an object with functions of its own would take half a kilobyte more for each page. */
class WsTransport implements Transport {
  readonly kind = 'ws';
  readonly #socket: WebSocket;
  readonly #stream: Socket;
  /** An extension, such as compression, changes frames. */
  readonly #changesFrames: boolean;

  constructor(socket: WebSocket, stream: Socket) {
    this.#socket = socket;
    this.#stream = stream;
    this.#changesFrames = socket.extensions !== '';
  }

  get unsentBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string): void {
    corkForTurn(this.#stream);
    if (this.#changesFrames) this.#socket.send(text);
    else this.#write(textFrame(text));
  }

  sendShared({ text, frame }: SharedText): void {
    if (this.#changesFrames) this.#socket.send(text);
    else this.#write(frame);
  }

  #write(frame: Buffer): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#stream.write(frame);
  }

  /** The browser answers by itself, even while the page's script sleeps. */
  ping(): void {
    this.#socket.ping();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    cutOff(this.#stream);
    this.#socket.terminate();
  }
}

/** Wraps a websocket and its stream. Listeners are attached at once, because the first message may have arrived already. */
export function createWsTransport(
  socket: WebSocket,
  stream: Socket,
  listen: (transport: Transport) => TransportListener,
): void {
  const listener = listen(new WsTransport(socket, stream));
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) listener.onBinary();
    else listener.onMessage(data.toString());
  });
  socket.on('pong', () => listener.onPong());
  let read = 0;
  // Before `ws` parses the bytes, so that a message which they complete ends the count of its parts.
  stream.prependListener('data', ({ length }: Buffer) => {
    read += length;
    if (read < INPUT_SHARE) return;
    pauseForTurn(socket);
    listener.onPart(read);
    read = 0;
  });
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

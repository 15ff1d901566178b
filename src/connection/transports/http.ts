import type { FastifyReply } from 'fastify';
import { EVENT_STREAM_HEADERS } from '../../http/event-stream.js';
import { CloseCode, StreamEvent } from '../../protocol.js';
import type { Transport, TransportListener } from './transport.js';

/**
 * Milliseconds for which a connection still takes POSTs after its stream ended. A browser that leaves the
 * page ends the stream, and its last POST arrives on another socket.
 */
const LINGER = 2000;

/** Messages of one POST. A page queues far fewer, and a body of short ones would hold the event loop. */
const MAX_MESSAGES = 1000;

/**
 * Connections over plain HTTP, for networks that block websockets. The server sends server-sent events, and
 * the page POSTs one message per line. The stream's first event carries the key that each POST must name.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class HttpConnections {
  readonly #listeners = new Map<string, TransportListener>();
  readonly #createKey: () => string;

  /** @param createKey returns a new key that cannot be guessed */
  constructor(createKey: () => string) {
    this.#createKey = createKey;
  }

  /** Answers a GET with a stream that stays open. */
  open(reply: FastifyReply, listen: (transport: Transport) => TransportListener): void {
    const { raw } = reply;
    // The browser left while hooks ran, and no `close` follows.
    if (raw.destroyed) return void reply.hijack();
    const key = this.#createKey();
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      ...EVENT_STREAM_HEADERS,
    });
    reply.hijack();
    raw.write(`event: ${StreamEvent.open}\ndata: ${key}\n\n`);
    // 1006 unless the server closes it with another code.
    let ended: [code: number, reason: string] = [CloseCode.abnormal, ''];
    const listener = listen({
      kind: 'http',
      get unsentBytes() {
        return raw.writableLength;
      },
      send: (text) => raw.write(`data: ${text}\n\n`),
      sendShared: ({ text }) => raw.write(`data: ${text}\n\n`),
      ping: () => raw.write(`event: ${StreamEvent.ping}\ndata:\n\n`),
      close: (...close) => {
        ended = close;
        raw.end(`event: ${StreamEvent.close}\ndata: ${JSON.stringify(close)}\n\n`);
      },
      terminate: () => raw.destroy(),
    });
    this.#listeners.set(key, listener);
    raw.on('drain', () => listener.onDrain());
    raw.on('close', () => {
      if (raw.writableEnded) this.#close(key, ...ended);
      else setTimeout(() => this.#close(key, ...ended), LINGER).unref();
    });
  }

  #close(key: string, code: number, reason: string): void {
    this.#listeners.get(key)?.onClose(code, reason);
    this.#listeners.delete(key);
  }

  /** Receives the messages of a POST; too many are malformed. Returns false if no connection has this key. */
  receive(key: string, body: string): boolean {
    const listener = this.#listeners.get(key);
    if (!listener) return false;
    const texts = body.split('\n', MAX_MESSAGES + 1);
    // A malformed message ends the connection.
    for (const text of texts.length > MAX_MESSAGES ? [''] : texts) listener.onMessage(text);
    return true;
  }
}

import { randomUUID } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { EVENT_STREAM_HEADERS } from '../../http/event-stream.js';
import type { Transport, TransportListener } from './transport.js';

/**
 * How long a link whose stream has ended still takes what was posted before: the browser of a visitor who
 * leaves ends the stream, and what it says last comes by another connection.
 */
const LINGER = 2000;

/**
 * Links over plain HTTP, for where websockets do not get through: what the server says comes by
 * server-sent events, what the page says by POST, one message to a line. The stream's first event gives
 * the link's key, which the POSTs name.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class HttpLinks {
  readonly #listeners = new Map<string, TransportListener>();

  /** Answers a GET by a stream that stays open. */
  open(reply: FastifyReply, listen: (transport: Transport) => TransportListener): void {
    const key = randomUUID();
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      ...EVENT_STREAM_HEADERS,
    });
    raw.write(`event: link\ndata: ${key}\n\n`);
    // Until the server says another.
    let ended: [code: number, reason: string] = [1006, ''];
    const listener = listen({
      kind: 'http',
      get unsentBytes() {
        return raw.writableLength;
      },
      send: (text) => raw.write(`data: ${text}\n\n`),
      ping: () => raw.write('event: ping\ndata:\n\n'),
      close: (...close) => {
        ended = close;
        raw.end(`event: close\ndata: ${JSON.stringify(close)}\n\n`);
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

  /** Takes over what a POST brought. False: there is no such link. */
  receive(key: string, body: string): boolean {
    const listener = this.#listeners.get(key);
    if (!listener) return false;
    for (const text of body.split('\n')) listener.onMessage(text);
    return true;
  }
}

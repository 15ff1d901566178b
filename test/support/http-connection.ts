import assert from 'node:assert/strict';
import type { ServerMessage } from '../../src/protocol.js';
import { EventParser, type ReceivedEvent } from './event-parser.js';

/** A connection over plain HTTP, like a browser's EventSource and fetch. */
export class HttpConnection {
  readonly #origin: string;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #parser = new EventParser();
  #received: ReceivedEvent[] = [];
  key = '';

  private constructor(origin: string, reader: ReadableStreamDefaultReader<string>) {
    this.#origin = origin;
    this.#reader = reader;
  }

  static async open(origin: string, headers: Record<string, string> = {}): Promise<HttpConnection> {
    const response = await fetch(`${origin}/issr/stream`, { headers });
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
    assert.ok(response.body);
    const connection = new HttpConnection(
      origin,
      response.body.pipeThrough(new TextDecoderStream()).getReader(),
    );
    connection.key = (await connection.nextEvent()).data;
    return connection;
  }

  post(...messages: unknown[]): Promise<Response> {
    return this.postText(messages.map((message) => JSON.stringify(message)).join('\n'));
  }

  postText(body: string, headers: Record<string, string> = { origin: this.#origin }): Promise<Response> {
    return fetch(`${this.#origin}/issr/send?link=${this.key}`, { method: 'POST', body, headers });
  }

  async next(): Promise<ServerMessage> {
    return JSON.parse((await this.nextEvent()).data);
  }

  /** The code and reason of the server's close, and then the stream's end. */
  async closed(): Promise<unknown> {
    const { type, data } = await this.nextEvent();
    assert.equal(type, 'close');
    assert.equal((await this.#reader.read()).done, true);
    return JSON.parse(data);
  }

  leave(): Promise<void> {
    return this.#reader.cancel();
  }

  async nextEvent(): Promise<ReceivedEvent> {
    for (;;) {
      const event = this.#received.shift();
      if (event) return event;
      const { value, done } = await this.#reader.read();
      assert.equal(done, false, 'the stream ended');
      this.#received = this.#parser.push(value ?? '');
    }
  }
}

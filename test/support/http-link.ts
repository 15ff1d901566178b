import assert from 'node:assert/strict';
import type { ServerMessage } from '../../src/protocol.js';

/** A connection over plain HTTP, like a browser's EventSource and fetch. */
export class HttpLink {
  readonly #origin: string;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = '';
  key = '';

  private constructor(origin: string, reader: ReadableStreamDefaultReader<string>) {
    this.#origin = origin;
    this.#reader = reader;
  }

  static async open(origin: string, headers: Record<string, string> = {}): Promise<HttpLink> {
    const response = await fetch(`${origin}/issr/stream`, { headers });
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
    assert.ok(response.body);
    const link = new HttpLink(origin, response.body.pipeThrough(new TextDecoderStream()).getReader());
    link.key = (await link.nextEvent()).data;
    return link;
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

  async nextEvent(): Promise<{ type: string; data: string }> {
    let end = this.#text.indexOf('\n\n');
    while (end < 0) {
      const { value, done } = await this.#reader.read();
      assert.equal(done, false, 'the stream ended');
      this.#text += value;
      end = this.#text.indexOf('\n\n');
    }
    const event = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 2);
    const fields = new Map(event.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
    return { type: fields.get('event') ?? 'message', data: fields.get('data') ?? '' };
  }
}

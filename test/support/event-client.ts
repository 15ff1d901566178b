import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { EventParser, type ReceivedEvent } from './event-parser.js';
import { PATIENCE_MS } from './wait.js';

/** A client of server-sent events. A test takes the received events one by one. */
export class EventClient {
  readonly response: IncomingMessage;
  isEnded = false;
  readonly #came: ReceivedEvent[] = [];
  readonly #parser: EventParser;
  #onCame: () => void = () => {};

  private constructor(response: IncomingMessage, lastEventId: string) {
    this.response = response;
    this.#parser = new EventParser(lastEventId);
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#read(text));
    response.on('error', () => {});
    response.on('close', () => {
      this.isEnded = true;
      this.#onCame();
    });
  }

  static async open(
    url: string,
    lastEventId = '',
    headers: Record<string, string> = {},
  ): Promise<EventClient> {
    const id = lastEventId === '' ? undefined : Buffer.from(lastEventId).toString('latin1');
    const asked = request(url, {
      agent: false,
      headers: { ...(id && { 'last-event-id': id }), ...headers },
    }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return new EventClient(response, lastEventId);
  }

  /** Id that a reconnecting browser sends. */
  get lastEventId(): string {
    return this.#parser.lastEventId;
  }

  get retry(): number | null {
    return this.#parser.retry;
  }

  get comments(): number {
    return this.#parser.comments;
  }

  /** The next event; null at the end. */
  async next(): Promise<ReceivedEvent | null> {
    await this.#wait(() => this.#came.length > 0, 'an event');
    return this.#came.shift() ?? null;
  }

  async nextData(): Promise<string | undefined> {
    return (await this.next())?.data;
  }

  /** Resolves when this number of comments was received. */
  heartbeats(count: number): Promise<void> {
    return this.#wait(() => this.comments >= count, `${count} comments`);
  }

  /** Resolves when the server has sent an id to a browser that has no event yet. */
  placed(): Promise<void> {
    return this.#wait(() => this.lastEventId !== '', 'an id');
  }

  /** Events received and not yet taken. */
  get came(): readonly ReceivedEvent[] {
    return this.#came;
  }

  leave(): void {
    this.response.destroy();
  }

  /** Resolves at the end of the stream too. Comments do not extend the time limit. */
  async #wait(is: () => boolean, what: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!is() && !this.isEnded) {
      await new Promise<void>((resolve, reject) => {
        const timeout = setTimeout(() => reject(new Error(`${what} did not come`)), end - performance.now());
        this.#onCame = () => {
          clearTimeout(timeout);
          resolve();
        };
      });
    }
  }

  #read(text: string): void {
    this.#came.push(...this.#parser.push(text));
    this.#onCame();
  }
}

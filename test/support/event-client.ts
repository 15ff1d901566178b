import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

export interface ReceivedEvent {
  type: string;
  data: string;
  id: string;
}

/** A client of server-sent events, by the rules of the standard: what came is taken one by one. */
export class EventClient {
  readonly response: IncomingMessage;
  /** Last-Event-ID of a reconnecting browser. */
  lastEventId: string;
  retry: number | null = null;
  comments = 0;
  isEnded = false;
  readonly #came: ReceivedEvent[] = [];
  #text = '';
  #onCame: () => void = () => {};

  private constructor(response: IncomingMessage, lastEventId: string) {
    this.response = response;
    this.lastEventId = lastEventId;
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

  /** The next event; null at the end. */
  async next(): Promise<ReceivedEvent | null> {
    while (this.#came.length === 0 && !this.isEnded) await this.#wait();
    return this.#came.shift() ?? null;
  }

  async nextData(): Promise<string | undefined> {
    return (await this.next())?.data;
  }

  /** Resolves when this number of comments was received. */
  async heartbeats(count: number): Promise<void> {
    while (this.comments < count && !this.isEnded) await this.#wait();
  }

  /** Resolves once the server has said where a browser is that had no event yet. */
  async placed(): Promise<void> {
    while (this.lastEventId === '' && !this.isEnded) await this.#wait();
  }

  /** Events received and not yet taken. */
  get came(): readonly ReceivedEvent[] {
    return this.#came;
  }

  leave(): void {
    this.response.destroy();
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#onCame = resolve;
    });
  }

  #read(text: string): void {
    const [rest = '', ...blocks] = `${this.#text}${text}`.split('\n\n').reverse();
    this.#text = rest;
    for (const block of blocks.reverse()) this.#dispatch(block);
    this.#onCame();
  }

  #dispatch(block: string): void {
    const data: string[] = [];
    let type = 'message';
    for (const line of block.split('\n')) {
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (name === '') this.comments++;
      else if (name === 'data') data.push(value);
      else if (name === 'event') type = value;
      else if (name === 'id') this.lastEventId = value;
      else if (name === 'retry') this.retry = Number(value);
    }
    if (data.length > 0) this.#came.push({ type, data: data.join('\n'), id: this.lastEventId });
  }
}

import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface Closed {
  code: number;
  reason: string;
}

/** A websocket client of a test: what came is taken one by one, in order. */
export class SocketClient {
  readonly ws: WebSocket;
  readonly closed: Promise<Closed>;
  readonly #came: (string | Buffer)[] = [];
  #onCame: () => void = () => {};

  private constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('message', (data: Buffer, isBinary: boolean) => {
      this.#came.push(isBinary ? data : data.toString());
      this.#onCame();
    });
    this.closed = new Promise((resolve) =>
      ws.once('close', (code: number, reason: Buffer) => resolve({ code, reason: reason.toString() })),
    );
  }

  static async open(
    origin: string,
    path: string,
    headers: Record<string, string> = {},
  ): Promise<SocketClient> {
    const ws = new WebSocket(origin.replace('http', 'ws') + path, { headers: { origin, ...headers } });
    // Before it is open, as the first message may come with the answer to the handshake.
    const client = new SocketClient(ws);
    await once(ws, 'open');
    return client;
  }

  send(data: string | Buffer): void {
    this.ws.send(data);
  }

  async next(): Promise<string | Buffer> {
    while (this.#came.length === 0)
      await new Promise<void>((resolve) => {
        this.#onCame = resolve;
      });
    return this.#came.shift() ?? '';
  }

  /** Messages received and not yet taken. */
  get came(): readonly (string | Buffer)[] {
    return this.#came;
  }
}

/** The status that answers a handshake: 101 where it is taken. */
export async function handshakeStatus(
  origin: string,
  path: string,
  headers: Record<string, string> = { origin },
): Promise<number> {
  const ws = new WebSocket(origin.replace('http', 'ws') + path, { headers });
  ws.on('error', () => {});
  try {
    return await Promise.race([
      once(ws, 'open').then(() => 101),
      once(ws, 'unexpected-response').then(([, response]) => Number(response.statusCode)),
    ]);
  } finally {
    ws.terminate();
  }
}

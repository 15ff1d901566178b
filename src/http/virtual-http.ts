import { EventEmitter } from 'node:events';
import {
  IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';

/** What of a connection's socket a handler may ask for, long after the handshake. Nothing is ever written to it. */
export class PeerSocket extends EventEmitter {
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  readonly remoteFamily: string | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  /** Decides `request.protocol`, and by it whether sessions are saved at all. */
  readonly encrypted: boolean;
  readonly destroyed = false;
  readonly readable = true;
  readonly writable = true;

  constructor(socket: Socket) {
    super();
    this.remoteAddress = socket.remoteAddress;
    this.remotePort = socket.remotePort;
    this.remoteFamily = socket.remoteFamily;
    this.localAddress = socket.localAddress;
    this.localPort = socket.localPort;
    this.encrypted = (socket as Socket & { encrypted?: boolean }).encrypted === true;
  }

  destroy(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }
}

/** Who asks: the headers of the joined connection's handshake, its cookies kept up to date, and its socket's addresses. */
export interface HandshakeContext {
  headers: Record<string, string | string[]>;
  socket: PeerSocket;
}

/** A request that did not come by its own bytes: a real `IncomingMessage` without a body, as Fastify and its plugins expect. */
export function createRequest({ socket, headers }: HandshakeContext, url: string): IncomingMessage {
  const request = new IncomingMessage(socket as unknown as Socket);
  request.method = 'GET';
  request.url = url;
  request.headers = { ...headers };
  request.httpVersion = '1.1';
  request.httpVersionMajor = 1;
  request.httpVersionMinor = 1;
  request.complete = true;
  request.push(null);
  return request;
}

/** What a captured response said. */
export interface CapturedResult {
  status: number;
  headers: OutgoingHttpHeaders;
  body: string;
}

type Callback = (() => void) | null | undefined;

/** A real `ServerResponse` whose head and body are kept instead of written. */
export class CapturedResponse extends ServerResponse {
  #head: OutgoingHttpHeaders | undefined;
  #chunks: (string | Uint8Array)[] = [];
  readonly #onAnswer: (answer: CapturedResult) => void;
  readonly #keepsStream: () => boolean;

  /**
   * @param keepsStream asked when a body comes in pieces: false, nobody would read it, and its head is
   *   the answer. It may be a large file, or events that never end.
   */
  constructor(
    request: IncomingMessage,
    onAnswer: (answer: CapturedResult) => void,
    keepsStream: () => boolean,
  ) {
    super(request);
    this.#onAnswer = onAnswer;
    this.#keepsStream = keepsStream;
  }

  get hasHead(): boolean {
    return this.#head !== undefined;
  }

  override writeHead(
    status: number,
    reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
    headers?: OutgoingHttpHeaders | OutgoingHttpHeader[],
  ): this {
    const given = typeof reason === 'object' ? reason : headers;
    this.statusCode = status;
    this.#head = { ...this.getHeaders(), ...(Array.isArray(given) ? undefined : given) };
    return this;
  }

  override flushHeaders(): void {
    this.#keepHead();
    if (!this.#keepsStream()) this.#cutOff();
  }

  override write(
    chunk: unknown,
    encoding?: BufferEncoding | Callback | ((error?: Error | null) => void),
    done?: (error?: Error | null) => void,
  ): boolean {
    this.flushHeaders();
    if (this.finished) return false;
    this.#add(chunk);
    const callback = typeof encoding === 'function' ? encoding : done;
    if (callback) process.nextTick(callback);
    return true;
  }

  override end(chunk?: unknown, encoding?: BufferEncoding | Callback, done?: Callback): this {
    if (this.finished) return this;
    this.#keepHead();
    if (typeof chunk !== 'function') this.#add(chunk);
    this.finished = true;
    const callback = [chunk, encoding, done].find((given) => typeof given === 'function') as Callback;
    process.nextTick(() => {
      this.emit('finish');
      callback?.();
      this.emit('close');
    });
    this.#answer(this.statusCode);
    return this;
  }

  /** A response that is destroyed before its end is no answer: 500. */
  override destroy(error?: Error): this {
    if (!this.finished) {
      this.finished = true;
      if (error && this.listenerCount('error') > 0) process.nextTick(() => this.emit('error', error));
      this.#answer(500);
    }
    return this;
  }

  #keepHead(): void {
    this.#head ??= this.getHeaders();
  }

  /** Who writes sees a connection that has closed. */
  #cutOff(): void {
    if (this.finished) return;
    this.finished = true;
    process.nextTick(() => this.emit('close'));
    this.#answer(this.statusCode);
  }

  #add(chunk: unknown): void {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) this.#chunks.push(chunk);
  }

  #answer(status: number): void {
    this.#onAnswer({ status, headers: this.#head ?? {}, body: join(this.#chunks) });
  }
}

// Node's types call it a property, which a class cannot override by a getter; at run time it is a getter.
Object.defineProperty(CapturedResponse.prototype, 'headersSent', {
  get(this: CapturedResponse) {
    return this.hasHead;
  },
});

/** A page comes as one string. Bytes of a stream are joined before they are decoded, as a character may be cut in two. */
function join(chunks: (string | Uint8Array)[]): string {
  const [first = ''] = chunks;
  if (chunks.length < 2 && typeof first === 'string') return first;
  return Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as string))).toString('utf8');
}

import { EventEmitter } from 'node:events';
import {
  IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { HtmlPieces } from '../html/pieces/html-pieces.js';

/** The socket properties that handlers may still read after the handshake. Nothing is ever written to it. */
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

/** The visitor behind a request: the headers of a handshake, its cookies kept up to date, and the socket's addresses. */
export interface HandshakeContext {
  headers: Record<string, string | string[]>;
  socket: PeerSocket;
  /** Scheme and host of the site, which `trustProxy` and HTTP/2 may take from elsewhere than `Host`. Undefined as `requestId`. */
  origin?: string;
  /** Fastify's id of the handshake. Undefined if the requests are part of the request that they are made for. */
  requestId?: string;
}

/**
 * Headers that describe one connection or the encoding of one response. Without `accept-encoding` no
 * plugin compresses a response that is never written.
 */
const perConnection =
  /^(connection|upgrade|accept|accept-encoding|content-length|content-type|transfer-encoding|cache-control|pragma|origin|sec-websocket-.*|sec-fetch-.*|keep-alive|te|expect)$/;

/** Sends these cookies with all later requests of a peer. */
export function setPeerCookies(peer: HandshakeContext, cookie: string | undefined): void {
  const { cookie: _before, ...headers } = peer.headers;
  peer.headers = cookie === undefined ? headers : { ...headers, cookie };
}

/** The visitor who sent a request, for later requests in that visitor's name. */
export function peerOf({ raw }: { raw: IncomingMessage }): HandshakeContext {
  const headers: HandshakeContext['headers'] = { accept: 'text/html' };
  for (const [name, value] of Object.entries(raw.headers)) {
    if (value !== undefined && !perConnection.test(name)) headers[name] = value;
  }
  return { headers, socket: new PeerSocket(raw.socket) };
}

/** Headers that name one request and its trace. */
const tracing = /^(traceparent|tracestate|baggage|b3|x-b3-.*|.*-(request|correlation|trace)-id)$/;

/** Returns the peer of a connection. Its events are requests with ids and traces of their own, not those of the handshake. */
export function handshakeOf(request: FastifyRequest): HandshakeContext {
  const peer = peerOf(request);
  const { requestIdHeader } = request.server.initialConfig;
  for (const name of Object.keys(peer.headers)) {
    if (name === requestIdHeader || tracing.test(name)) delete peer.headers[name];
  }
  return { ...peer, origin: `${request.protocol}://${request.host}`, requestId: request.id };
}

/** A request without a socket of its own. A handler may destroy it, as any other request. */
class VirtualRequest extends IncomingMessage {
  /** The body ends when someone reads it. */
  override _read(): void {
    this.push(null);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    done(this.listenerCount('error') > 0 ? error : null);
  }
}

/** Makes a GET request in memory: a real `IncomingMessage` without a body, as Fastify and its plugins expect. */
export function createRequest({ socket, headers }: HandshakeContext, url: string): IncomingMessage {
  const request = new VirtualRequest(socket as unknown as Socket);
  request.method = 'GET';
  request.url = url;
  request.headers = { ...headers };
  request.httpVersion = '1.1';
  request.httpVersionMajor = 1;
  request.httpVersionMinor = 1;
  request.complete = true;
  return request;
}

/** Status, headers and body of a captured response. */
export interface CapturedResult {
  status: number;
  headers: OutgoingHttpHeaders;
  body: string;
  /** The body of a long page in pieces. Its text is then not flat until its first read. */
  pieces?: HtmlPieces | undefined;
  /** The body as it was written, if that was not text. */
  bytes?: Buffer;
}

type Callback = (() => void) | null | undefined;

/** A real `ServerResponse` that keeps head and body instead of writing them. */
export class CapturedResponse extends ServerResponse {
  #head: OutgoingHttpHeaders | undefined;
  #chunks: (string | Uint8Array)[] = [];
  readonly #onAnswer: (answer: CapturedResult) => void;
  readonly #maxBody: (head: OutgoingHttpHeaders) => number;
  #bytes = 0;

  /**
   * @param maxBody called when a body is written in pieces. Returns the bytes after which the response ends: 0 for a
   *   body that may be a large file or an endless event stream.
   */
  constructor(
    request: IncomingMessage,
    onAnswer: (answer: CapturedResult) => void,
    maxBody: (head: OutgoingHttpHeaders) => number,
  ) {
    super(request);
    keepMethods(this);
    this.#onAnswer = onAnswer;
    this.#maxBody = maxBody;
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
    if (this.#maxBody(this.#head ?? {}) <= this.#bytes) this.#cutOff();
  }

  override write(
    chunk: unknown,
    encoding?: BufferEncoding | Callback | ((error?: Error | null) => void),
    done?: (error?: Error | null) => void,
  ): boolean {
    this.flushHeaders();
    if (this.finished) return false;
    this.#add(chunk);
    this.#bytes += (chunk as string | Uint8Array).length;
    const callback = typeof encoding === 'function' ? encoding : done;
    if (callback) process.nextTick(callback);
    return true;
  }

  override end(chunk?: unknown, encoding?: BufferEncoding | Callback, done?: Callback): this {
    if (this.finished) return this;
    this.#keepHead();
    if (typeof chunk !== 'function') this.#add(chunk);
    this.finished = true;
    const given = typeof chunk === 'function' ? chunk : typeof encoding === 'function' ? encoding : done;
    const callback = given as Callback;
    process.nextTick(() => {
      this.emit('finish');
      callback?.();
      this.emit('close');
    });
    this.#answer(this.statusCode);
    return this;
  }

  /** Answers 500 for a response that is destroyed before its end. */
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

  /** The writer sees a closed connection. */
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
    const bytes = bytesOf(this.#chunks);
    const body = bytes?.toString('utf8') ?? (this.#chunks[0] as string | undefined) ?? '';
    this.#onAnswer({ status, headers: this.#head ?? {}, body, ...(bytes && { bytes }) });
  }
}

/**
 * Makes the methods the response's own. `@fastify/express` replaces its prototype, and without them the answer
 * would be written to a connection that does not exist.
 */
function keepMethods(response: CapturedResponse): void {
  const { writeHead, flushHeaders, write, end, destroy } = CapturedResponse.prototype;
  response.writeHead = writeHead;
  response.flushHeaders = flushHeaders;
  response.write = write;
  response.end = end;
  response.destroy = destroy;
}

// Node's types declare a property, which a class cannot override by a getter. At run time it is a getter.
Object.defineProperty(CapturedResponse.prototype, 'headersSent', {
  get(this: CapturedResponse) {
    return this.hasHead;
  },
});

/** Joins the bytes of a stream before decoding, because a character may be split between two chunks. A page is one string. */
function bytesOf(chunks: (string | Uint8Array)[]): Buffer | undefined {
  const [first = ''] = chunks;
  if (chunks.length < 2 && typeof first === 'string') return undefined;
  return Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as string)));
}

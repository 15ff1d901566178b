import { type IncomingHttpHeaders, request as sendRequest } from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';
import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { WebSocket } from 'ws';

/** The limit of browsers: https://fetch.spec.whatwg.org/#http-redirect-fetch */
const MAX_REDIRECTS = 20;

export interface NetworkRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

export interface NetworkResponse {
  /** After redirects. */
  url: URL;
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Part of jsdom's `CookieJar`, whose types an app need not have. */
export interface CookieStore {
  getCookieStringSync(url: string): string;
  setCookieSync(cookie: string, url: string, options: { ignoreError: boolean }): unknown;
}

/** The visitor whose requests go to the server. Several tabs may share one. */
export interface Visitor {
  cookies: CookieStore;
  /** Sent with each request and handshake. */
  headers: Record<string, string>;
}

/** The line between one tab and the server: HTTP and WebSockets over streams in memory. No port is opened. */
export class Network {
  readonly #fastify: FastifyInstance;
  readonly #visitor: Visitor;
  readonly #sockets = new Set<WebSocket>();
  #isOnline = true;
  /** Requests without their response. */
  pending = 0;

  constructor(fastify: FastifyInstance, visitor: Visitor) {
    this.#fastify = fastify;
    this.#visitor = visitor;
  }

  get isOnline(): boolean {
    return this.#isOnline;
  }

  /** Cuts or mends the line. A cut one drops its WebSockets without a closing handshake. */
  set isOnline(isOnline: boolean) {
    this.#isOnline = isOnline;
    if (!isOnline) for (const socket of this.#sockets) socket.terminate();
  }

  /** Sends a request, follows redirects, and stores cookies, as a browser does. */
  async fetch(url: URL, init: NetworkRequest = {}): Promise<NetworkResponse> {
    this.pending++;
    try {
      let response = await this.#send(url, init);
      for (let count = 0; isRedirect(response); count++) {
        if (count === MAX_REDIRECTS) throw new Error(`More than ${MAX_REDIRECTS} redirects from ${url}`);
        const next = new URL(response.headers.location ?? '', response.url);
        const keepsMethod = response.status === 307 || response.status === 308;
        response = await this.#send(next, keepsMethod ? init : { headers: init.headers });
      }
      return response;
    } finally {
      this.pending--;
    }
  }

  openSocket(url: URL): WebSocket {
    const address = new URL(url);
    address.protocol = 'ws:';
    const socket = new WebSocket(address, {
      createConnection: () => this.#connect(),
      perMessageDeflate: false,
      headers: this.#headers(url, { origin: originOf(url) }),
    });
    this.#sockets.add(socket);
    socket.on('upgrade', ({ headers }) => this.#storeCookies(url, headers));
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }

  #send(url: URL, { method = 'GET', headers, body }: NetworkRequest): Promise<NetworkResponse> {
    const own: Record<string, string> = method === 'GET' ? {} : { origin: originOf(url) };
    return new Promise((resolve, reject) => {
      const request = sendRequest({
        createConnection: () => this.#connect(),
        method,
        path: url.pathname + url.search,
        // jsdom asks for compressed scripts, and nothing here decodes them.
        headers: this.#headers(url, { ...own, ...headers, 'accept-encoding': 'identity' }),
      });
      request.on('error', reject);
      request.on('response', async (response) => {
        this.#storeCookies(url, response.headers);
        const chunks: Buffer[] = [];
        try {
          for await (const chunk of response) chunks.push(chunk);
          const { statusCode = 0, headers } = response;
          resolve({ url, status: statusCode, headers, body: Buffer.concat(chunks) });
        } catch (error) {
          reject(error);
        }
      });
      request.end(body);
    });
  }

  /** Node's server takes any stream as a connection: https://nodejs.org/api/http.html#event-connection */
  #connect(): Duplex {
    const [near, far] = duplexPair();
    // In Node 20, a destroyed side leaves the other one open: a WebSocket would wait 30 seconds for its peer.
    far.once('close', () => near.destroy());
    near.once('close', () => far.destroy());
    if (this.#isOnline) accept(this.#fastify, far);
    else process.nextTick(() => near.destroy(new Error('The page is offline')));
    return near;
  }

  #headers(url: URL, own: Record<string, string>): Record<string, string> {
    const cookie = this.#visitor.cookies.getCookieStringSync(url.href);
    return { host: url.host, ...(cookie && { cookie }), ...own, ...this.#visitor.headers };
  }

  #storeCookies(url: URL, headers: IncomingHttpHeaders): void {
    for (const cookie of headers['set-cookie'] ?? [])
      this.#visitor.cookies.setCookieSync(cookie, url.href, { ignoreError: true });
  }
}

/** Whether browsers reach the app by HTTPS. */
export const isSecure = ({ server }: FastifyInstance): boolean => server instanceof TlsServer;

/** A server with TLS takes the streams behind its handshake too. One of HTTP/2 then looks at their protocol. */
function accept(fastify: FastifyInstance, socket: Duplex): void {
  const { server } = fastify;
  if (!isSecure(fastify)) server.emit('connection', Object.assign(socket, SOCKET));
  else server.emit('secureConnection', Object.assign(socket, SOCKET, { server, ...TLS }));
}

const TLS = { encrypted: true, alpnProtocol: 'http/1.1' };

/** Properties of a TCP socket that servers use. */
const SOCKET = {
  remoteAddress: '127.0.0.1',
  setTimeout: returnThis,
  setKeepAlive: returnThis,
  setNoDelay: returnThis,
};

function returnThis<T>(this: T): T {
  return this;
}

const isRedirect = ({ status, headers }: NetworkResponse): boolean =>
  /^30[12378]$/.test(String(status)) && headers.location !== undefined;

const originOf = ({ protocol, host }: URL): string => `${protocol.replace('ws', 'http')}//${host}`;

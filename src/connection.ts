import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import { headersForPage } from './dispatch.js';
import { errors } from './errors.js';
import { type Peer, PeerSocket } from './exchange.js';
import { type Join, type Joining, join } from './join.js';
import { formatMessage, parseMessage } from './messages.js';
import type { Page } from './page.js';
import { type ClientMessage, CloseCode, type ServerMessage } from './protocol.js';
import type { PageEvent } from './queue.js';
import type { Runtime } from './runtime.js';
import type { Transport, TransportListener } from './transports/transport.js';

/** One live link of a page: receives, checks, queues; sends. Until its `join` it has no page. */
export class Connection implements TransportListener, Joining {
  readonly request: FastifyRequest;
  readonly peer: Peer;
  readonly opened = Date.now();
  /** When the other side last said something. */
  heard = Date.now();
  page: Page | null = null;
  readonly #runtime: Runtime;
  readonly #transport: Transport;
  readonly #log: FastifyBaseLogger;
  readonly #onClosed: () => void;
  #ended = false;

  constructor(runtime: Runtime, transport: Transport, request: FastifyRequest, onClosed: () => void) {
    this.#runtime = runtime;
    this.#transport = transport;
    this.#log = request.log;
    this.#onClosed = onClosed;
    this.request = request;
    this.peer = { headers: headersForPage(request.headers), socket: new PeerSocket(request.raw.socket) };
  }

  onMessage(text: string): void {
    if (this.#ended) return;
    this.heard = Date.now();
    try {
      this.#receive(parseMessage(text));
    } catch (error) {
      this.#refuse(error);
    }
  }

  onBinary(): void {
    this.end(CloseCode.unsupportedData, 'text only');
  }

  onClose(): void {
    this.#ended = true;
    this.#onClosed();
    if (this.page?.link === this) this.#runtime.pages.detach(this.page);
  }

  send(message: ServerMessage): void {
    if (!this.#ended) this.#transport.send(formatMessage(message));
  }

  end(code: number, reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#transport.close(code, reason);
  }

  terminate(): void {
    this.#ended = true;
    this.#transport.terminate();
  }

  #receive(message: ClientMessage): void {
    const { page } = this;
    if (message[0] === 'ping') this.send(['pong']);
    else if (message[0] === 'join') this.#onJoin(message);
    else if (!page) throw new errors.ISSR_ERR_MESSAGE(`'${message[0]}' before 'join'`);
    else if (message[0] === 'event') this.#onEvent(page, message);
    else if (message[0] === 'params') page.queue.add(message[1]);
    else if (message[0] === 'resync') this.#onResync(page);
    else this.#onBye(page);
  }

  #onJoin(message: Join): void {
    if (this.page) throw new errors.ISSR_ERR_MESSAGE('joined twice');
    join(this.#runtime, this, message);
  }

  /** An event that was sent again and has run already is not run twice. */
  #onEvent(
    page: Page,
    [, number, change, actions, url]: Extract<ClientMessage, ['event', ...unknown[]]>,
  ): void {
    if (number <= page.lastQueued) return;
    if (number !== page.lastQueued + 1) throw new errors.ISSR_ERR_MESSAGE(`event ${number} out of order`);
    const event: PageEvent = { number, change, actions, url };
    const { maxQueuedEvents } = this.#runtime.options;
    if (page.queue.waiting >= maxQueuedEvents) throw new errors.ISSR_ERR_QUEUE_FULL(maxQueuedEvents);
    page.lastQueued = number;
    page.queue.add(event);
  }

  #onResync(page: Page): void {
    this.#runtime.pages.dropHtml(page);
    void page.queue.push();
  }

  #onBye(page: Page): void {
    this.#runtime.pages.forget(page, 'left');
    this.end(1000, 'bye');
  }

  /** Everything that a page can send wrong ends its connection, with a code that says whose fault it is. */
  #refuse(error: unknown): void {
    if (error instanceof errors.ISSR_ERR_TOKEN || error instanceof errors.ISSR_ERR_TOKEN_EXPIRED) {
      this.send(['reload']);
      this.end(CloseCode.policyViolation, error.code);
    } else if (error instanceof errors.ISSR_ERR_QUEUE_FULL) {
      this.end(CloseCode.policyViolation, error.code);
    } else if (error instanceof errors.ISSR_ERR_MESSAGE) {
      this.end(CloseCode.protocolError, error.code);
    } else {
      this.#log.error({ err: error }, 'issr: a message failed');
      this.end(CloseCode.internalError, 'internal error');
      return;
    }
    this.#log.debug({ err: error, page: this.page?.id }, 'issr: message refused');
  }
}

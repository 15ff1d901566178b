import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import { errors, type IssrErrorCode } from '../errors.js';
import { type HandshakeContext, peerOf } from '../http/virtual-http.js';
import type { Page } from '../page/page.js';
import { limitEntries } from '../page/params.js';
import type { QueueItem } from '../page/render-queue.js';
import {
  type ClientMessage,
  CloseCode,
  type ParamChange,
  type ServerMessage,
  type UploadEntries,
} from '../protocol.js';
import type { Runtime } from '../runtime.js';
import { type Join, type Joining, join } from './join.js';
import { formatMessage, formatPatch, parseMessage } from './messages.js';
import type { Transport, TransportListener } from './transports/transport.js';

const closeCodes: { [Code in IssrErrorCode]?: number } = {
  ISSR_ERR_MESSAGE: CloseCode.protocolError,
  ISSR_ERR_TOKEN: CloseCode.policyViolation,
  ISSR_ERR_TOKEN_EXPIRED: CloseCode.policyViolation,
  ISSR_ERR_PARAMS: CloseCode.policyViolation,
  ISSR_ERR_QUEUE_FULL: CloseCode.policyViolation,
  ISSR_ERR_PAGES: CloseCode.tryAgainLater,
};

type EventMessage = Extract<ClientMessage, ['event', ...unknown[]]>;

/** The live connection of a page: receives, checks, queues and sends messages. `page` is null until `join`. */
export class Connection implements TransportListener, Joining {
  readonly request: FastifyRequest;
  readonly peer: HandshakeContext;
  readonly opened = Date.now();
  page: Page | null = null;
  /** When the browser last sent something. */
  #lastSeen = this.opened;
  /** When the server last pinged it. */
  #lastPing = this.opened;
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
    this.peer = peerOf(request);
  }

  onMessage(text: string): void {
    if (this.#ended) return;
    this.#lastSeen = Date.now();
    try {
      this.#receive(parseMessage(text), text.length);
    } catch (error) {
      this.refuse(error);
    }
  }

  onPong(): void {
    if (!this.#ended) this.#lastSeen = Date.now();
  }

  /** Detects a dead peer within two intervals, if called several times per interval. */
  checkHeartbeat(now: number): void {
    const { pingInterval } = this.#runtime.options;
    const waited = now - this.#lastPing;
    if (this.#lastSeen < this.#lastPing && waited > pingInterval / 2) this.terminate();
    else if (waited >= pingInterval) {
      this.#lastPing = now;
      this.#transport.ping();
    }
  }

  onBinary(): void {
    this.#runtime.refusals.count('binary');
    this.end(CloseCode.unsupportedData, 'text only');
  }

  onProtocolError(what: string, error: Error): void {
    this.#runtime.refusals.count(what);
    this.#log.debug({ err: error, page: this.page?.id }, 'issr: connection broken');
    this.#onEnd();
  }

  onClose(code: number, reason: string): void {
    this.#ended = true;
    this.#onClosed();
    this.#log.debug({ page: this.page?.id, code, reason }, 'issr: connection closed');
    if (this.page?.connection === this) this.#runtime.pages.detach(this.page);
  }

  /** The browser reads more slowly than the server writes. */
  get isBehind(): boolean {
    return this.#transport.unsentBytes > this.#runtime.options.maxUnsentBytes;
  }

  send(message: ServerMessage): void {
    if (!this.#ended) this.#write(formatMessage(message));
  }

  sendPatch(event: number, patch: string): void {
    if (!this.#ended) this.#write(formatPatch(event, patch));
  }

  #write(text: string): void {
    if (this.#transport.unsentBytes > 4 * this.#runtime.options.maxUnsentBytes) {
      this.#runtime.refusals.count('slow reader');
      this.terminate();
    } else this.#transport.send(text);
  }

  /** Sends the whole page if patches were skipped while the browser was behind. */
  onDrain(): void {
    if (this.page?.needsFullRender && !this.isBehind) void this.page.queue.requestRender();
  }

  end(code: number, reason: string): void {
    if (this.#ended) return;
    this.#onEnd();
    this.#transport.close(code, reason);
  }

  /** Makes the next heartbeat cut the socket off, if the browser does not answer the close. */
  #onEnd(): void {
    this.#ended = true;
    this.#lastSeen = 0;
    this.#lastPing = Date.now();
  }

  terminate(): void {
    this.#ended = true;
    this.#transport.terminate();
  }

  #receive(message: ClientMessage, size: number): void {
    const { page } = this;
    if (message[0] === 'ping') this.send(['pong']);
    else if (message[0] === 'join') this.#onJoin(message);
    else if (!page) throw new errors.ISSR_ERR_MESSAGE(`'${message[0]}' before 'join'`);
    else if (message[0] === 'event') this.#onEvent(page, message, size);
    else if (message[0] === 'params') this.#queue(page, message[1], message[1], size);
    else if (message[0] === 'files') this.#onFiles(page, message[1], size);
    else if (message[0] === 'resync') this.#onResync(page, size);
    else this.#onBye(page);
  }

  #onJoin(message: Join): void {
    if (this.page) throw new errors.ISSR_ERR_MESSAGE('joined twice');
    join(this.#runtime, this, message);
  }

  /** Ignores an event that was sent again and has run already. */
  #onEvent(page: Page, [, number, change, actions, url]: EventMessage, size: number): void {
    if (number <= page.lastReceivedEvent) return;
    if (number !== page.lastReceivedEvent + 1)
      throw new errors.ISSR_ERR_MESSAGE(`event ${number} out of order`);
    this.#queue(page, { number, change, actions, url }, change, size);
    page.lastReceivedEvent = number;
  }

  #queue(page: Page, item: QueueItem, [changed]: ParamChange, size: number): void {
    this.#assertQueueRoom(page);
    limitEntries(changed, this.#runtime.options);
    page.queue.add(item, size);
  }

  #assertQueueRoom({ queue }: Page): void {
    const { maxQueuedEvents, maxMessageBytes } = this.#runtime.options;
    if (queue.queuedCount >= maxQueuedEvents || queue.queuedChars > maxMessageBytes)
      throw new errors.ISSR_ERR_QUEUE_FULL(queue.queuedCount);
  }

  #onFiles(page: Page, entries: UploadEntries, size: number): void {
    const uploads = this.#runtime.uploads.of(page);
    if (!uploads) return;
    this.#assertQueueRoom(page);
    page.queue.add(uploads.reserve(entries), size);
  }

  #onResync(page: Page, size: number): void {
    this.#runtime.pages.dropHtml(page);
    this.#queue(page, null, [[], []], size);
  }

  #onBye(page: Page): void {
    this.#runtime.pages.close(page, 'left');
    this.end(1000, 'bye');
  }

  /** Ends the connection for any error of a message. The close code tells the page's faults from the server's. */
  refuse(error: unknown): void {
    const code = (error as { code?: IssrErrorCode }).code;
    const closeCode = code && closeCodes[code];
    if (closeCode === undefined) {
      this.#log.error({ err: error }, 'issr: a message failed');
      this.end(CloseCode.internalError, 'internal error');
      return;
    }
    this.#runtime.refusals.count(String(code));
    if (code === 'ISSR_ERR_TOKEN' || code === 'ISSR_ERR_TOKEN_EXPIRED') this.send(['reload']);
    this.end(closeCode, String(code));
    this.#log.debug({ err: error, page: this.page?.id }, 'issr: message refused');
  }
}

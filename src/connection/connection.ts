import { performance } from 'node:perf_hooks';
import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import { diagnostics } from '../diagnostics/diagnostics.js';
import { errors, type IssrErrorCode } from '../errors.js';
import { type HandshakeContext, handshakeOf } from '../http/virtual-http.js';
import { addressKey } from '../limits/address-key.js';
import { linkTo } from '../mistakes/warnings.js';
import type { PageConnection } from '../page/output/page-connection.js';
import type { Page } from '../page/page.js';
import {
  CloseCode,
  type PageError,
  type PrefetchNonces,
  type ServerMessage,
  type UploadEntries,
} from '../protocol.js';
import type { Runtime } from '../runtime.js';
import { assertQueueRoom, checkEvent, queueChange, queueEvent, queueLeaving, readUrl } from './incoming.js';
import { join } from './join.js';
import {
  type DecodedMessage,
  decodeMessage,
  encodeMessage,
  encodePatch,
  encodePrefetched,
  type JoinMessage,
  type PrefetchMessage,
} from './messages.js';
import { SharedText } from './transports/shared-text.js';
import type { Transport, TransportListener } from './transports/transport.js';

const closeCodes: { [Code in IssrErrorCode]?: number } = {
  ISSR_ERR_MESSAGE: CloseCode.protocolError,
  ISSR_ERR_TOKEN: CloseCode.policyViolation,
  ISSR_ERR_TOKEN_EXPIRED: CloseCode.policyViolation,
  ISSR_ERR_PARAMS: CloseCode.policyViolation,
  ISSR_ERR_ACTIONS: CloseCode.policyViolation,
  ISSR_ERR_QUEUE_FULL: CloseCode.policyViolation,
  ISSR_ERR_PAGES: CloseCode.tryAgainLater,
  ISSR_ERR_HELD: CloseCode.tryAgainLater,
};

/** Unsent bytes above which a ping is not answered. Well above the frames of some server pings, which no script receives. */
const MAX_UNSENT_PONGS = 65_536;

/** The last message that was made of a change which pages share. */
const sharedTexts = new WeakMap<object, { event: number; message: SharedText }>();

/** The live connection of a page: receives, checks, queues and sends messages. `page` is null until `join`. */
export class Connection implements TransportListener, PageConnection {
  readonly request: FastifyRequest;
  readonly peer: HandshakeContext;
  readonly opened = performance.now();
  page: Page | null = null;
  /** When the browser last sent something. */
  #lastSeen = this.opened;
  /** When the server last pinged it. */
  #lastPing = this.opened;
  readonly #runtime: Runtime;
  readonly #transport: Transport;
  readonly #log: FastifyBaseLogger;
  readonly #onJoined: () => void;
  readonly #onClosed: () => void;
  /** The part of a long message that has arrived. */
  #part: { readonly ipKey: string; held: number } | undefined;
  #ended = false;
  #hasJoined = false;

  /** @param onJoined called when the connection has, or is about to get, a page */
  constructor(
    runtime: Runtime,
    transport: Transport,
    request: FastifyRequest,
    { onJoined, onClosed }: { onJoined: () => void; onClosed: () => void },
  ) {
    this.#runtime = runtime;
    this.#transport = transport;
    this.#log = request.log;
    this.#onJoined = onJoined;
    this.#onClosed = onClosed;
    this.request = request;
    this.peer = handshakeOf(request);
  }

  onMessage(text: string): void {
    this.#releasePart();
    if (this.#ended) return;
    if (text.length > this.#runtime.options.maxMessageBytes) return this.#onTooBig();
    this.#lastSeen = performance.now();
    try {
      this.#receive(decodeMessage(text), text.length);
    } catch (error) {
      this.refuse(error);
    }
  }

  /** Cuts the socket off above `maxHeldLength`: a close would let it send on until it answers. */
  onPart(bytes: number): void {
    this.#part ??= { ipKey: addressKey(this.request.ip), held: 0 };
    try {
      this.#runtime.pages.hold(this.#part, this.#part.held + bytes);
    } catch (error) {
      this.refuse(error);
      this.terminate();
    }
  }

  /** The app's own `@fastify/websocket` may allow longer messages: 100 MiB unless it sets `maxPayload`. */
  #onTooBig(): void {
    this.#runtime.refusals.count('WS_ERR_UNSUPPORTED_MESSAGE_LENGTH');
    this.end(CloseCode.messageTooBig, 'message too big');
  }

  #releasePart(): void {
    if (this.#part) this.#runtime.pages.hold(this.#part, 0);
    this.#part = undefined;
  }

  onPong(): void {
    if (!this.#ended) this.#lastSeen = performance.now();
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  /** No event of the page runs or waits. */
  get isIdle(): boolean {
    return !this.page?.queue.isRunning;
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
    this.#releasePart();
    this.#onClosed();
    this.#log.debug({ page: this.page?.id, code, reason }, 'issr: connection closed');
    if (this.page?.isConnectedBy(this)) this.#runtime.pages.detach(this.page);
  }

  /** The browser reads more slowly than the server writes. */
  get isBehind(): boolean {
    return this.#transport.unsentBytes > this.#runtime.options.maxUnsentBytes;
  }

  send(message: ServerMessage): void {
    if (!this.#ended) this.#write(encodeMessage(message));
  }

  sendPatch(event: number, patch: string): void {
    if (!this.#ended) this.#write(encodePatch(event, patch));
  }

  sendPrefetched(id: number, patches: number, patch: string, nonces: PrefetchNonces | undefined): void {
    if (!this.#ended) this.#write(encodePrefetched(id, patches, patch, nonces));
  }

  sendShared(event: number, transition: { readonly patch: string | null }): void {
    if (this.#ended) return;
    let last = sharedTexts.get(transition);
    if (last?.event !== event) {
      last = { event, message: new SharedText(encodePatch(event, transition.patch ?? '')) };
      sharedTexts.set(transition, last);
    }
    this.#report(last.message.text);
    this.#transport.sendShared(last.message);
  }

  #write(text: string): void {
    if (this.#transport.unsentBytes > 4 * this.#runtime.options.maxUnsentBytes) {
      this.#runtime.refusals.count('slow reader');
      this.terminate();
    } else {
      this.#report(text);
      this.#transport.send(text);
    }
  }

  #report(text: string): void {
    const { send } = diagnostics;
    if (send.hasSubscribers) send.publish({ page: this.page, bytes: Buffer.byteLength(text) });
  }

  /** Sends the whole page if patches were skipped while the browser was behind. */
  onDrain(): void {
    if (this.page?.shadow.needsFullRender && !this.isBehind) void this.page.queue.requestRender();
  }

  end(code: number, reason: string): void {
    if (this.#ended) return;
    this.#onEnd();
    this.#transport.close(code, reason);
  }

  /** Makes the next heartbeat cut the socket off, if the browser does not answer the close. */
  #onEnd(): void {
    this.#ended = true;
    this.#lastSeen = Number.NEGATIVE_INFINITY;
    this.#lastPing = performance.now();
  }

  terminate(): void {
    this.#ended = true;
    this.#transport.terminate();
  }

  #receive(message: DecodedMessage, size: number): void {
    if (message.verb === 'ping') return this.#onPing();
    if (message.verb === 'join') return this.#onJoin(message);
    const { page } = this;
    if (!page) throw new errors.ISSR_ERR_MESSAGE(`'${message.verb}' before 'join'`);
    switch (message.verb) {
      case 'event':
        return queueEvent(this.#runtime, page, this.peer, message, size);
      case 'prefetch':
        return this.#onPrefetch(page, message, size);
      case 'params':
        return queueChange(this.#runtime, page, message.change, message.change, size);
      case 'files':
        return this.#onFiles(page, message.fields, size);
      case 'resync':
        return this.#onResync(page, size);
      case 'debug':
        page.isDebugged = message.isOpen && this.#runtime.options.debug !== false;
        if (page.isDebugged) this.#runtime.mistakes.sendTo(page);
        return;
      case 'bye':
        return this.#onBye(page);
    }
  }

  /** Answers unless other messages wait to be read: each of them is a sign of life, and short ones cost far more than their bytes. */
  #onPing(): void {
    if (this.#transport.unsentBytes <= MAX_UNSENT_PONGS) this.send(['pong']);
  }

  #onJoin(message: JoinMessage): void {
    if (this.#hasJoined) throw new errors.ISSR_ERR_MESSAGE('joined twice');
    this.#hasJoined = true;
    const { urls } = this.#runtime;
    const { url } = message;
    join(
      this.#runtime,
      this,
      { ...message, url: readUrl(this.#runtime, this.peer, url) },
      urls.hidesQuery(url),
    );
    this.#onJoined();
  }

  #onPrefetch(page: Page, message: PrefetchMessage, size: number): void {
    const url = checkEvent(this.#runtime, page, this.peer, message, size);
    const { id, change, actions } = message;
    this.#runtime.pages.prefetch(page, { id, change, actions, url, peer: this.peer }, size);
  }

  #onFiles(page: Page, entries: UploadEntries, size: number): void {
    const uploads = this.#runtime.uploads.of(page);
    if (!uploads) return;
    assertQueueRoom(this.#runtime, page, size);
    page.queue.add(uploads.reserve(entries), size);
  }

  #onResync(page: Page, size: number): void {
    page.shadow.drop();
    page.shadow.dropPrefetched();
    queueChange(this.#runtime, page, null, [[], []], size);
  }

  #onBye(page: Page): void {
    queueLeaving(this.#runtime, page);
    this.end(CloseCode.normal, 'bye');
  }

  /** With `showErrors` the page shows why it stays offline. */
  #describeParams({ message }: Error, code: string): PageError {
    const shown = { status: 413, requestId: this.request.id, code };
    if (!this.#runtime.options.showErrors) return shown;
    return { ...shown, message: `${message}. The page stays offline (${linkTo('ISSR_WARN_FIELDS')})` };
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
    // Answers no event: the client tries again, and gives up by its own rules.
    if (code === 'ISSR_ERR_PARAMS') this.send(['error', 0, this.#describeParams(error as Error, code)]);
    this.end(closeCode, String(code));
    this.#log.debug({ err: error, page: this.page?.id }, 'issr: message refused');
  }
}

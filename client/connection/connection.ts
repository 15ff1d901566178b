import { type ClientMessage, CloseCode } from '../../src/protocol.js';
import type { OpenTransport, Transport, TransportListener } from './transports/transport.js';

/** Who uses the connection. */
export interface ConnectionListener extends Pick<TransportListener, 'onOpen' | 'onMessage'> {
  /** The link is lost. Whether to open another without being asked. */
  onClose(code: number): boolean;
}

const MIN_BACKOFF = 300;
const MAX_BACKOFF = 15_000;
/** How long an answer may take where the visitor is waiting for it. */
const CHECK_PATIENCE = 2000;

/** Keeps one link to the server open, by one transport after the other. */
export class Connection {
  readonly #endpoint: URL;
  readonly #pingInterval: number;
  readonly #openTransport: OpenTransport;
  readonly #listener: ConnectionListener;
  #link: Transport | undefined;
  #isOpen = false;
  /** When the server last said something. */
  #heard = 0;
  #judge = 0;
  #attempts = 0;
  #retry = 0;
  /** The server goes away, and would have its pages come back over so many milliseconds. */
  spread = 0;

  constructor(
    endpoint: URL,
    pingInterval: number,
    openTransport: OpenTransport,
    listener: ConnectionListener,
  ) {
    this.#endpoint = endpoint;
    this.#pingInterval = pingInterval;
    this.#openTransport = openTransport;
    this.#listener = listener;
    setInterval(() => this.#beat(), pingInterval);
  }

  /** Opens a link at once, unless there is one. */
  open(): void {
    if (this.#link) return;
    clearTimeout(this.#retry);
    this.#retry = 0;
    const link = this.#openTransport(this.#endpoint, {
      onOpen: () => {
        this.#isOpen = link === this.#link;
        if (this.#isOpen) this.#listener.onOpen();
      },
      onMessage: (message) => {
        if (link !== this.#link) return;
        this.#heard = Date.now();
        this.#listener.onMessage(message);
      },
      onClose: (code) => {
        if (link === this.#link) this.#lose(code);
      },
    });
    this.#link = link;
  }

  /** A page that its visitor uses comes back at once, unless it does so by itself. */
  wake(): void {
    if (!this.#retry) this.open();
  }

  /** The visitor is back, or the network: a link opens at once, and one that died meanwhile is found out. */
  check(): void {
    if (this.#link) this.#ping(CHECK_PATIENCE);
    else this.open();
  }

  send(message: ClientMessage): void {
    if (this.#isOpen) this.#link?.send(message);
  }

  /** Gives up the link without waiting for the other side, and opens no other by itself. */
  close(code: number = CloseCode.goingAway): boolean {
    const link = this.#link;
    if (!link) return false;
    clearTimeout(this.#judge);
    this.#link = undefined;
    this.#isOpen = false;
    link.close();
    return this.#listener.onClose(code);
  }

  /** Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
  #lose(code: number): void {
    if (!this.close(code)) return;
    const backoff = Math.max(this.spread, Math.min(MAX_BACKOFF, MIN_BACKOFF * 2 ** this.#attempts++));
    this.spread = 0;
    this.#retry = window.setTimeout(() => this.open(), Math.random() * backoff);
  }

  /** Only a link that lasts resets the backoff: one that is refused after each join must not spin. */
  #beat(): void {
    if (!this.#link) return;
    if (this.#isOpen) this.#attempts = 0;
    this.#ping(this.#pingInterval / 2);
  }

  /** A link that says nothing within `patience` is dead. Timers sleep with the tab: one that comes far too late judges nothing. */
  #ping(patience: number): void {
    const asked = Date.now();
    this.send(['ping']);
    clearTimeout(this.#judge);
    this.#judge = window.setTimeout(() => {
      if (this.#heard >= asked) return;
      if (Date.now() - asked > 2 * patience) this.#ping(CHECK_PATIENCE);
      else this.#lose(CloseCode.goingAway);
    }, patience);
  }
}

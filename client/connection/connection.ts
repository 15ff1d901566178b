import { type ClientMessage, CloseCode } from '../../src/protocol.js';
import type { OpenTransport, Transport, TransportListener } from './transports/transport.js';

/** The user of the connection. */
export interface ConnectionListener extends Pick<TransportListener, 'onOpen' | 'onMessage'> {
  /** Called when the transport closed. Returns true to reconnect. */
  onClose(code: number): boolean;
}

const MIN_BACKOFF = 300;
const MAX_BACKOFF = 15_000;
/** Milliseconds for a page to be gone before it connects again. */
const LEAVING = 2000;
/** Milliseconds after which a connection resets the backoff: a page that is refused after each join must not spin. */
const LASTING = 2000;
/** Milliseconds for an answer while the visitor waits for it. */
const CHECK_PATIENCE = 2000;

/** Keeps the page connected to the server, by one transport after the other. */
export class Connection {
  readonly #endpoint: URL;
  readonly #pingInterval: number;
  readonly #openTransport: OpenTransport;
  readonly #listener: ConnectionListener;
  #transport: Transport | undefined;
  #isOpen = false;
  /** Time of the transport's first message. */
  #firstSeen = 0;
  #pongTimer = 0;
  #attempts = 0;
  #retry = 0;
  /** Set as the page is left, or stays after all, as for a download: some browsers close its connections in both cases. */
  mayLeave = false;
  /** A server that shuts down spreads its pages' reconnects over this number of milliseconds. */
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
    setInterval(() => this.#checkHeartbeat(), pingInterval);
  }

  /** Connects at once, unless a transport is open. */
  open(): void {
    if (this.#transport) return;
    clearTimeout(this.#retry);
    this.#retry = this.#firstSeen = 0;
    const transport = this.#openTransport(this.#endpoint, {
      onOpen: () => {
        this.#isOpen = transport === this.#transport;
        if (this.#isOpen) this.#listener.onOpen();
      },
      onMessage: (message) => {
        if (transport !== this.#transport) return;
        clearTimeout(this.#pongTimer);
        this.#firstSeen ||= Date.now();
        this.#listener.onMessage(message);
      },
      onClose: (code) => {
        if (transport === this.#transport) this.#lose(code);
      },
    });
    this.#transport = transport;
  }

  /** Connects for a page in use, unless a retry is scheduled. */
  wake(): void {
    if (!this.#retry) this.open();
  }

  /** Called when the visitor or the network is back: connects at once, or finds out if the transport died. */
  check(): void {
    if (this.#transport) this.#ping(CHECK_PATIENCE);
    else this.open();
  }

  /** Returns the message's length, or 0 while disconnected. */
  send(message: ClientMessage): number {
    return (this.#isOpen && this.#transport?.send(message)) || 0;
  }

  /** Closes without waiting for the server, and does not reconnect. */
  close(code: number = CloseCode.goingAway): boolean {
    const transport = this.#transport;
    if (!transport) return false;
    clearTimeout(this.#pongTimer);
    this.#transport = undefined;
    this.#isOpen = false;
    transport.close();
    return this.#listener.onClose(code);
  }

  /** Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
  #lose(code: number): void {
    if (!this.close(code)) return;
    if (this.#firstSeen && Date.now() - this.#firstSeen > LASTING) this.#attempts = 0;
    const backoff = Math.max(this.spread, Math.min(MAX_BACKOFF, MIN_BACKOFF * 2 ** this.#attempts++));
    this.spread = 0;
    const pause = this.mayLeave ? LEAVING : Math.random() * backoff;
    this.mayLeave = false;
    this.#retry = window.setTimeout(() => this.open(), pause);
  }

  #checkHeartbeat(): void {
    if (!this.#transport) return;
    if (this.#isOpen) this.#attempts = 0;
    this.#ping(this.#pingInterval / 2);
  }

  /** Drops a transport that is silent for `patience` ms. Timers sleep with the tab, so a very late one pings again. The clock may be set. */
  #ping(patience: number): void {
    const asked = Date.now();
    this.send(['ping']);
    clearTimeout(this.#pongTimer);
    this.#pongTimer = window.setTimeout(() => {
      if (Date.now() - asked > 2 * patience) this.#ping(CHECK_PATIENCE);
      else this.#lose(CloseCode.goingAway);
    }, patience);
  }
}

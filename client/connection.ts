import { type ClientMessage, CloseCode } from '../src/protocol.js';
import type { OpenTransport, Transport, TransportListener } from './transports/transport.js';

const PING_INTERVAL = 25_000;
/** A link that says nothing for so long is taken for dead. */
const MAX_SILENCE = 2 * PING_INTERVAL;
const MIN_BACKOFF = 300;
const MAX_BACKOFF = 15_000;

/** Keeps one link to the server open, by one transport after the other. */
export class Connection {
  readonly #endpoint: URL;
  readonly #openTransport: OpenTransport;
  readonly #listener: TransportListener;
  #link: Transport | undefined;
  #isOpen = false;
  #heard = 0;
  #attempts = 0;
  #retry = 0;
  /** The server goes away, and would have its pages come back over so many milliseconds. */
  spread = 0;

  constructor(endpoint: URL, openTransport: OpenTransport, listener: TransportListener) {
    this.#endpoint = endpoint;
    this.#openTransport = openTransport;
    this.#listener = listener;
    setInterval(() => this.#beat(), PING_INTERVAL);
  }

  /** Opens a link at once, unless there is one that lives. Timers sleep with the tab, so a link is judged here too. */
  open(): void {
    if (this.#link && this.#isSilent()) this.close();
    if (this.#link) return;
    clearTimeout(this.#retry);
    this.#retry = 0;
    this.#heard = Date.now();
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

  send(message: ClientMessage): void {
    if (this.#isOpen) this.#link?.send(message);
  }

  /** Gives up the link without waiting for the other side, and opens no other by itself. */
  close(): void {
    const link = this.#link;
    if (!link) return;
    this.#link = undefined;
    this.#isOpen = false;
    link.close();
    this.#listener.onClose(CloseCode.goingAway);
  }

  /**
   * Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
   * A page that was replaced waits for its visitor, as two tabs with one token would fight for ever.
   */
  #lose(code: number): void {
    this.close();
    if (code === CloseCode.replaced) return;
    const backoff = Math.max(this.spread, Math.min(MAX_BACKOFF, MIN_BACKOFF * 2 ** this.#attempts++));
    this.spread = 0;
    this.#retry = window.setTimeout(() => this.open(), Math.random() * backoff);
  }

  /** Only a link that lasts resets the backoff: one that is refused after each join must not spin. */
  #beat(): void {
    if (!this.#link) return;
    if (this.#isSilent()) return this.#lose(CloseCode.goingAway);
    if (this.#isOpen) this.#attempts = 0;
    this.send(['ping']);
  }

  #isSilent(): boolean {
    return Date.now() - this.#heard > MAX_SILENCE;
  }
}

import type { SharedText } from './shared-text.js';

/** The kind of a connection, websocket or plain HTTP: text messages both ways, and a close. */
export interface Transport {
  readonly kind: 'ws' | 'http';
  /** Bytes passed to `send` that have not left this process. */
  readonly unsentBytes: number;
  /** Sends with all other messages of this turn. */
  send(text: string): void;
  /** Sends in the caller's tick, so that the caller can limit the time that its messages take. */
  sendShared(message: SharedText): void;
  /** Asks the browser for a sign of life. */
  ping(): void;
  close(code: number, reason: string): void;
  /** Ends without a closing handshake. */
  terminate(): void;
}

/** The events of a transport. */
export interface TransportListener {
  onMessage(text: string): void;
  /** Bytes have arrived whose message is not complete yet. Called for long messages only, or for many short ones. */
  onPart(bytes: number): void;
  /** The browser answered a ping. */
  onPong(): void;
  /** A binary message arrived. */
  onBinary(): void;
  /** All bytes passed to `send` have left this process. */
  onDrain(): void;
  /** The browser broke the transport's protocol, and the transport is closing. `what` names the error. */
  onProtocolError(what: string, error: Error): void;
  /** @param code a close code, 1006 without a closing handshake */
  onClose(code: number, reason: string): void;
}

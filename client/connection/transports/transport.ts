import type { ClientMessage, ServerMessage } from '../../../src/protocol.js';

/** A connection of one kind to the server. */
export interface Transport {
  /** Returns the length of the message as text. */
  send(message: ClientMessage): number;
  /** Closes; the listener still gets `onClose`. */
  close(): void;
}

export interface TransportListener {
  onOpen(): void;
  onMessage(message: ServerMessage): void;
  /** Called once, also if it never opened. `code` is one of `CloseCode`, or the browser's own. */
  onClose(code: number): void;
}

export type OpenTransport = (endpoint: URL, listener: TransportListener) => Transport;

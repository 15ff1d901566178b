import type { ClientMessage, ServerMessage } from '../../../src/protocol.js';

/** One kind of live link to the server. */
export interface Transport {
  send(message: ClientMessage): void;
  /** Ends it; its listener still hears `onClose`. */
  close(): void;
}

export interface TransportListener {
  onOpen(): void;
  onMessage(message: ServerMessage): void;
  /** Once, also when it never opened. `code` is one of `CloseCode`, or the browser's own. */
  onClose(code: number): void;
}

export type OpenTransport = (endpoint: URL, listener: TransportListener) => Transport;

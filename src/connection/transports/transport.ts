/** One kind of live link, as the connection uses it: text messages both ways, and an end. */
export interface Transport {
  readonly kind: 'ws' | 'http';
  /** Bytes that were given to `send` and have not left this process. */
  readonly unsentBytes: number;
  send(text: string): void;
  /** Asks the other side for a sign of life. */
  ping(): void;
  close(code: number, reason: string): void;
  /** Ends without a closing handshake. */
  terminate(): void;
}

/** What a transport tells its connection. */
export interface TransportListener {
  onMessage(text: string): void;
  /** The other side is there. */
  onPong(): void;
  /** A message that is no text. */
  onBinary(): void;
  /** All that was given to `send` has left this process. */
  onDrain(): void;
  /** The other side sent what the transport does not take, which has said so by a close. `what` names it. */
  onProtocolError(what: string, error: Error): void;
  /** @param code a close code; 1006 where there was no closing handshake */
  onClose(code: number, reason: string): void;
}

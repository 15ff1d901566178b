import type { Transition } from '../../html/store/html-store.js';
import type { HandshakeContext } from '../../http/virtual-http.js';
import type { PrefetchNonces, ServerMessage } from '../../protocol.js';

/** The page's side of its live connection. */
export interface PageConnection {
  /** Headers and addresses of the handshake. */
  readonly peer: HandshakeContext;
  /** The browser reads more slowly than the server writes. */
  readonly isBehind: boolean;
  send(message: ServerMessage): void;
  /** Sends a `patch` whose instructions are JSON already. */
  sendPatch(event: number, patch: string): void;
  /** Sends a `prefetched` whose instructions are JSON already. */
  sendPrefetched(id: number, patches: number, patch: string, nonces: PrefetchNonces | undefined): void;
  /** Sends the `patch` of a change that pages share. */
  sendShared(event: number, transition: Transition): void;
  end(code: number, reason: string): void;
  /** Ends the connection because the page broke a limit. */
  refuse(error: unknown): void;
}

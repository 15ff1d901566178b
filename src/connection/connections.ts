import type { FastifyRequest } from 'fastify';
import { CloseCode } from '../protocol.js';
import type { Runtime } from '../runtime.js';
import { Connection } from './connection.js';
import type { Transport, TransportListener } from './transports/transport.js';

/** How long the other side has to answer a close before its link is cut. */
const CLOSE_GRACE = 1000;

/** All live links of one registration, whatever their transport. */
export class Connections {
  readonly #all = new Set<Connection>();
  readonly #runtime: Runtime;
  readonly #sweep: NodeJS.Timeout;

  constructor(runtime: Runtime) {
    const { pingInterval, joinTimeout } = runtime.options;
    this.#runtime = runtime;
    this.#sweep = setInterval(() => this.#beat(), Math.min(pingInterval, joinTimeout) / 8).unref();
  }

  add(transport: Transport, request: FastifyRequest): TransportListener {
    const connection = new Connection(this.#runtime, transport, request, () => this.#all.delete(connection));
    this.#all.add(connection);
    return connection;
  }

  /** The server goes away: each link is told, and cut if it does not answer. */
  close(): void {
    clearInterval(this.#sweep);
    for (const connection of this.#all) connection.end(CloseCode.goingAway, 'shutdown');
    setTimeout(() => {
      for (const connection of this.#all) connection.terminate();
    }, CLOSE_GRACE).unref();
  }

  /** A link without a join is closed, one whose other side is not there any more is cut. */
  #beat(): void {
    const { joinTimeout } = this.#runtime.options;
    const now = Date.now();
    for (const connection of this.#all) {
      if (connection.page === null && now - connection.opened > joinTimeout) {
        this.#runtime.refusals.count('no join');
        connection.end(CloseCode.joinTimeout, 'no join');
      } else connection.checkHeartbeat(now);
    }
    this.#runtime.pages.unjoined.purge();
  }
}

import { performance } from 'node:perf_hooks';
import type { FastifyRequest } from 'fastify';
import { errors } from '../errors.js';
import { ClientLimit } from '../limits/client-limit.js';
import { CloseCode } from '../protocol.js';
import type { Runtime } from '../runtime.js';
import { Connection } from './connection.js';
import type { Transport, TransportListener } from './transports/transport.js';

/** Milliseconds that a browser has to answer a close before its socket is cut. */
const CLOSE_GRACE = 1000;

/** All connections of one registration, whatever their transport. */
export class Connections {
  readonly #all = new Set<Connection>();
  readonly #runtime: Runtime;
  readonly #sweep: NodeJS.Timeout;
  /** Connections without a page. */
  readonly #unjoined: ClientLimit;
  #hasWarnedOfProxy = false;
  /** Milliseconds. Half of a token's lifetime at most: each `joined` brings a new token. */
  readonly #maxAge: number;

  constructor(runtime: Runtime) {
    const { pingInterval, joinTimeout, maxConnectionAge, tokenLifetime } = runtime.options;
    this.#maxAge = Math.min(maxConnectionAge || Number.POSITIVE_INFINITY, tokenLifetime / 2);
    this.#runtime = runtime;
    const { maxUnjoinedConnections, maxUnjoinedConnectionsPerIp } = runtime.options;
    this.#unjoined = new ClientLimit({
      total: { option: 'maxUnjoinedConnections', max: maxUnjoinedConnections },
      perAddress: { option: 'maxUnjoinedConnectionsPerIp', max: maxUnjoinedConnectionsPerIp },
      LimitReached: errors.ISSR_ERR_CONNECTIONS,
    });
    this.#sweep = setInterval(() => this.#checkAll(), Math.min(pingInterval, joinTimeout) / 8).unref();
  }

  /** @throws ISSR_ERR_CONNECTIONS if one more connection without a page would exceed a limit */
  assertRoom({ ip }: FastifyRequest): void {
    this.#runtime.refusals.watch(() => this.#unjoined.assertRoom(ip));
  }

  add(transport: Transport, request: FastifyRequest): TransportListener {
    this.#warnOfProxy(request);
    const { ip } = request;
    let isUnjoined = true;
    const onJoined = () => {
      if (isUnjoined) this.#unjoined.leave(ip);
      isUnjoined = false;
    };
    const onClosed = () => {
      this.#all.delete(connection);
      onJoined();
    };
    const connection = new Connection(this.#runtime, transport, request, { onJoined, onClosed });
    this.#unjoined.enter(ip);
    this.#all.add(connection);
    return connection;
  }

  /**
   * Warns once of a proxy whose header is not read. Fastify has `request.ips` only with `trustProxy`, and more than the
   * proxy's own address in it only if it trusts that address.
   */
  #warnOfProxy({ headers, ips, ip, log }: FastifyRequest): void {
    if (this.#hasWarnedOfProxy || headers['x-forwarded-for'] === undefined) return;
    if (ips !== undefined && ips.length > 1) return;
    this.#hasWarnedOfProxy = true;
    const from = ip ?? 'a Unix socket';
    const { maxPagesPerIp } = this.#runtime.options;
    log.warn(
      `issr: a connection from ${from} has X-Forwarded-For, and trustProxy ${ips ? 'does not trust it' : 'is off'}. If ` +
        `${from} is your proxy, all visitors count as one address and share its limits (maxPagesPerIp: ${maxPagesPerIp}). ` +
        "Set Fastify's trustProxy to its address, or to a function for a Unix socket.",
    );
  }

  /** Closes all connections at shutdown, and cuts those that do not answer. */
  close(): void {
    clearInterval(this.#sweep);
    for (const connection of this.#all) connection.end(CloseCode.goingAway, 'shutdown');
    setTimeout(() => {
      for (const connection of this.#all) connection.terminate();
    }, CLOSE_GRACE).unref();
  }

  /** Closes connections that did not join in time or are too old, and cuts those whose browser is gone. */
  #checkAll(): void {
    const now = performance.now();
    for (const connection of this.#all) {
      if (!connection.isEnded) this.#endIfDue(connection, now);
      connection.checkHeartbeat(now);
    }
    this.#runtime.pages.unjoined.purge();
  }

  #endIfDue(connection: Connection, now: number): void {
    if (connection.page === null && now - connection.opened > this.#runtime.options.joinTimeout) {
      this.#runtime.refusals.count('no join');
      connection.end(CloseCode.joinTimeout, 'no join');
    } else if (this.#isTooOld(connection, now)) connection.end(CloseCode.renew, 'renew');
  }

  /** A busy page may finish first, for as long again. */
  #isTooOld({ opened, isIdle }: Connection, now: number): boolean {
    return now - opened > (isIdle ? this.#maxAge : 2 * this.#maxAge);
  }
}

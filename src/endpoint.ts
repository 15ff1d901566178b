import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Connection } from './connection.js';
import { errors } from './errors.js';
import type { ResolvedOptions } from './options.js';
import { CloseCode } from './protocol.js';
import type { Runtime } from './runtime.js';
import { createWsTransport } from './transports/ws.js';

/** How long a socket has to answer a close before it is cut. */
const CLOSE_GRACE = 1000;

/** The plugin's own routes, below its prefix: the live link of all pages, their script, and the tickets of their cookies. */
export function addEndpoint(runtime: Runtime, scope: FastifyInstance): void {
  const { options, script, tickets } = runtime;
  const connections = new Set<Connection>();
  script.serve(scope, `${options.prefix}/issr.js`);

  scope.get(
    `${options.prefix}/issr`,
    { websocket: true, preValidation: checkOrigin(options) },
    (socket, request) => {
      createWsTransport(socket, (transport) => {
        const connection = new Connection(runtime, transport, request);
        connections.add(connection);
        socket.on('close', () => connections.delete(connection));
        return connection;
      });
    },
  );

  scope.get<{ Querystring: { ticket?: string } }>(
    `${options.prefix}/issr/cookies`,
    async (request, reply) => {
      const setCookies = tickets.redeem(request.query.ticket ?? '');
      if (!setCookies) throw new errors.ISSR_ERR_TICKET();
      return reply.header('cache-control', 'no-store').header('set-cookie', setCookies).code(204).send();
    },
  );

  const sweep = setInterval(
    () => closeIdle(connections, options),
    Math.min(options.idleTimeout, options.joinTimeout) / 4,
  );
  sweep.unref();

  scope.addHook('preClose', async () => {
    clearInterval(sweep);
    runtime.pages.clear('shutdown');
    for (const connection of connections) connection.end(CloseCode.goingAway, 'shutdown');
    setTimeout(() => {
      for (const connection of connections) connection.terminate();
    }, CLOSE_GRACE).unref();
  });
}

/** A link without a join, or that has been silent for too long: the other side is not there any more. */
function closeIdle(connections: Iterable<Connection>, { idleTimeout, joinTimeout }: ResolvedOptions): void {
  const now = Date.now();
  for (const connection of connections) {
    if (connection.page === null && now - connection.opened > joinTimeout)
      connection.end(CloseCode.joinTimeout, 'no join');
    else if (now - connection.heard > idleTimeout) connection.terminate();
  }
}

/** Who may open a live link: by default pages of the same host only, as a browser sends cookies with any handshake. */
function checkOrigin({ allowedOrigins }: ResolvedOptions) {
  return async (request: FastifyRequest): Promise<void> => {
    const { origin } = request.headers;
    if (!isAllowed(allowedOrigins, origin, request)) throw new errors.ISSR_ERR_ORIGIN(origin ?? '');
  };
}

function isAllowed(
  allowed: ResolvedOptions['allowedOrigins'],
  origin: string | undefined,
  request: FastifyRequest,
): boolean {
  if (typeof allowed === 'function') return allowed(origin, request);
  if (origin === undefined) return false;
  if (allowed !== 'same-host') return allowed.includes(origin);
  return URL.canParse(origin) && new URL(origin).host === request.host;
}

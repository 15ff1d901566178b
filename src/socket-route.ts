import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RouteOptions,
  RouteShorthandOptions,
} from 'fastify';
import { WebSocketServer } from 'ws';
import { ClientCount } from './client-count.js';
import { errors } from './errors.js';
import { checkOrigin } from './origin.js';
import { CloseCode } from './protocol.js';
import type { Runtime } from './runtime.js';
import { type AnySocketHandlers, Socket } from './socket.js';
import { type IssrSocketOptions, resolveSocketOptions } from './socket-options.js';
import { SocketClients } from './socket-resource.js';
import { noteUpgrades } from './socket-upgrade.js';

type RouteHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Marks a socket's route, so that its handler can be given back to it. */
const kHandler = Symbol('issr.socket');

/**
 * `@fastify/websocket` takes the handler of every route, to upgrade by its own server with its own limits.
 * A resource has a server of its own, and so it gets its handler back. Must be called after that plugin's
 * registration, as hooks run in their order.
 */
export function keepSocketHandlers(scope: FastifyInstance): void {
  scope.addHook('onRoute', (route: RouteOptions & { [kHandler]?: RouteHandler }) => {
    if (route[kHandler]) route.handler = route[kHandler];
  });
}

/** Declares a websocket resource: a GET route of `scope`, with all its hooks, whose handler upgrades. */
export function addSocket(
  runtime: Runtime,
  scope: FastifyInstance,
  path: string,
  given: IssrSocketOptions & RouteShorthandOptions,
  handlers: AnySocketHandlers,
): SocketClients {
  if (typeof handlers !== 'object' || handlers === null) {
    throw new errors.ISSR_ERR_ROUTE(path, `the handlers must be an object, not ${typeof handlers}`);
  }
  const options = resolveSocketOptions(given, runtime.options);
  const policy = { options, handlers, showErrors: runtime.options.showErrors };
  const upgrades = noteUpgrades(scope.server);
  const server = createServer(options.maxMessageBytes, options.closeTimeout);
  const count = new ClientCount(options);
  const clients = new SocketClients();

  const upgrade: RouteHandler = async (request, reply) => {
    const upgrade = upgrades.get(request.raw);
    if (!upgrade) throw new errors.ISSR_ERR_UPGRADE();
    await authorize(handlers, request, reply);
    if (reply.sent) return reply;
    const data = handlers.data ? await handlers.data(request) : {};
    count.check(request.ip);
    reply.hijack();
    server.handleUpgrade(request.raw, upgrade.stream, upgrade.head, (ws) => {
      const { stream } = upgrade;
      const socket = new Socket(policy, ws, stream, request, clients.at(request.params), data);
      const { ip } = request;
      count.enter(ip);
      clients.add(socket);
      socket.start(() => {
        count.leave(ip);
        clients.delete(socket);
      });
    });
    return reply;
  };

  scope.route({
    ...given,
    method: 'GET',
    url: path,
    exposeHeadRoute: false,
    preValidation: [checkOrigin(options), given.preValidation ?? []].flat(),
    handler: upgrade,
    [kHandler]: upgrade,
  } as RouteOptions);
  watch(scope, server, clients, options.pingInterval);
  return clients;
}

/** A server for one resource's limits. It listens to nothing, and compresses nothing: so nothing can be a bomb. */
function createServer(maxPayload: number, closeTimeout: number): WebSocketServer {
  // Not a literal in the call, as the types of ws do not have closeTimeout yet.
  const options = {
    noServer: true,
    maxPayload,
    closeTimeout,
    clientTracking: false,
    perMessageDeflate: false,
  };
  return new WebSocketServer(options);
}

/** @throws ISSR_ERR_REFUSED, or what the author threw */
async function authorize(
  handlers: AnySocketHandlers,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const verdict = await handlers.authorize?.(request, reply);
  if (verdict === false) throw new errors.ISSR_ERR_REFUSED();
  if (typeof verdict === 'number')
    throw Object.assign(new errors.ISSR_ERR_REFUSED(), { statusCode: verdict });
}

/** Pings all, and at the end sends them away: none is waited for longer than `closeTimeout`. */
function watch(
  scope: FastifyInstance,
  server: WebSocketServer,
  clients: SocketClients,
  pingInterval: number,
): void {
  const pingAll = () => {
    for (const socket of clients.clients) socket.ping();
  };
  // After what has come was read: a process that stood still must not take all for dead.
  const timer = setInterval(() => setImmediate(pingAll), pingInterval).unref();
  scope.addHook('preClose', async () => {
    clearInterval(timer);
    server.close();
    for (const socket of clients.clients) socket.close(CloseCode.goingAway, 'shutdown');
  });
}

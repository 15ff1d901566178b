import type { Duplex } from 'node:stream';
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RouteOptions,
  RouteShorthandOptions,
} from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { errors } from '../errors.js';
import { checkOrigin } from '../http/origin.js';
import { hasRoom } from '../http/own-route.js';
import { watchReply } from '../http/reply.js';
import { forEachUrl } from '../http/router-config.js';
import { type ServerUpgrades, upgradesOf } from '../http/upgrades.js';
import { ClientLimit } from '../limits/client-limit.js';
import type { RefusalLog } from '../limits/refusal-log.js';
import { within } from '../limits/within.js';
import type { ResolvedOptions } from '../options/options.js';
import { CloseCode } from '../protocol.js';
import { type IssrSocketOptions, type ResolvedSocketOptions, resolveSocketOptions } from './options.js';
import { SocketClients } from './resource.js';
import { type AnySocketHandlers, Socket, type SocketPolicy } from './socket.js';
import type { SocketBus } from './socket-bus.js';

type RouteHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Marks a socket's route and holds its handler. */
const kHandler = Symbol('issr.socket');

/**
 * Restores the handlers of socket routes. `@fastify/websocket` replaces the handler of every route, to upgrade
 * with its own server and its limits, while a resource has a server of its own. Call this after that plugin's
 * registration, because hooks run in order.
 */
export function keepSocketHandlers(scope: FastifyInstance): void {
  const upgrades = upgradesOf(scope);
  scope.addHook('onRoute', (route: RouteOptions & { [kHandler]?: RouteHandler }) => {
    if (!route[kHandler]) return;
    route.handler = route[kHandler];
    forEachUrl(route, (url) => upgrades.addRoute(url));
  });
}

/** The parts of one `issrSocket`. */
interface Resource {
  policy: SocketPolicy;
  clients: SocketClients;
  count: ClientLimit;
  refusals: RefusalLog;
  server: WebSocketServer;
  /** Sockets whose handlers have not all run. */
  running: Set<Promise<void>>;
}

/** Declares a websocket resource: a GET route of `scope`, with all its hooks, whose handler upgrades. */
export function addSocket(
  {
    options: plugin,
    sockets,
    refusals,
  }: { options: ResolvedOptions; sockets: SocketBus; refusals: RefusalLog },
  scope: FastifyInstance,
  path: string,
  given: IssrSocketOptions & RouteShorthandOptions,
  handlers: AnySocketHandlers,
): SocketClients {
  if (typeof handlers !== 'object' || handlers === null) {
    throw new errors.ISSR_ERR_ROUTE(path, `the handlers must be an object, not ${typeof handlers}`);
  }
  const options = resolveSocketOptions(given, plugin);
  const resource: Resource = {
    policy: { options, handlers, showErrors: plugin.showErrors },
    clients: new SocketClients(scope.prefix + path, sockets),
    count: new ClientLimit({
      total: { option: 'maxClients', max: options.maxClients },
      perAddress: { option: 'maxClientsPerIp', max: options.maxClientsPerIp },
      LimitReached: errors.ISSR_ERR_CLIENTS,
    }),
    refusals,
    server: createServer(options),
    running: new Set(),
  };
  const handler = upgradeTo(resource, upgradesOf(scope));
  scope.route({
    ...given,
    method: 'GET',
    url: path,
    exposeHeadRoute: false,
    preValidation: [checkOrigin(options), given.preValidation ?? []].flat(),
    handler,
    [kHandler]: handler,
  } as RouteOptions);
  pingSockets(scope, resource, plugin.shutdownTimeout);
  return resource.clients;
}

function upgradeTo(resource: Resource, upgrades: ServerUpgrades): RouteHandler {
  const { policy, count, refusals, server } = resource;
  return async (request, reply) => {
    const upgrade = upgrades.of(request.raw);
    if (!upgrade) throw new errors.ISSR_ERR_UPGRADE();
    if (!hasRoom(count, refusals, request, reply)) return reply;
    const watch = watchReply(reply);
    await authorize(policy.handlers, request, reply);
    if (watch.hasAnswered()) return reply;
    const data = policy.handlers.data ? await policy.handlers.data(request) : {};
    // Other sockets may have opened meanwhile.
    if (!hasRoom(count, refusals, request, reply)) return reply;
    reply.hijack();
    const { stream, head } = upgrade;
    server.handleUpgrade(request.raw, stream, head, (ws) => open(resource, ws, stream, request, data));
    return reply;
  };
}

function open(
  { policy, clients, count, running }: Resource,
  ws: WebSocket,
  stream: Duplex,
  request: FastifyRequest,
  data: unknown,
): void {
  const { ip, params } = request;
  const socket = new Socket(policy, ws, stream, request, clients.at(params), data);
  const leave = clients.add(socket);
  count.enter(ip);
  const ended = socket.start(() => {
    count.leave(ip);
    leave();
  });
  running.add(ended);
  void ended.then(() => running.delete(ended));
}

/** A server with one resource's limits. It does not listen, and it rejects compression, so decompression bombs cannot reach it. */
function createServer({ maxMessageBytes, closeTimeout }: ResolvedSocketOptions): WebSocketServer {
  // Not a literal in the call, as the types of ws do not have closeTimeout yet.
  const options = {
    noServer: true,
    maxPayload: maxMessageBytes,
    closeTimeout,
    clientTracking: false,
    perMessageDeflate: false,
  };
  return new WebSocketServer(options);
}

/** @throws ISSR_ERR_REFUSED, or the author's own error */
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

/**
 * Pings all sockets, and closes them with the server. Each has `closeTimeout` to answer. Their handlers may use what
 * the app's `onClose` hooks end, so the server waits for them.
 */
function pingSockets(
  scope: FastifyInstance,
  { policy, clients, server, running }: Resource,
  shutdownTimeout: number,
): void {
  const pingAll = () => {
    for (const socket of clients.clients) socket.ping();
  };
  // Deferred until arrived bytes are read: a process that was blocked must not take live sockets for dead.
  const timer = setInterval(() => setImmediate(pingAll), policy.options.pingInterval).unref();
  scope.addHook('preClose', async () => {
    clearInterval(timer);
    server.close();
    for (const socket of clients.clients) socket.close(CloseCode.goingAway, 'shutdown');
    await within(Promise.all(running), shutdownTimeout);
  });
}

import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RouteOptions,
  RouteShorthandOptions,
} from 'fastify';
import { errors } from '../errors.js';
import { awaitTurn } from '../http/event-stream.js';
import { checkForeignOrigin } from '../http/origin.js';
import { hasRoom } from '../http/own-route.js';
import { watchReply } from '../http/reply.js';
import { ClientLimit } from '../limits/client-limit.js';
import type { RefusalLog } from '../limits/refusal-log.js';
import type { ResolvedOptions } from '../options/options.js';
import type { Channels } from './channels.js';
import type { IssrStreamHandler } from './issr-stream.js';
import { type IssrStreamOptions, resolveStreamOptions } from './options.js';
import { EventStream } from './stream.js';

/** Milliseconds that streams have to end when the server closes. */
const SHUTDOWN_GRACE = 1000;

/** Declares an event stream: a GET route of `scope`, with all its hooks. */
export function addStream(
  {
    options: plugin,
    channels,
    refusals,
  }: { options: ResolvedOptions; channels: Channels; refusals: RefusalLog },
  scope: FastifyInstance,
  path: string,
  given: IssrStreamOptions & RouteShorthandOptions,
  handler: IssrStreamHandler,
): void {
  if (typeof handler !== 'function') {
    throw new errors.ISSR_ERR_ROUTE(path, `the handler must be a function, not ${typeof handler}`);
  }
  const options = resolveStreamOptions(given, plugin);
  const count = new ClientLimit({
    total: { option: 'maxClients', max: options.maxClients },
    perAddress: { option: 'maxClientsPerIp', max: options.maxClientsPerIp },
    LimitReached: errors.ISSR_ERR_CLIENTS,
  });
  const streams = new Set<EventStream>();

  const open = (request: FastifyRequest, reply: FastifyReply): EventStream => {
    const { ip } = request;
    const stream = new EventStream(channels, options, request, reply);
    count.enter(ip);
    streams.add(stream);
    stream.signal.addEventListener('abort', () => {
      count.leave(ip);
      streams.delete(stream);
    });
    return stream;
  };

  scope.route({
    ...given,
    method: 'GET',
    url: path,
    exposeHeadRoute: false,
    preValidation: [checkForeignOrigin(options), awaitTurn, given.preValidation ?? []].flat(),
    async handler(this: FastifyInstance, request, reply) {
      if (!hasRoom(count, refusals, request, reply)) return reply;
      const stream = open(request, reply);
      const watch = watchReply(reply);
      try {
        await handler.call(this, stream, request, reply);
      } catch (error) {
        stream.close();
        throw error;
      }
      if (watch.hasAnswered()) stream.close();
      // A browser does not reconnect after a 204.
      else return stream.isOpen ? stream.begin() : reply.code(204).send();
      return reply;
    },
  } as RouteOptions);
  sendHeartbeats(scope, streams, options.heartbeatInterval);
}

/** Sends heartbeats to all streams, and closes them with the server. */
function sendHeartbeats(
  scope: FastifyInstance,
  streams: ReadonlySet<EventStream>,
  heartbeatInterval: number,
): void {
  const timer = setInterval(() => {
    for (const stream of streams) stream.beat();
  }, heartbeatInterval).unref();
  scope.addHook('preClose', async () => {
    clearInterval(timer);
    for (const stream of streams) stream.close(SHUTDOWN_GRACE);
  });
}

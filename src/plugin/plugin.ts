import type { FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { Cluster } from '../cluster/cluster.js';
import { MemoryAdapter } from '../cluster/memory-adapter.js';
import { Records } from '../cluster/records.js';
import { addEndpoint } from '../connection/endpoint.js';
import { checkShare } from '../dispatch/check-share.js';
import { Downloads } from '../downloads/downloads.js';
import { errors } from '../errors.js';
import { Handovers } from '../handover/handovers.js';
import { CookieTickets } from '../http/cookie-tickets.js';
import { ClientScript } from '../render/script-tag.js';
import { Channels } from '../streams/channels.js';
import { drainBeforeClosing } from './draining.js';
import './fastify-types.js';
import { HtmlStore } from '../html/store/html-store.js';
import { Hooks } from '../page/hooks.js';
import { FlashCookies } from '../signed/flash-cookies.js';
import type { IssrStreamHandler } from '../streams/issr-stream.js';
import { Issr } from './issr.js';
import './jsx-types.js';
import { PageRoutes } from '../dispatch/page-routes.js';
import { stateOf } from '../dispatch/request-state.js';
import { SiteUrls } from '../http/site-url.js';
import { useWebsocket } from '../http/websocket.js';
import { LateHost } from '../late/late-host.js';
import { Deadlines } from '../limits/deadlines.js';
import { LoopTurn } from '../limits/loop-turn.js';
import { RefusalLog } from '../limits/refusal-log.js';
import { RenderSlots } from '../limits/render-slots.js';
import { flushTurn, runTurn } from '../limits/turn-end.js';
import { MistakeLog } from '../mistakes/mistake-log.js';
import { type IssrOptions, type ResolvedOptions, resolveOptions } from '../options/options.js';
import { Audience } from '../page/audience.js';
import { Pages } from '../page/pages.js';
import { Shares } from '../page/shares.js';
import { prefetch } from '../prefetch/prefetch.js';
import { Endpoint } from '../protocol.js';
import { extendRenderer } from '../render/extend-renderer.js';
import { rerender, sendShared } from '../rerender.js';
import { addRoute, type IssrRouteOptions } from '../route/page-route.js';
import { renderPlainViews } from '../route/plain-views.js';
import type { Runtime } from '../runtime.js';
import { SignedIds } from '../signed/signed-ids.js';
import { TokenSigner } from '../signed/token.js';
import type { IssrSocketOptions } from '../sockets/options.js';
import { addSocket, keepSocketHandlers } from '../sockets/route.js';
import type { AnySocketHandlers } from '../sockets/socket.js';
import { SocketBus } from '../sockets/socket-bus.js';
import type { IssrStreamOptions } from '../streams/options.js';
import { addStream } from '../streams/route.js';
import { UploadExchange } from '../uploads/cluster/upload-exchange.js';
import { addUploads } from '../uploads/http/endpoint.js';
import { Uploads } from '../uploads/uploads.js';

async function issr(fastify: FastifyInstance, given: IssrOptions): Promise<void> {
  const options = resolveOptions(given);
  limitShutdown(fastify, options);
  if (fastify.hasDecorator('issr')) throw new errors.ISSR_ERR_REGISTERED_TWICE(options.prefix);
  await useWebsocket(fastify, options.maxMessageBytes);
  keepSocketHandlers(fastify);
  extendRenderer();

  const hooks = new Hooks(fastify.log);
  if (options.onConnect) hooks.onConnect(options.onConnect);
  if (options.onVisit) hooks.onVisit(options.onVisit);
  if (options.onDisconnect) hooks.onDisconnect(options.onDisconnect);
  const store = new HtmlStore(options.maxStoredBytes);
  const renders = new RenderSlots({
    max: options.maxRenders,
    maxPerKey: options.maxRendersPerIp,
    flush: flushTurn,
  });
  const refusals = new RefusalLog(fastify.log);
  const adapter = options.adapter ?? new MemoryAdapter();
  const cluster = new Cluster(adapter, options.secret, { log: fastify.log, refusals });
  const channels = new Channels(options, cluster);
  const sockets = new SocketBus(cluster);
  const shares = new Shares(options, {
    turn: new LoopTurn(runTurn),
    deliver: (page, shared) => sendShared(runtime, page, shared),
    check: (...shared) => options.showErrors && checkShare(runtime, ...shared),
  });
  const audience = new Audience(options, cluster, shares);
  const routes = new PageRoutes(fastify);
  const uploads = new Uploads(options);
  const tickets = new CookieTickets(options, () => cluster.createKey());
  const downloads = new Downloads(options, () => cluster.createKey());
  const pages = new Pages({
    options,
    store,
    hooks,
    audience,
    shares,
    renders,
    tickets,
    downloads,
    log: fastify.log,
    render: (page, event) => rerender(runtime, page, event),
    prefetch: (page, asked, size) => prefetch(runtime, page, asked, size),
    createSecret: () => cluster.createKey(),
    leave: (page, delay) => runtime.handovers.leave(page, delay),
  });
  const uploadExchange = new UploadExchange({ cluster, pages, uploads, routes, log: fastify.log });
  const tokens = new TokenSigner(options.secret, options.tokenLifetime);
  const runtime: Runtime = {
    fastify,
    options,
    store,
    channels,
    routes,
    deadlines: new Deadlines(options.handlerTimeout),
    pages,
    late: new LateHost(options),
    audience,
    shares,
    cluster,
    refusals,
    mistakes: new MistakeLog(),
    tokens,
    signedIds: new SignedIds((id, issued) => tokens.sign(id, issued), options.tokenLifetime),
    urls: new SiteUrls(fastify),
    flashes: new FlashCookies(options.secret, options.maxFlashLength),
    tickets,
    downloads,
    uploads,
    uploadExchange,
    handovers: new Handovers({
      cluster,
      records: new Records(adapter, cluster, options.maxPagesPerIp),
      options,
      pages,
      uploads,
      uploadExchange,
      refusals,
      log: fastify.log,
    }),
    script: new ClientScript(`${fastify.prefix}${options.prefix}/${Endpoint.connection}.js`, options),
  };

  fastify.decorate('issr', new Issr(runtime, hooks));
  fastify.decorateRequest('issr', {
    getter() {
      const state = stateOf(this);
      state.audience = audience;
      state.flashCookies = runtime.flashes;
      return state;
    },
  });
  fastify.decorate('issrRoute', function (this: FastifyInstance, path: string, ...rest: unknown[]) {
    const [routeOptions, handler] = rest.length === 1 && typeof rest[0] === 'function' ? [{}, rest[0]] : rest;
    addRoute(runtime, this, path, routeOptions as IssrRouteOptions, handler as IssrRouteOptions['handler']);
    return this;
  } as FastifyInstance['issrRoute']);
  fastify.decorate('issrSocket', function (this: FastifyInstance, path: string, ...rest: unknown[]) {
    const [socketOptions, handlers] = rest.length === 1 ? [{}, rest[0]] : rest;
    return addSocket(
      { options, sockets },
      this,
      path,
      socketOptions as IssrSocketOptions,
      handlers as AnySocketHandlers,
    );
  } as unknown as FastifyInstance['issrSocket']);
  fastify.decorate('issrStream', function (this: FastifyInstance, path: string, ...rest: unknown[]) {
    const [streamOptions, handler] = rest.length === 1 ? [{}, rest[0]] : rest;
    addStream(runtime, this, path, streamOptions as IssrStreamOptions, handler as IssrStreamHandler);
    return this;
  } as unknown as FastifyInstance['issrStream']);
  renderPlainViews(runtime, fastify);
  addEndpoint(runtime, fastify);
  addUploads(runtime, fastify);
  connectProcesses(runtime, fastify);
  drainBeforeClosing(fastify, () => pages.drain());
}

/** Meets the other processes when the server is ready, and leaves them after its pages closed. */
function connectProcesses({ audience, channels, cluster }: Runtime, fastify: FastifyInstance): void {
  fastify.addHook('onReady', async () => {
    await cluster.open();
    await channels.open();
    audience.open();
  });
  fastify.addHook('onClose', async () => {
    audience.close();
    await cluster.close();
  });
}

/** Fastify gives each hook of its closing that long. */
function limitShutdown(
  { initialConfig: { pluginTimeout } }: FastifyInstance,
  { shutdownTimeout }: ResolvedOptions,
): void {
  if (!pluginTimeout || shutdownTimeout < pluginTimeout) return;
  throw new errors.ISSR_ERR_OPTION(
    'shutdownTimeout',
    `less than Fastify's pluginTimeout of ${pluginTimeout}`,
    String(shutdownTimeout),
  );
}

/**
 * Interactive server-side rendering: `fastify.issrRoute`, `fastify.issr`, `request.issr`.
 *
 * @throws ISSR_ERR_REGISTERED_TWICE, ISSR_ERR_OPTION
 */
export const issrPlugin = fastifyPlugin(issr, { fastify: '5.x', name: 'fastify-issr' });

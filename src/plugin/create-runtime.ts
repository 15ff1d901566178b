import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { Cluster } from '../cluster/cluster.js';
import { MemoryAdapter } from '../cluster/memory-adapter.js';
import { Records } from '../cluster/records.js';
import { checkShare } from '../dispatch/check-share.js';
import { PageRoutes } from '../dispatch/page-routes.js';
import { Downloads } from '../downloads/downloads.js';
import { Handovers } from '../handover/handovers.js';
import { HtmlStore } from '../html/store/html-store.js';
import { CookieTickets } from '../http/cookie-tickets.js';
import { SiteUrls } from '../http/site-url.js';
import { LateHost } from '../late/late-host.js';
import { Deadlines } from '../limits/deadlines.js';
import { LoopTurn } from '../limits/loop-turn.js';
import { RefusalLog } from '../limits/refusal-log.js';
import { RenderSlots } from '../limits/render-slots.js';
import { flushTurn, runTurn } from '../limits/turn-end.js';
import { MistakeLog } from '../mistakes/mistake-log.js';
import type { ResolvedOptions } from '../options/options.js';
import { Audience } from '../page/audience.js';
import { Hooks } from '../page/hooks.js';
import { Pages } from '../page/pages.js';
import { Shares } from '../page/shares.js';
import { prefetch } from '../prefetch/prefetch.js';
import { Endpoint } from '../protocol.js';
import { ClientScript } from '../render/script-tag.js';
import { rerender, sendShared } from '../rerender.js';
import type { Runtime } from '../runtime.js';
import { FlashCookies } from '../signed/flash-cookies.js';
import { SignedIds } from '../signed/signed-ids.js';
import { TokenSigner } from '../signed/token.js';
import { SocketBus } from '../sockets/socket-bus.js';
import { Channels } from '../streams/channels.js';
import { UploadExchange } from '../uploads/cluster/upload-exchange.js';
import { Uploads } from '../uploads/uploads.js';

/** Builds the services of one registration. Pages and shares call back into renders that need all of them. */
export function createRuntime(fastify: FastifyInstance, options: ResolvedOptions): Runtime {
  const hooks = createHooks(options, fastify.log);
  const store = new HtmlStore(options.maxStoredBytes);
  const renders = new RenderSlots({
    max: options.maxRenders,
    maxPerKey: options.maxRendersPerIp,
    flush: flushTurn,
  });
  const refusals = new RefusalLog(fastify.log);
  const adapter = options.adapter ?? new MemoryAdapter();
  const cluster = new Cluster(adapter, options.secret, { log: fastify.log, refusals });
  const channels = new Channels(options, cluster, fastify.log);
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
    warnOfLost: (lost) => runtime.handovers.warnOfLost(lost),
  });
  const uploadExchange = new UploadExchange({ cluster, pages, uploads, routes, log: fastify.log });
  const tokens = new TokenSigner(options.secret, options.tokenLifetime);
  const runtime: Runtime = {
    fastify,
    options,
    store,
    channels,
    sockets: new SocketBus(cluster),
    routes,
    deadlines: new Deadlines(options.handlerTimeout),
    pages,
    hooks,
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
  return runtime;
}

function createHooks({ onConnect, onVisit, onDisconnect }: ResolvedOptions, log: FastifyBaseLogger): Hooks {
  const hooks = new Hooks(log);
  if (onConnect) hooks.onConnect(onConnect);
  if (onVisit) hooks.onVisit(onVisit);
  if (onDisconnect) hooks.onDisconnect(onDisconnect);
  return hooks;
}

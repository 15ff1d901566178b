import type { FastifyInstance } from 'fastify';
import type { Cluster } from './cluster/cluster.js';
import type { PageRoutes } from './dispatch/page-routes.js';
import type { Downloads } from './downloads/downloads.js';
import type { Handovers } from './handover/handovers.js';
import type { HtmlStore } from './html/store/html-store.js';
import type { CookieTickets } from './http/cookie-tickets.js';
import type { SiteUrls } from './http/site-url.js';
import type { LateHost } from './late/late-host.js';
import type { Deadlines } from './limits/deadlines.js';
import type { RefusalLog } from './limits/refusal-log.js';
import type { MistakeLog } from './mistakes/mistake-log.js';
import type { ResolvedOptions } from './options/options.js';
import type { Audience } from './page/audience.js';
import type { Hooks } from './page/hooks.js';
import type { Pages } from './page/pages.js';
import type { Shares } from './page/shares.js';
import type { ClientScript } from './render/script-tag.js';
import type { FlashCookies } from './signed/flash-cookies.js';
import type { SignedIds } from './signed/signed-ids.js';
import type { TokenSigner } from './signed/token.js';
import type { SocketBus } from './sockets/socket-bus.js';
import type { Channels } from './streams/channels.js';
import type { UploadExchange } from './uploads/cluster/upload-exchange.js';
import type { Uploads } from './uploads/uploads.js';

/** The services of one plugin registration. */
export interface Runtime {
  fastify: FastifyInstance;
  options: ResolvedOptions;
  tokens: TokenSigner;
  /** Ids of loads. */
  signedIds: SignedIds;
  tickets: CookieTickets;
  downloads: Downloads;
  flashes: FlashCookies;
  store: HtmlStore;
  script: ClientScript;
  routes: PageRoutes;
  /** Time limits of handlers: `handlerTimeout`. */
  deadlines: Deadlines;
  pages: Pages;
  /** The author's `onConnect`, `onVisit` and `onDisconnect`. */
  hooks: Hooks;
  /** Parts of pages that load later. */
  late: LateHost;
  /** Watched keys and presence records. */
  audience: Audience;
  /** Pages that get each other's renders. */
  shares: Shares;
  /** The other processes. */
  cluster: Cluster;
  urls: SiteUrls;
  /** Channels of event streams. */
  channels: Channels;
  /** Messages to websockets of all processes. */
  sockets: SocketBus;
  refusals: RefusalLog;
  /** Mistakes of authors that `showErrors` found. */
  mistakes: MistakeLog;
  /** Uploaded files of all pages. */
  uploads: Uploads;
  /** Uploads of pages that other processes hold, and of pages that move. */
  uploadExchange: UploadExchange;
  /** Pages that move from one process to another. */
  handovers: Handovers;
}

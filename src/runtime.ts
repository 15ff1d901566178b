import type { FastifyInstance } from 'fastify';
import type { ClientScript } from './client-script.js';
import type { CookieTickets } from './cookies.js';
import type { HtmlStore } from './html/store.js';
import type { Gate } from './limits.js';
import type { ResolvedOptions } from './options.js';
import type { Pages } from './pages.js';
import type { Refusals } from './refusals.js';
import type { Channels } from './streams/channels.js';
import type { TokenSigner } from './token.js';
import type { Uploads } from './uploads/uploads.js';

/** What one registration of the plugin consists of. Each part knows this, and no part knows another's making. */
export interface Runtime {
  fastify: FastifyInstance;
  options: ResolvedOptions;
  tokens: TokenSigner;
  tickets: CookieTickets;
  store: HtmlStore;
  script: ClientScript;
  pages: Pages;
  /** What event streams hear. */
  channels: Channels;
  refusals: Refusals;
  /** The files of all pages. */
  uploads: Uploads;
  /** What all pages render at once. */
  renders: Gate;
}

import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyRequest } from 'fastify';
import { errors } from '../errors.js';
import { DEFAULT_PING_INTERVAL } from '../protocol.js';
import type { IssrPage } from '../types/issr-page.js';
import {
  assertOptions,
  flag,
  folder,
  hook,
  type OptionRule,
  oneOf,
  origins,
  positive,
  prefix,
  secret,
  timer,
  timerOrNone,
} from './rules.js';

/** Why a page is forgotten: left by the visitor, gone with its connection, closed by `page.close()`, or the server closes. */
export type DisconnectReason = 'left' | 'lost' | 'closed' | 'shutdown';

/** After a page joined. `request` is the handshake of its connection. */
export type OnConnect = (page: IssrPage, request: FastifyRequest) => void | Promise<void>;

/** Before a page is forgotten; its params are still there. */
export type OnDisconnect = (page: IssrPage, reason: DisconnectReason) => void | Promise<void>;

/** Options of the plugin. Times are milliseconds, sizes bytes. */
export interface IssrOptions {
  /**
   * Where the plugin's own routes are: `<prefix>/issr` (websocket), `<prefix>/issr.js`, `<prefix>/issr/cookies`.
   * @default ''
   */
  prefix?: string;
  /**
   * Signs the pages' tokens. Give the same to every process that serves one site, so that a page can
   * go on at another process or after a restart; at least 32 characters.
   * @default random for each process
   */
  secret?: string;
  /**
   * Whose pages may connect: `'same-host'`, a list of origins, or a function.
   * @default 'same-host'
   */
  allowedOrigins?:
    | 'same-host'
    | string[]
    | ((origin: string | undefined, request: FastifyRequest) => boolean);
  /**
   * A page sees message and stack of an error.
   * @default true, false with NODE_ENV=production
   */
  showErrors?: boolean;
  /** A thin bar in the page while an answer is due for more than 400 ms. @default true */
  progress?: boolean;
  /** How long the handler of an event or push may take, hooks included; then its `request.signal` is aborted and the page gets an error. A load is limited by Fastify's own `handlerTimeout`. @default 10_000 */
  handlerTimeout?: number;
  /** How long a page whose connection dropped is kept. @default 10_000 */
  resumeWindow?: number;
  /** How long `fastify.close()` waits for events that are under way; those that wait are left to the next process. Below Fastify's `pluginTimeout`, which ends it otherwise. @default 5000 */
  shutdownTimeout?: number;
  /** How long a token is good for a join. @default 604_800_000 (7 days) */
  tokenLifetime?: number;
  /** How long a rendered page may wait for its join before its HTML is forgotten. @default 30_000 */
  joinTimeout?: number;
  /** How long a cookie ticket can be fetched. @default 30_000 */
  ticketLifetime?: number;
  /** How often each side of a link asks whether the other is there. One that has not answered half of that later is gone: the link is cut, and the page opens another. @default 25_000 */
  pingInterval?: number;
  /** The largest message a page may send; a larger one closes with 1009. @default 1_048_576 */
  maxMessageBytes?: number;
  /** Events of one page that may wait while one is under way; one more is answered with an error. @default 100 */
  maxQueuedEvents?: number;
  /** Params of one page. @default 1000 */
  maxParams?: number;
  /** Characters of a param's name. @default 1000 */
  maxParamNameLength?: number;
  /** Characters of all params of one page, names included. @default 1_048_576 */
  maxParamsLength?: number;
  /** Events of one page in a second, in the long run; more wait in its queue. @default 100 */
  maxEventsPerSecond?: number;
  /** Events of one page that may come at once before that holds. @default 200 */
  maxEventBurst?: number;
  /** Renders under way in this process; more wait. @default 1000 */
  maxRenders?: number;
  /** Pages that joined, in this process. @default 100_000 */
  maxPages?: number;
  /** Pages of one IP address. Offices and mobile networks share one. @default 1000 */
  maxPagesPerIp?: number;
  /** Bytes that a page has not read yet: then its changes are left out, and it is sent whole later; at four times that it is cut off. @default 1_048_576 */
  maxUnsentBytes?: number;
  /** Rendered pages that wait for their join; the oldest is forgotten. @default 10_000 */
  maxUnjoinedPages?: number;
  /** Their HTML together. @default 67_108_864 */
  maxUnjoinedBytes?: number;
  /** HTML of all pages together, equal pages counted once; the least recently used goes, its page is sent whole next time. @default 268_435_456 */
  maxStoredBytes?: number;
  /**
   * Where uploads are until their page has gone. What processes of this host that died have left there is removed at the start.
   * @default 'fastify-issr-<user id>' in the system's temporary folder
   */
  uploadFolder?: string;
  /** Bytes of all uploads of this process on the disk; what would go beyond is refused. @default 1_073_741_824 */
  maxUploadDiskBytes?: number;
  /** Uploads under way in this process; more are tried again by their pages. @default 100 */
  maxUploads?: number;
  /** An upload of which nothing comes for so long is cut. Its page goes on with it. @default 30_000 */
  uploadTimeout?: number;
  /** Events of one channel that are kept for streams which come back. @default 100 */
  maxReplayEvents?: number;
  /** Bytes of such events, of all channels together, and 256 for each; the channel goes that was used the longest time ago. @default 16_777_216 */
  maxReplayBytes?: number;
  /** Log level of a re-render's request log, so that events need not fill the log. @default 'warn' */
  requestLogLevel?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** As `fastify.issr.onConnect`. */
  onConnect?: OnConnect;
  /** As `fastify.issr.onDisconnect`. */
  onDisconnect?: OnDisconnect;
}

/** Options with nothing left out. */
export type ResolvedOptions = Required<Omit<IssrOptions, 'onConnect' | 'onDisconnect'>> &
  Pick<IssrOptions, 'onConnect' | 'onDisconnect'>;

/** Per user, because everyone can write to the system's temporary folder. */
const defaultUploadFolder = join(tmpdir(), `fastify-issr-${process.getuid?.() ?? 'uploads'}`);

const defaults = {
  prefix: '',
  allowedOrigins: 'same-host',
  progress: true,
  handlerTimeout: 10_000,
  resumeWindow: 10_000,
  shutdownTimeout: 5000,
  tokenLifetime: 7 * 24 * 60 * 60 * 1000,
  joinTimeout: 30_000,
  ticketLifetime: 30_000,
  pingInterval: DEFAULT_PING_INTERVAL,
  maxMessageBytes: 1024 * 1024,
  maxQueuedEvents: 100,
  maxParams: 1000,
  maxParamNameLength: 1000,
  maxParamsLength: 1024 * 1024,
  maxEventsPerSecond: 100,
  maxEventBurst: 200,
  maxRenders: 1000,
  maxPages: 100_000,
  maxPagesPerIp: 1000,
  maxUnsentBytes: 1024 * 1024,
  maxUnjoinedPages: 10_000,
  maxUnjoinedBytes: 64 * 1024 * 1024,
  maxStoredBytes: 256 * 1024 * 1024,
  uploadFolder: defaultUploadFolder,
  maxUploadDiskBytes: 1024 * 1024 * 1024,
  maxUploads: 100,
  uploadTimeout: 30_000,
  maxReplayEvents: 100,
  maxReplayBytes: 16 * 1024 * 1024,
  requestLogLevel: 'warn',
} as const satisfies Partial<IssrOptions>;

const rules: { [Name in keyof Required<IssrOptions>]: OptionRule } = {
  prefix,
  secret,
  allowedOrigins: origins,
  showErrors: flag,
  progress: flag,
  handlerTimeout: timer,
  resumeWindow: timerOrNone,
  shutdownTimeout: timerOrNone,
  tokenLifetime: positive,
  joinTimeout: timer,
  ticketLifetime: timer,
  pingInterval: timer,
  maxMessageBytes: positive,
  maxQueuedEvents: positive,
  maxParams: positive,
  maxParamNameLength: positive,
  maxParamsLength: positive,
  maxEventsPerSecond: positive,
  maxEventBurst: positive,
  maxRenders: positive,
  maxPages: positive,
  maxPagesPerIp: positive,
  maxUnsentBytes: positive,
  maxUnjoinedPages: positive,
  maxUnjoinedBytes: positive,
  maxStoredBytes: positive,
  uploadFolder: folder,
  maxUploadDiskBytes: positive,
  maxUploads: positive,
  uploadTimeout: timer,
  maxReplayEvents: positive,
  maxReplayBytes: positive,
  requestLogLevel: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  onConnect: hook,
  onDisconnect: hook,
};

/** Those of `fastify.register` go with a plugin's own. */
const optionNames = [...Object.keys(rules), 'logLevel', 'logSerializers'];

/**
 * @throws ISSR_ERR_OPTION naming the option and what came
 */
export function resolveOptions(given: IssrOptions): ResolvedOptions {
  const unknown = Object.keys(given).find((name) => !optionNames.includes(name));
  if (unknown) throw new errors.ISSR_ERR_OPTION(unknown, `one of ${optionNames.join(', ')}`, unknown);
  const options: ResolvedOptions = {
    ...defaults,
    ...withoutUndefined(given),
    secret: given.secret ?? randomBytes(32).toString('base64url'),
    showErrors: given.showErrors ?? process.env.NODE_ENV !== 'production',
  };
  assertOptions<IssrOptions>(options, rules);
  return options;
}

function withoutUndefined(given: IssrOptions): IssrOptions {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

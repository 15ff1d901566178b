import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import type { FastifyRequest } from 'fastify';
import type { Adapter } from '../cluster/adapter.js';
import { DEFAULT_PING_INTERVAL } from '../protocol.js';
import type { DisconnectReason, IssrPage } from '../types/issr-page.js';
import {
  adapter,
  cookieLength,
  falseOr,
  flag,
  flagOr,
  folder,
  oneOf,
  optionalFunction,
  origins,
  positive,
  prefix,
  secret,
  timer,
  timerOrNone,
} from './rules.js';
import { type OptionTable, resolveTable } from './table.js';

/**
 * Runs after a page joined. `request` is the handshake of its connection, or the request of its first render if the
 * page's cookies changed since the handshake.
 */
export type OnConnect = (page: IssrPage, request: FastifyRequest) => void | Promise<void>;

/**
 * Runs when a visit in place arrives: the hooks of the new route let the page in, and its handler is next. `page` has
 * the path and params of the new URL. `request` is that of the visit, with the page's current cookies.
 */
export type OnVisit = (page: IssrPage, request: FastifyRequest) => void | Promise<void>;

/** Runs before a page is closed, while its params are still there. */
export type OnDisconnect = (page: IssrPage, reason: DisconnectReason) => void | Promise<void>;

/** Options of the plugin. Times are milliseconds, sizes bytes. */
export interface IssrOptions {
  /**
   * Path before the plugin's own routes: `<prefix>/issr` (WebSocket), all below `<prefix>/issr/`, and `<prefix>/issr*.js`.
   * @default ''
   */
  // Not `| undefined`: `fastify.register` has an option of this name and of this type.
  prefix?: string;
  /**
   * Signs the tokens of pages. Give the same secret to every process that serves one site, so that a page
   * can resume at another process or after a restart. At least 32 characters. To rotate, give a list:
   * the first secret signs, all of them verify.
   * @default random for each process
   */
  secret?: string | string[] | undefined;
  /** Makes each plain link to a page of this site a visit in place. `data-rr="off"` on a link, or around it, makes it an ordinary link. @default false */
  links?: boolean | undefined;
  /** Asks for the page of a link, or the state of a button, when the pointer enters it or the keyboard's focus reaches it, and shows it at the click without a round trip. `false`: only for elements with `prefetch="hover"`. @default false */
  prefetch?: false | 'hover' | undefined;
  /** Shows each visit as a View Transition, except to visitors who asked for less motion. `false`: only visits of elements with `transition`. @default false */
  transition?: boolean | undefined;
  /**
   * The origins whose pages may connect: `'same-host'`, a list of origins, or a function.
   * @default 'same-host'
   */
  allowedOrigins?:
    | 'same-host'
    | string[]
    | ((origin: string | undefined, request: FastifyRequest) => boolean)
    | undefined;
  /**
   * Shows message and stack of an error in the page.
   * @default true, false with NODE_ENV=production
   */
  showErrors?: boolean | undefined;
  /**
   * A panel in the page with its events, changes and times. `true`: open until it is closed, for every visitor and also in
   * production. `'shortcut'`: Ctrl+Shift+I opens it. `false`: there is none.
   * @default 'shortcut', false without `showErrors`
   */
  debug?: boolean | 'shortcut' | undefined;
  /** Delays what pages send, so that their author feels a slow line. Only with `showErrors`. @default 0 */
  latency?: number | undefined;
  /** Shows a thin bar in the page while an answer takes more than 400 ms. @default true */
  progress?: boolean | undefined;
  /** Time limit for the handler of an event or push, hooks included. Above it `request.signal` is aborted and the page gets an error. A load is limited by Fastify's own `handlerTimeout`. For an action that yields, the time from one value to the next. @default 10_000 */
  handlerTimeout?: number | undefined;
  /** Time limit of a part that loads later. Above it its signal is aborted and the part fails. @default 60_000 */
  lateTimeout?: number | undefined;
  /** Keeps a page whose connection dropped for this time. @default 10_000 */
  resumeWindow?: number | undefined;
  /** Time limit for running events while the server closes, and for browsers to fetch the cookies and files of their answers. Events that still wait are left to the next process. Must be below Fastify's `pluginTimeout`. @default 5000 */
  shutdownTimeout?: number | undefined;
  /** A page can join with its token for this time. @default 604_800_000 (7 days) */
  tokenLifetime?: number | undefined;
  /** Time limit between the load of a page and its join. Above it the HTML is evicted. @default 30_000 */
  joinTimeout?: number | undefined;
  /** A cookie ticket can be fetched for this time. @default 30_000 */
  ticketLifetime?: number | undefined;
  /** Cookie tickets that wait to be fetched. The oldest is evicted first. @default 10_000 */
  maxTickets?: number | undefined;
  /** Cookie tickets of one address that wait. Above it, the oldest of that address is evicted. @default 1000 */
  maxTicketsPerIp?: number | undefined;
  /** Size limit of a file that an action answers (`content-disposition: attachment`). Above it the event ends with an error. Redirect to a route for larger ones. @default 8_388_608 (8 MiB) */
  maxDownloadBytes?: number | undefined;
  /** Such files that wait to be fetched, for `ticketLifetime` at most. The oldest is evicted first. @default 67_108_864 (64 MiB) */
  maxWaitingDownloadBytes?: number | undefined;
  /** Such files of one address. Above it, the oldest of that address is evicted. @default a quarter of `maxWaitingDownloadBytes` */
  maxWaitingDownloadBytesPerIp?: number | undefined;
  /** Both sides of a connection ping at this interval. A peer that is silent for half of it after a ping is cut off, and the page reconnects. @default 25_000 */
  pingInterval?: number | undefined;
  /** Closes an older connection with 4410. Its page opens another at once and resumes, so that the headers of its handshake (cookies, proxy authentication, trace ids) are renewed. 0 sets no limit; half of `tokenLifetime` always is one. @default 0 */
  maxConnectionAge?: number | undefined;
  /** The largest message a page may send. A larger one closes the connection with 1009. @default 1_048_576 */
  maxMessageBytes?: number | undefined;
  /** Events of one page that may wait while one is running. The next one is answered with an error. @default 100 */
  maxQueuedEvents?: number | undefined;
  /** Params of one page. @default 1000 */
  maxParams?: number | undefined;
  /** Values of all params of one page: a name can have several. @default 10_000 */
  maxParamValues?: number | undefined;
  /** Characters of a param's name. @default 1000 */
  maxParamNameLength?: number | undefined;
  /** Length of all params of one page as an encoded query: `&name=value` for each value. @default 1_048_576 */
  maxParamsLength?: number | undefined;
  /** Actions of one event. @default 100 */
  maxActions?: number | undefined;
  /** Events of one page per second, on average. Faster ones wait in its queue. Each further action, and each 64 KiB of params, counts as another event. @default 100 */
  maxEventsPerSecond?: number | undefined;
  /** Events of one page that may arrive at once before `maxEventsPerSecond` applies. @default 200 */
  maxEventBurst?: number | undefined;
  /** Pages that are rendered ahead of a click and kept for one page, for 15 seconds at most. Above it the oldest is evicted. @default 8 */
  maxPrefetches?: number | undefined;
  /** Concurrent renders of open pages. More of them wait. Loads do not count. @default 1000 */
  maxRenders?: number | undefined;
  /** Concurrent renders of one address. More of them wait. An IPv6 address counts by its /64 network. @default 250 */
  maxRendersPerIp?: number | undefined;
  /** Actions of this process that go on after the answer to their event, because they yield. @default 1000 */
  maxRunningActions?: number | undefined;
  /** Running actions of one address. @default 100 */
  maxRunningActionsPerIp?: number | undefined;
  /** Running actions of one page. @default 10 */
  maxRunningActionsPerPage?: number | undefined;
  /** Parts of one page that load later. @default 100 */
  maxLateParts?: number | undefined;
  /** Late parts that are computed at the same time in this process. More of them wait. @default 1000 */
  maxRunningLateParts?: number | undefined;
  /** Late parts of one address that are computed at the same time. More of them wait. @default 250 */
  maxRunningLatePartsPerIp?: number | undefined;
  /** Content of all late parts. The least recently used is evicted first, and computed again when its page is rendered. @default 67_108_864 */
  maxLateBytes?: number | undefined;
  /** Content of one page's late parts. A part that does not fit fails. @default half of maxLateBytes */
  maxLateBytesPerPage?: number | undefined;
  /** Pushes of a page in a row that were asked for during a render of it. Then the page gets an error, and is rendered 10 times per second at most. @default 1000 */
  maxPushesInRow?: number | undefined;
  /** A page with `share` is rendered by itself, hooks of its route included, at the first push after this time at the latest. @default 60_000 */
  maxShareAge?: number | undefined;
  /** Joined pages of this process. @default 100_000 */
  maxPages?: number | undefined;
  /** Joined pages of one address. An IPv6 address counts by its /64 network. Offices and mobile networks share an address. @default 1000 */
  maxPagesPerIp?: number | undefined;
  /** Characters that all pages hold: their encoded params, as of the last message of each, their waiting messages, and what has arrived of a long message. @default 536_870_912 */
  maxHeldLength?: number | undefined;
  /** The same for the pages of one address. @default an eighth of maxHeldLength */
  maxHeldLengthPerIp?: number | undefined;
  /** Connections that wait for the join of a page. @default 10_000 */
  maxUnjoinedConnections?: number | undefined;
  /** Connections of one address that wait for the join of a page. @default a tenth of maxUnjoinedConnections */
  maxUnjoinedConnectionsPerIp?: number | undefined;
  /** Send-buffer limit of a page. Above it, patches are skipped and the whole page is sent once the buffer drains. At four times the limit the connection is closed. @default 1_048_576 */
  maxUnsentBytes?: number | undefined;
  /** Loaded pages that wait for their join. The oldest is evicted first. @default 10_000 */
  maxUnjoinedPages?: number | undefined;
  /** Memory of all pages that wait for their join: two bytes for each character of their HTML. @default 67_108_864 */
  maxUnjoinedBytes?: number | undefined;
  /** Loaded pages of one address that wait for their join. Those above it render again when they join. @default 1000 */
  maxUnjoinedPagesPerIp?: number | undefined;
  /** HTML of one address's pages that wait for their join. @default a quarter of maxUnjoinedBytes */
  maxUnjoinedBytesPerIp?: number | undefined;
  /** HTML of all pages, equal pages counted once. The least recently used is evicted first, and its page is sent whole at its next change. @default 268_435_456 */
  maxStoredBytes?: number | undefined;
  /**
   * The folder of uploaded files. A file stays until its page closes. The plugin removes at its start what dead processes of this host left there.
   * @default 'fastify-issr-<user id>' in the system's temporary folder
   */
  uploadFolder?: string | undefined;
  /** Bytes of all uploads of this process on the disk. A file that does not fit is refused. @default 1_073_741_824 */
  maxUploadDiskBytes?: number | undefined;
  /** Bytes of one page's uploads on the disk. @default half of maxUploadDiskBytes */
  maxUploadDiskBytesPerPage?: number | undefined;
  /** Bytes of one address's uploads on the disk. @default three quarters of maxUploadDiskBytes */
  maxUploadDiskBytesPerIp?: number | undefined;
  /** Concurrent uploads of this process. Pages retry those above it. @default 100 */
  maxUploads?: number | undefined;
  /** Concurrent uploads of one address. @default half of maxUploads */
  maxUploadsPerIp?: number | undefined;
  /** Cuts an upload that sent nothing for this time. Its page resumes it. @default 30_000 */
  uploadTimeout?: number | undefined;
  /** Cuts an upload that is slower over `uploadTimeout`. Its page resumes it. @default 256 */
  minUploadBytesPerSecond?: number | undefined;
  /** Events of one channel that are kept for reconnecting streams. @default 100 */
  maxReplayEvents?: number | undefined;
  /** Bytes of the kept events of all channels, plus 256 for each event. The least recently used channel is evicted first. @default 16_777_216 */
  maxReplayBytes?: number | undefined;
  /**
   * Connects this process with others that serve the same site: `redisAdapter(client)` of `fastify-issr/redis`.
   * @default none
   */
  adapter?: Adapter | undefined;
  /**
   * Declared actions while the store of the adapter is away: `'run'` runs them, at most once in this process; `'refuse'` answers
   * with ISSR_ERR_CUT.
   * @default 'run'
   */
  whenCut?: 'run' | 'refuse' | undefined;
  /** Keys that one page watches. @default 100 */
  maxWatchedKeys?: number | undefined;
  /** Characters of a watched key. @default 200 */
  maxWatchedKeyLength?: number | undefined;
  /** Characters of one presence record as JSON. @default 2000 */
  maxPresenceLength?: number | undefined;
  /** Characters of the cookie that carries `request.issr.flash` over a redirect: four for three bytes of text. @default 2000 */
  maxFlashLength?: number | undefined;
  /** Log level of an event's request log, so that events need not fill the log. @default 'warn' */
  requestLogLevel?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent' | undefined;
  /** Same as a first call of `fastify.issr.onConnect`. */
  onConnect?: OnConnect | undefined;
  /** Same as a first call of `fastify.issr.onVisit`. */
  onVisit?: OnVisit | undefined;
  /** Same as a first call of `fastify.issr.onDisconnect`. */
  onDisconnect?: OnDisconnect | undefined;
}

/** Options without a default. */
type Optional = 'adapter' | 'onConnect' | 'onVisit' | 'onDisconnect';

/** Options with their defaults filled in. */
export type ResolvedOptions = Required<Omit<IssrOptions, Optional>> & Pick<IssrOptions, Optional>;

const MEBIBYTE = 1024 * 1024;
/** Defaults of what is kept in the heap are for a GiB. Node limits the heap to half of a small container's memory. */
const HEAP_SHARE = Math.min(1, getHeapStatistics().heap_size_limit / 1024 ** 3);
const DAY = 24 * 60 * 60 * 1000;

const MAX_HELD_LENGTH = Math.floor(512 * MEBIBYTE * HEAP_SHARE);
const MAX_UNJOINED_CONNECTIONS = 10_000;
const MAX_UNJOINED_BYTES = Math.floor(64 * MEBIBYTE * HEAP_SHARE);
const MAX_LATE_BYTES = Math.floor(64 * MEBIBYTE * HEAP_SHARE);
const MAX_STORED_BYTES = Math.floor(256 * MEBIBYTE * HEAP_SHARE);
const MAX_WAITING_DOWNLOAD_BYTES = 64 * MEBIBYTE;
const MAX_UPLOAD_DISK_BYTES = 1024 * MEBIBYTE;
const MAX_UPLOADS = 100;

/** Named by user, because everyone can write to the system's temporary folder. */
const defaultUploadFolder = join(tmpdir(), `fastify-issr-${process.getuid?.() ?? 'uploads'}`);

/** An owner's part of a shared limit. */
function share(part: number, given: number | undefined, fallback: number): number {
  return Math.max(1, Math.floor(part * (given ?? fallback)));
}

const isDevelopment = (): boolean => process.env.NODE_ENV !== 'production';

/** The plugin's options. */
const pluginOptions: OptionTable<IssrOptions> = {
  prefix: { default: '', rule: prefix },
  secret: { derive: () => randomBytes(32).toString('base64url'), rule: secret },
  allowedOrigins: { default: 'same-host', rule: origins },
  showErrors: { derive: isDevelopment, rule: flag },
  debug: {
    derive: (_base, { showErrors = isDevelopment() }) => showErrors && 'shortcut',
    rule: flagOr('shortcut'),
  },
  latency: { default: 0, rule: timerOrNone, unit: 'milliseconds' },
  progress: { default: true, rule: flag },
  links: { default: false, rule: flag },
  prefetch: { default: false, rule: falseOr('hover') },
  transition: { default: false, rule: flag },
  handlerTimeout: { default: 10_000, rule: timer, unit: 'milliseconds' },
  lateTimeout: { default: 60_000, rule: timer, unit: 'milliseconds' },
  resumeWindow: { default: 10_000, rule: timerOrNone, unit: 'milliseconds' },
  shutdownTimeout: { default: 5000, rule: timerOrNone, unit: 'milliseconds' },
  tokenLifetime: { default: 7 * DAY, rule: positive, unit: 'milliseconds' },
  joinTimeout: { default: 30_000, rule: timer, unit: 'milliseconds' },
  ticketLifetime: { default: 30_000, rule: timer, unit: 'milliseconds' },
  maxTickets: { default: 10_000, rule: positive },
  maxTicketsPerIp: { default: 1000, rule: positive },
  maxDownloadBytes: { default: 8 * MEBIBYTE, rule: positive, unit: 'bytes' },
  maxWaitingDownloadBytes: { default: MAX_WAITING_DOWNLOAD_BYTES, rule: positive, unit: 'bytes' },
  maxWaitingDownloadBytesPerIp: {
    derive: (_base, given) => share(0.25, given.maxWaitingDownloadBytes, MAX_WAITING_DOWNLOAD_BYTES),
    rule: positive,
    unit: 'bytes',
  },
  pingInterval: { default: DEFAULT_PING_INTERVAL, rule: timer, unit: 'milliseconds' },
  maxConnectionAge: { default: 0, rule: timerOrNone, unit: 'milliseconds' },
  maxMessageBytes: { default: MEBIBYTE, rule: positive, unit: 'bytes' },
  maxQueuedEvents: { default: 100, rule: positive },
  maxParams: { default: 1000, rule: positive },
  maxParamValues: { default: 10_000, rule: positive },
  maxParamNameLength: { default: 1000, rule: positive, unit: 'characters' },
  maxParamsLength: { default: MEBIBYTE, rule: positive, unit: 'characters' },
  maxActions: { default: 100, rule: positive },
  maxEventsPerSecond: { default: 100, rule: positive },
  maxEventBurst: { default: 200, rule: positive },
  maxPrefetches: { default: 8, rule: positive },
  maxRenders: { default: 1000, rule: positive },
  maxRendersPerIp: { default: 250, rule: positive },
  maxRunningActions: { default: 1000, rule: positive },
  maxRunningActionsPerIp: { default: 100, rule: positive },
  maxRunningActionsPerPage: { default: 10, rule: positive },
  maxLateParts: { default: 100, rule: positive },
  maxRunningLateParts: { default: 1000, rule: positive },
  maxRunningLatePartsPerIp: { default: 250, rule: positive },
  maxLateBytes: { default: MAX_LATE_BYTES, rule: positive, unit: 'bytes' },
  maxLateBytesPerPage: {
    derive: (_base, given) => share(0.5, given.maxLateBytes, MAX_LATE_BYTES),
    rule: positive,
    unit: 'bytes',
  },
  maxPushesInRow: { default: 1000, rule: positive },
  maxShareAge: { default: 60_000, rule: timer, unit: 'milliseconds' },
  maxPages: { default: 100_000, rule: positive },
  maxPagesPerIp: { default: 1000, rule: positive },
  maxHeldLength: { default: MAX_HELD_LENGTH, rule: positive, unit: 'characters' },
  maxHeldLengthPerIp: {
    derive: (_base, given) => share(0.125, given.maxHeldLength, MAX_HELD_LENGTH),
    rule: positive,
    unit: 'characters',
  },
  maxUnjoinedConnections: { default: MAX_UNJOINED_CONNECTIONS, rule: positive },
  maxUnjoinedConnectionsPerIp: {
    derive: (_base, given) => share(0.1, given.maxUnjoinedConnections, MAX_UNJOINED_CONNECTIONS),
    rule: positive,
  },
  maxUnsentBytes: { default: MEBIBYTE, rule: positive, unit: 'bytes' },
  maxUnjoinedPages: { default: 10_000, rule: positive },
  maxUnjoinedBytes: { default: MAX_UNJOINED_BYTES, rule: positive, unit: 'bytes' },
  maxUnjoinedPagesPerIp: { default: 1000, rule: positive },
  maxUnjoinedBytesPerIp: {
    derive: (_base, given) => share(0.25, given.maxUnjoinedBytes, MAX_UNJOINED_BYTES),
    rule: positive,
    unit: 'bytes',
  },
  maxStoredBytes: { default: MAX_STORED_BYTES, rule: positive, unit: 'bytes' },
  uploadFolder: { default: defaultUploadFolder, rule: folder },
  maxUploadDiskBytes: { default: MAX_UPLOAD_DISK_BYTES, rule: positive, unit: 'bytes' },
  maxUploadDiskBytesPerPage: {
    derive: (_base, given) => share(0.5, given.maxUploadDiskBytes, MAX_UPLOAD_DISK_BYTES),
    rule: positive,
    unit: 'bytes',
  },
  maxUploadDiskBytesPerIp: {
    derive: (_base, given) => share(0.75, given.maxUploadDiskBytes, MAX_UPLOAD_DISK_BYTES),
    rule: positive,
    unit: 'bytes',
  },
  maxUploads: { default: MAX_UPLOADS, rule: positive },
  maxUploadsPerIp: { derive: (_base, given) => share(0.5, given.maxUploads, MAX_UPLOADS), rule: positive },
  uploadTimeout: { default: 30_000, rule: timer, unit: 'milliseconds' },
  minUploadBytesPerSecond: { default: 256, rule: positive, unit: 'bytes' },
  maxReplayEvents: { default: 100, rule: positive },
  maxReplayBytes: { default: 16 * MEBIBYTE, rule: positive, unit: 'bytes' },
  adapter: { rule: adapter },
  whenCut: { default: 'run', rule: oneOf('run', 'refuse') },
  maxWatchedKeys: { default: 100, rule: positive },
  maxWatchedKeyLength: { default: 200, rule: positive, unit: 'characters' },
  maxPresenceLength: { default: 2000, rule: positive, unit: 'characters' },
  maxFlashLength: { default: 2000, rule: cookieLength, unit: 'characters' },
  requestLogLevel: {
    default: 'warn',
    rule: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  },
  onConnect: { rule: optionalFunction },
  onVisit: { rule: optionalFunction },
  onDisconnect: { rule: optionalFunction },
};

/** `fastify.register` passes its own options together with the plugin's. */
const REGISTER_OPTIONS = ['logLevel', 'logSerializers'];

/** @throws ISSR_ERR_OPTION with the option's name, the allowed values and the given one */
export function resolveOptions(given: IssrOptions): ResolvedOptions {
  return resolveTable(pluginOptions, given, {
    base: undefined,
    others: REGISTER_OPTIONS,
  }) as ResolvedOptions;
}

import type { IssrOptions, ResolvedOptions } from '../options/options.js';
import { origins, positive, timer } from '../options/rules.js';
import { type OptionTable, resolveTable } from '../options/table.js';

/** Options of one `issrSocket`. Times are milliseconds, sizes bytes. */
export interface IssrSocketOptions {
  /** The origins whose pages may connect. @default the plugin's */
  allowedOrigins?: IssrOptions['allowedOrigins'] | undefined;
  /** The largest message. A larger one closes with 1009. @default the plugin's */
  maxMessageBytes?: number | undefined;
  /** The largest frame. A larger one closes with 1009. @default `maxMessageBytes` */
  maxFrameBytes?: number | undefined;
  /** Messages of one socket per second, on average. Faster ones wait. @default 100 */
  maxMessagesPerSecond?: number | undefined;
  /** Messages of one socket that may arrive at once before `maxMessagesPerSecond` applies. @default 200 */
  maxMessageBurst?: number | undefined;
  /** Messages of one socket that wait for their handler. At this number, or above `maxMessageBytes` of them, the server stops reading. @default 100 */
  maxQueuedMessages?: number | undefined;
  /** Send-buffer limit. Above it, the socket is cut off. @default the plugin's */
  maxUnsentBytes?: number | undefined;
  /** Concurrent sockets of this process. The next one is answered with 503. @default 100_000 */
  maxClients?: number | undefined;
  /** Concurrent sockets of one address. An IPv6 address counts by its /64 network. @default 1000 */
  maxClientsPerIp?: number | undefined;
  /** Interval of pings. A socket that was silent since the last one is cut off. @default the plugin's */
  pingInterval?: number | undefined;
  /** Time limit for the peer's answer to a close. Above it, the socket is cut off. @default 1000 */
  closeTimeout?: number | undefined;
}

export type ResolvedSocketOptions = Required<IssrSocketOptions>;

/** The options of `issrSocket`, beside those of a Fastify route. */
export const socketOptions: OptionTable<IssrSocketOptions, ResolvedOptions> = {
  allowedOrigins: { derive: (plugin) => plugin.allowedOrigins, rule: origins },
  maxMessageBytes: { derive: (plugin) => plugin.maxMessageBytes, rule: positive, unit: 'bytes' },
  maxFrameBytes: {
    derive: (plugin, given) => given.maxMessageBytes ?? plugin.maxMessageBytes,
    rule: positive,
    unit: 'bytes',
  },
  maxMessagesPerSecond: { default: 100, rule: positive },
  maxMessageBurst: { default: 200, rule: positive },
  maxQueuedMessages: { default: 100, rule: positive },
  maxUnsentBytes: { derive: (plugin) => plugin.maxUnsentBytes, rule: positive, unit: 'bytes' },
  maxClients: { default: 100_000, rule: positive },
  maxClientsPerIp: { default: 1000, rule: positive },
  pingInterval: { derive: (plugin) => plugin.pingInterval, rule: timer, unit: 'milliseconds' },
  closeTimeout: { default: 1000, rule: timer, unit: 'milliseconds' },
};

/**
 * @param given may contain a route's options too
 * @throws ISSR_ERR_OPTION with the option's name, the allowed values and the given one
 */
export function resolveSocketOptions(
  given: IssrSocketOptions,
  plugin: ResolvedOptions,
): ResolvedSocketOptions {
  return resolveTable(socketOptions, given, { base: plugin, others: 'any' }) as ResolvedSocketOptions;
}

import type { IssrOptions, ResolvedOptions } from '../options/options.js';
import { origins, positive, timer, timerOrNone } from '../options/rules.js';
import { type OptionTable, resolveTable } from '../options/table.js';

/** Options of one `issrStream`. Times are milliseconds, sizes bytes. */
export interface IssrStreamOptions {
  /** The origins whose pages may connect. @default the plugin's */
  allowedOrigins?: IssrOptions['allowedOrigins'] | undefined;
  /** A browser waits this time before it reconnects. @default 3000 */
  retry?: number | undefined;
  /** Interval of comments that keep proxies from closing an idle connection. @default 15_000 */
  heartbeatInterval?: number | undefined;
  /** Send-buffer limit. Above it, the stream is cut off. @default the plugin's */
  maxUnsentBytes?: number | undefined;
  /** Concurrent streams of this process. The next one is answered with 503. @default 100_000 */
  maxClients?: number | undefined;
  /** Concurrent streams of one address. An IPv6 address counts by its /64 network. @default 1000 */
  maxClientsPerIp?: number | undefined;
}

export type ResolvedStreamOptions = Required<IssrStreamOptions>;

/** The options of `issrStream`, beside those of a Fastify route. */
export const streamOptions: OptionTable<IssrStreamOptions, ResolvedOptions> = {
  allowedOrigins: { derive: (plugin) => plugin.allowedOrigins, rule: origins },
  retry: { default: 3000, rule: timerOrNone, unit: 'milliseconds' },
  heartbeatInterval: { default: 15_000, rule: timer, unit: 'milliseconds' },
  maxUnsentBytes: { derive: (plugin) => plugin.maxUnsentBytes, rule: positive, unit: 'bytes' },
  maxClients: { default: 100_000, rule: positive },
  maxClientsPerIp: { default: 1000, rule: positive },
};

/**
 * @param given may contain a route's options too
 * @throws ISSR_ERR_OPTION with the option's name, the allowed values and the given one
 */
export function resolveStreamOptions(
  given: IssrStreamOptions,
  plugin: ResolvedOptions,
): ResolvedStreamOptions {
  return resolveTable(streamOptions, given, { base: plugin, others: 'any' }) as ResolvedStreamOptions;
}

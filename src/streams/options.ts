import type { IssrOptions, ResolvedOptions } from '../options/options.js';
import { assertOptions, type OptionRule, origins, positive, timer, timerOrNone } from '../options/rules.js';

/** Options of one `issrStream`. Times are milliseconds, sizes bytes. */
export interface IssrStreamOptions {
  /** Whose pages may connect. @default the plugin's */
  allowedOrigins?: IssrOptions['allowedOrigins'];
  /** How long a browser waits before it connects again. @default 3000 */
  retry?: number;
  /** A comment is sent so often, so that nobody on the way takes the connection for dead. @default 15_000 */
  heartbeatInterval?: number;
  /** Bytes that the browser has not read yet: above it, the stream is cut. @default the plugin's */
  maxUnsentBytes?: number;
  /** Streams at once, in this process; one more is answered with 503. @default 100_000 */
  maxClients?: number;
  /** Streams of one IP address. @default 1000 */
  maxClientsPerIp?: number;
}

export type ResolvedStreamOptions = Required<IssrStreamOptions>;

const rules: { [Name in keyof ResolvedStreamOptions]: OptionRule } = {
  allowedOrigins: origins,
  retry: timerOrNone,
  heartbeatInterval: timer,
  maxUnsentBytes: positive,
  maxClients: positive,
  maxClientsPerIp: positive,
};

/**
 * @param given may have a route's options too
 * @throws ISSR_ERR_OPTION naming the option and what came
 */
export function resolveStreamOptions(
  given: IssrStreamOptions,
  plugin: ResolvedOptions,
): ResolvedStreamOptions {
  const options: ResolvedStreamOptions = {
    allowedOrigins: given.allowedOrigins ?? plugin.allowedOrigins,
    retry: given.retry ?? 3000,
    heartbeatInterval: given.heartbeatInterval ?? 15_000,
    maxUnsentBytes: given.maxUnsentBytes ?? plugin.maxUnsentBytes,
    maxClients: given.maxClients ?? 100_000,
    maxClientsPerIp: given.maxClientsPerIp ?? 1000,
  };
  assertOptions(options, rules);
  return options;
}

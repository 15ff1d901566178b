import type { IssrOptions, ResolvedOptions } from '../options/options.js';
import { assertOptions, type OptionRule, origins, positive, timer } from '../options/rules.js';

/** Options of one `issrSocket`. Times are milliseconds, sizes bytes. */
export interface IssrSocketOptions {
  /** Whose pages may connect. @default the plugin's */
  allowedOrigins?: IssrOptions['allowedOrigins'];
  /** The largest message; a larger one closes with 1009. @default the plugin's */
  maxMessageBytes?: number;
  /** The largest frame; a larger one closes with 1009. @default `maxMessageBytes` */
  maxFrameBytes?: number;
  /** Messages of one socket in a second, in the long run; more wait. @default 100 */
  maxMessagesPerSecond?: number;
  /** Messages of one socket that may come at once before that holds. @default 200 */
  maxMessageBurst?: number;
  /** Messages of one socket that wait for their handler; while there are so many, or more than `maxMessageBytes`, nothing more is read. @default 100 */
  maxQueuedMessages?: number;
  /** Bytes that the other side has not read yet: above it, the socket is cut. @default the plugin's */
  maxUnsentBytes?: number;
  /** Sockets at once, in this process; one more is answered with 503. @default 100_000 */
  maxClients?: number;
  /** Sockets of one IP address. @default 1000 */
  maxClientsPerIp?: number;
  /** A ping is sent so often; who has sent nothing since the last one is cut. @default the plugin's */
  pingInterval?: number;
  /** How long the other side has to answer a close before it is cut. @default 1000 */
  closeTimeout?: number;
}

export type ResolvedSocketOptions = Required<IssrSocketOptions>;

const rules: { [Name in keyof ResolvedSocketOptions]: OptionRule } = {
  allowedOrigins: origins,
  maxMessageBytes: positive,
  maxFrameBytes: positive,
  maxMessagesPerSecond: positive,
  maxMessageBurst: positive,
  maxQueuedMessages: positive,
  maxUnsentBytes: positive,
  maxClients: positive,
  maxClientsPerIp: positive,
  pingInterval: timer,
  closeTimeout: timer,
};

/**
 * @param given may have a route's options too
 * @throws ISSR_ERR_OPTION naming the option and what came
 */
export function resolveSocketOptions(
  given: IssrSocketOptions,
  plugin: ResolvedOptions,
): ResolvedSocketOptions {
  const maxMessageBytes = given.maxMessageBytes ?? plugin.maxMessageBytes;
  const options: ResolvedSocketOptions = {
    allowedOrigins: given.allowedOrigins ?? plugin.allowedOrigins,
    maxMessageBytes,
    maxFrameBytes: given.maxFrameBytes ?? maxMessageBytes,
    maxMessagesPerSecond: given.maxMessagesPerSecond ?? 100,
    maxMessageBurst: given.maxMessageBurst ?? 200,
    maxQueuedMessages: given.maxQueuedMessages ?? 100,
    maxUnsentBytes: given.maxUnsentBytes ?? plugin.maxUnsentBytes,
    maxClients: given.maxClients ?? 100_000,
    maxClientsPerIp: given.maxClientsPerIp ?? 1000,
    pingInterval: given.pingInterval ?? plugin.pingInterval,
    closeTimeout: given.closeTimeout ?? 1000,
  };
  assertOptions(options, rules);
  return options;
}

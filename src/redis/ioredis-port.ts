import { type Emitter, type OnMessage, onEvents, type RedisPort } from './redis-port.js';

/** A client or cluster of `ioredis` 5 or 6, as `@fastify/redis` provides. */
export interface IoRedisClient {
  on(...args: never[]): unknown;
  readonly status: string;
  readonly isCluster: boolean;
  call(...args: never[]): Promise<unknown>;
  duplicate(...args: never[]): unknown;
}

interface Client extends Emitter {
  readonly isCluster: boolean;
  readonly options: { readonly keyPrefix?: string };
  duplicate(nodes: unknown[], options: object): Client;
  duplicate(options: object): Client;
  disconnect(): void;
  call(command: string, args: readonly string[]): Promise<unknown>;
  spublish(channel: string, message: string): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  ssubscribe(channel: string): Promise<unknown>;
  sunsubscribe(channel: string): Promise<unknown>;
}

const INTERRUPTS = ['error', 'close', 'reconnecting', 'end', '-node'];
/** Name the reasons that the errors of a cluster lack. */
const NODE_ERRORS = ['node error'];

/** The first subscription is sent before the duplicate has connected. */
const QUEUING = { enableOfflineQueue: true };

export function ioredisPort(given: IoRedisClient, onMessage: OnMessage): RedisPort {
  const client = given as unknown as Client;
  const isSharded = client.isCluster;
  /** The client puts its `keyPrefix` before sharded channels, as before keys, and leaves it on their messages. */
  const prefix = isSharded ? (client.options.keyPrefix ?? '') : '';
  let subscriber: Client | undefined;
  let release = () => {};
  const connected = (): Client => {
    if (!subscriber) throw new Error('The Redis adapter is not open.');
    return subscriber;
  };
  return {
    async open(onInterrupt, onAttempt) {
      // The adapter subscribes again. Where that is refused, ioredis would end the process with an unhandled rejection.
      subscriber = isSharded
        ? client.duplicate([], { ...QUEUING, shardedSubscribers: true })
        : client.duplicate({ ...QUEUING, autoResubscribe: false });
      subscriber.on(isSharded ? 'smessage' : 'message', (channel: string, message: string) =>
        onMessage(channel.slice(prefix.length), message),
      );
      const stops = [client, subscriber].flatMap((one) => [
        onEvents(one, INTERRUPTS, onInterrupt),
        onEvents(one, NODE_ERRORS, onAttempt),
      ]);
      release = () => {
        for (const stop of stops) stop();
      };
    },
    async close() {
      release();
      subscriber?.on('error', () => {});
      subscriber?.disconnect();
    },
    async send(_key, [command = '', ...args]) {
      return client.call(command, args);
    },
    isSharded,
    publishCommand: isSharded ? 'SPUBLISH' : 'PUBLISH',
    publish: (channel, message) =>
      isSharded ? client.spublish(channel, message) : client.publish(channel, message),
    subscribe: async (channel) =>
      isSharded ? connected().ssubscribe(channel) : connected().subscribe(channel),
    unsubscribe: async (channel) =>
      isSharded ? connected().sunsubscribe(channel) : connected().unsubscribe(channel),
  };
}

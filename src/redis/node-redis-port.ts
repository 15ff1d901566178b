import { type Emitter, type OnMessage, onEvents, type RedisPort } from './redis-port.js';

type Listener = (message: string, channel: string) => void;

/** A client or cluster of `redis` 5 or 6. */
export interface NodeRedisClient {
  on(...args: never[]): unknown;
  readonly isOpen: boolean;
  duplicate(): unknown;
  sendCommand(...args: never[]): Promise<unknown>;
  sSubscribe(...args: never[]): Promise<unknown>;
}

interface Client extends Emitter {
  readonly isOpen: boolean;
  duplicate(): Client;
  connect(): Promise<unknown>;
  destroy(): void;
  sendCommand(args: readonly string[]): Promise<unknown>;
  subscribe(channel: string, listener: Listener): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
}

interface Cluster extends Emitter {
  readonly isOpen: boolean;
  sendCommand(firstKey: string, isReadonly: boolean, args: readonly string[]): Promise<unknown>;
  sPublish(channel: string, message: string): Promise<unknown>;
  sSubscribe(channel: string, listener: Listener): Promise<unknown>;
  sUnsubscribe(channel: string, listener: Listener): Promise<unknown>;
}

const CLIENT_INTERRUPTS = ['error', 'reconnecting', 'end'];
/** Without `node-disconnect`: the cluster also ends a node's connection when its last channel is unsubscribed. */
const CLUSTER_INTERRUPTS = ['error', 'node-error', 'node-reconnecting'];

export function nodeRedisPort(client: NodeRedisClient, onMessage: OnMessage): RedisPort {
  return 'slots' in client
    ? clusterPort(client as unknown as Cluster, onMessage)
    : clientPort(client as unknown as Client, onMessage);
}

function clientPort(client: Client, onMessage: OnMessage): RedisPort {
  const subscriber = client.duplicate();
  const listener: Listener = (message, channel) => onMessage(channel, message);
  let release = () => {};
  return {
    async open(onInterrupt) {
      const stops = [client, subscriber].map((one) => onEvents(one, CLIENT_INTERRUPTS, onInterrupt));
      release = () => {
        for (const stop of stops) stop();
      };
      await subscriber.connect();
    },
    async close() {
      release();
      // A destroyed client may still emit errors of its socket.
      subscriber.on('error', () => {});
      if (subscriber.isOpen) subscriber.destroy();
    },
    send: (_key, args) => client.sendCommand(args),
    publishCommand: 'PUBLISH',
    publish: (channel, message) => client.sendCommand(['PUBLISH', channel, message]),
    subscribe: (channel) => subscriber.subscribe(channel, listener),
    unsubscribe: (channel) => subscriber.unsubscribe(channel),
  };
}

/** Uses sharded channels (Redis 7): a message travels to one shard and not to every node. */
function clusterPort(cluster: Cluster, onMessage: OnMessage): RedisPort {
  const listener: Listener = (message, channel) => onMessage(channel, message);
  let release = () => {};
  return {
    async open(onInterrupt) {
      release = onEvents(cluster, CLUSTER_INTERRUPTS, onInterrupt);
    },
    async close() {
      release();
    },
    send: (key, args) => cluster.sendCommand(key, false, args),
    publishCommand: 'SPUBLISH',
    publish: (channel, message) => cluster.sPublish(channel, message),
    subscribe: (channel) => cluster.sSubscribe(channel, listener),
    unsubscribe: (channel) => cluster.sUnsubscribe(channel, listener),
  };
}

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
  /** Nodes with a connection for sharded channels, if any of them was subscribed. */
  readonly masters: readonly { pubSub?: { client: Emitter & { isReady: boolean } } }[];
  sendCommand(firstKey: string, isReadonly: boolean, args: readonly string[]): Promise<unknown>;
  sPublish(channel: string, message: string): Promise<unknown>;
  sSubscribe(channel: string, listener: Listener): Promise<unknown>;
  sUnsubscribe(channel: string, listener: Listener): Promise<unknown>;
}

const CLIENT_INTERRUPTS = ['error', 'reconnecting', 'end'];
/**
 * Without `node-disconnect`: the cluster also ends a node's connection when its last channel is unsubscribed. Without
 * `node-reconnecting`: it follows the error, and each attempt to reach a dead node.
 */
const CLUSTER_INTERRUPTS = ['error', 'node-error'];

/** Emitted by a node's client when the slot of a channel moves. Version 5 does not follow it. */
const MOVED = 'sharded-channel-moved';

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
    isSharded: false,
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
  let onMoved = () => {};
  const subscribers = () => cluster.masters.flatMap(({ pubSub }) => pubSub?.client ?? []);
  return {
    async open(onInterrupt, onAttempt) {
      const stop = onEvents(cluster, CLUSTER_INTERRUPTS, (error) =>
        isAttempt(error) ? onAttempt(error) : onInterrupt(error),
      );
      onMoved = () => onInterrupt(new Error('Redis connection: a channel moved to another node'));
      release = () => {
        stop();
        for (const subscriber of subscribers()) subscriber.off(MOVED, onMoved);
      };
    },
    async close() {
      release();
    },
    send: (key, args) => cluster.sendCommand(key, false, args),
    isSharded: true,
    publishCommand: 'SPUBLISH',
    publish: (channel, message) => cluster.sPublish(channel, message),
    async subscribe(channel) {
      await cluster.sSubscribe(channel, listener);
      for (const subscriber of subscribers()) {
        subscriber.off(MOVED, onMoved);
        subscriber.on(MOVED, onMoved);
        // The cluster confirms a channel that it knows at once, also while its node is away.
        if (!subscriber.isReady) throw new Error('Redis connection: a node of the cluster is away');
      }
    },
    unsubscribe: (channel) => cluster.sUnsubscribe(channel, listener),
  };
}

/** A node could not be reached, as before. No message was lost. */
function isAttempt(error: Error & { syscall?: string }): boolean {
  const isRefused = error.syscall === 'connect' || error.syscall === 'getaddrinfo';
  return isRefused || error instanceof AggregateError || error.name === 'ConnectionTimeoutError';
}

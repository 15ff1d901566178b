import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Adapter,
  type AdapterListener,
  type AdapterStatus,
  AdapterUnavailable,
} from '../cluster/adapter.js';
import { within } from '../limits/within.js';
import { type IoRedisClient, ioredisPort } from './ioredis-port.js';
import { type NodeRedisClient, nodeRedisPort } from './node-redis-port.js';
import { causesIn, type RedisPort } from './redis-port.js';
import { Subscriptions } from './subscriptions.js';

/** A connected client of `redis` 5 or 6, or of `ioredis` 5 or 6: single server, Cluster, and with `ioredis` Sentinel. */
export type RedisClient = NodeRedisClient | IoRedisClient;

/** Options of {@link redisAdapter}. */
export interface RedisAdapterOptions {
  /** Begins every key and channel. Two sites that share a Redis need different ones. @default 'issr:' */
  prefix?: string | undefined;
  /** Milliseconds that a command may take before the store counts as away. @default 2000 */
  commandTimeout?: number | undefined;
  /** Milliseconds between two checks that a message sent to this process arrives. @default 5000 */
  probeInterval?: number | undefined;
}

/** Milliseconds between two checks while the store is away. */
const RETRY_INTERVAL = 200;
/** Longest time in milliseconds that a check waits for the answers to the one before. */
const MAX_PATIENCE = 60_000;

/** Milliseconds in which an adapter opens. The `pluginTimeout` of Fastify is longer, and its error names no reason. */
const OPEN_TIMEOUT = 8000;

/** A result that no command has. */
const LATE = Symbol('late');

/** Begins the messages by which processes check their subscriptions. No other message begins so. */
const PROBE = '\0probe ';

/** Milliseconds that a key of a probe may outlive it. */
const PROBE_LIFETIME = '1000';

const CLAIM = `local v = redis.call('GET', KEYS[1])
if (ARGV[1] == '0' and not v) or (ARGV[1] == '1' and v == ARGV[2]) then
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
  return false
end
return v or ''`;

/**
 * Appends and publishes in one step, so that subscribers receive the entries in the order of the log. A server without
 * memory for the entry still publishes it. The log is emptied then, because it would have a gap.
 */
const APPEND = `local added = redis.pcall('XADD', KEYS[1], 'MAXLEN', ARGV[2], '*', 'entry', ARGV[1])
local err = type(added) == 'table' and added.err
if err and not string.find(err, '^OOM') then return added end
redis.pcall('PEXPIRE', KEYS[1], err and '0' or ARGV[3])
redis.call(ARGV[4], ARGV[4] == 'SPUBLISH' and KEYS[1] or ARGV[5], ARGV[1])
return err and 0 or 1`;

/**
 * Connects processes through one Redis or Valkey, version 7 or newer. The author owns the client: its URL,
 * password, TLS and Cluster settings, and its end. Subscriptions use a duplicate of it.
 *
 * @throws TypeError if the client is neither of `redis` nor of `ioredis`, or an option has a wrong value
 */
export function redisAdapter(client: RedisClient, options: RedisAdapterOptions = {}): Adapter {
  return new RedisAdapter(client, options);
}

class RedisAdapter implements Adapter {
  readonly isShared = true;
  readonly #prefix: string;
  readonly #commandTimeout: number;
  readonly #probeInterval: number;
  readonly #port: RedisPort;
  readonly #subscriptions: Subscriptions;
  readonly #probeChannel = `probe:${randomUUID()}`;
  #status: AdapterStatus | undefined;
  #isUp = false;
  #isClosed = false;
  #isRecovering = false;
  /** Errors of the connections while the adapter opens. */
  #reasons: Set<string> | undefined;
  /** Number of outages. A command that was sent before one says nothing about the time after it. */
  #outages = 0;
  /** Settles when the last check's commands are answered. */
  #answered: Promise<unknown> = Promise.resolve();
  #probeTimer: NodeJS.Timeout | undefined;
  /** Text of the last check's messages. */
  #probeText = '';
  #onProbe = (_channel: string) => {};

  constructor(client: RedisClient, options: RedisAdapterOptions) {
    this.#prefix = options.prefix ?? 'issr:';
    if (typeof this.#prefix !== 'string') throw new TypeError('redisAdapter: prefix must be a string.');
    this.#commandTimeout = readTime('commandTimeout', options.commandTimeout, 2000);
    this.#probeInterval = readTime('probeInterval', options.probeInterval, 5000);
    this.#port = portOf(client, (channel, message) => {
      if (!message.startsWith(PROBE)) this.#subscriptions.deliver(channel, message);
      else if (message === this.#probeText) this.#onProbe(channel);
    });
    this.#subscriptions = new Subscriptions(this.#port);
  }

  async open(status: AdapterStatus): Promise<void> {
    if (this.#status)
      throw new Error('A redisAdapter serves one registration. Create another one with the same client.');
    this.#status = status;
    const reasons = new Set<string>();
    this.#reasons = reasons;
    try {
      if ((await within(this.#start(), OPEN_TIMEOUT, LATE)) === LATE) {
        const message = `redisAdapter: Redis did not answer within ${OPEN_TIMEOUT} ms`;
        throw new AdapterUnavailable([message, ...causesIn(reasons)].join('. '));
      }
    } catch (error) {
      await this.#port.close();
      throw explain(error as Error, this.#prefix);
    }
    this.#reasons = undefined;
    this.#isUp = true;
    this.#scheduleProbe();
  }

  async #start(): Promise<void> {
    await this.#port.open(
      (error) => this.#onInterrupt(error),
      (error) => this.#reasons?.add(error.message),
    );
    await this.#subscriptions.add(this.#channel(this.#probeChannel), () => {});
    await this.#probe(isLasting);
    await this.#tryCommands();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isUp = false;
    clearTimeout(this.#probeTimer);
    await this.#port.close();
  }

  async publish(channel: string, message: string): Promise<void> {
    await this.#run(() => this.#port.publish(this.#channel(channel), message));
  }

  async subscribe(channel: string, listener: AdapterListener): Promise<void> {
    if (this.#isUp) await this.#run(() => this.#subscriptions.add(this.#channel(channel), listener));
    else this.#subscriptions.register(this.#channel(channel), listener);
  }

  async unsubscribe(channel: string, listener: AdapterListener): Promise<void> {
    const removed = this.#subscriptions.remove(this.#channel(channel), listener);
    this.#onProbe(this.#channel(channel));
    await (this.#isUp ? this.#run(() => removed) : removed.catch(() => {}));
  }

  async get(key: string): Promise<string | null> {
    return readText(await this.#send(key, (name) => ['GET', name]));
  }

  async set(key: string, value: string, ttl: number): Promise<void> {
    await this.#send(key, (name) => ['SET', name, value, 'PX', String(ttl)]);
  }

  async take(key: string): Promise<string | null> {
    return readText(await this.#send(key, (name) => ['GETDEL', name]));
  }

  async claim(key: string, expected: string | null, value: string, ttl: number): Promise<string | null> {
    const args = [expected === null ? '0' : '1', expected ?? '', value, String(ttl)];
    return readText(await this.#send(key, (name) => ['EVAL', CLAIM, '1', name, ...args]));
  }

  async append(log: string, entry: string, maxEntries: number, ttl: number): Promise<boolean> {
    const limits = [String(maxEntries), String(ttl)];
    const publish = [this.#port.publishCommand, this.#channel(log)];
    const isKept = await this.#send(log, (name) => ['EVAL', APPEND, '1', name, entry, ...limits, ...publish]);
    return Number(isKept) === 1;
  }

  async readLog(log: string, maxEntries: number): Promise<string[]> {
    const latest = await this.#send<[id: Text, fields: Text[]][]>(log, (name) => [
      'XREVRANGE',
      name,
      '+',
      '-',
      'COUNT',
      String(maxEntries),
    ]);
    return latest.map(([, [, entry = '']]) => String(entry)).reverse();
  }

  /** Both libraries pipeline commands that are sent in one turn. */
  async renew(keys: readonly string[], ttl: number): Promise<void> {
    await Promise.all(keys.map((key) => this.#send(key, (name) => ['PEXPIRE', name, String(ttl)])));
  }

  #send<T>(key: string, command: (name: string) => string[]): Promise<T> {
    const name = `${this.#prefix}${key}`;
    return this.#run(() => this.#port.send(name, command(name))) as Promise<T>;
  }

  #channel(name: string): string {
    return `${this.#prefix}${name}`;
  }

  async #run<T>(command: () => Promise<T>): Promise<T> {
    if (!this.#isUp) throw new AdapterUnavailable('Redis cannot be reached.');
    const outages = this.#outages;
    try {
      return await this.#withTimeout(command());
    } catch (error) {
      const hasAnswered = isReply(error as Error);
      // A command that the client drops, as at the limit of its queue, may be a message.
      if (!hasAnswered || isAway(error as Error)) this.#onFailure(error as Error, outages);
      if (hasAnswered || error instanceof AdapterUnavailable) throw error;
      throw new AdapterUnavailable((error as Error).message, { cause: error });
    }
  }

  async #withTimeout<T>(work: Promise<T>): Promise<T> {
    const answer = await within(work, this.#commandTimeout, LATE);
    if (answer !== LATE) return answer;
    throw new AdapterUnavailable(
      `Redis did not answer within ${this.#commandTimeout} ms (see commandTimeout).`,
    );
  }

  /**
   * Sends a message to this process itself: proves that commands and subscriptions both work. In a Redis Cluster each
   * channel has one, because a client may lose one channel alone when its slot moves. Writes a record too: a primary that
   * becomes a replica keeps its connections, and its messages no longer reach all processes.
   *
   * @param isFatal selects the answers to the record that are thrown
   */
  async #probe(isFatal = isAway): Promise<void> {
    const text = `${PROBE}${randomUUID()}`;
    this.#probeText = text;
    const channels = this.#port.isSharded
      ? this.#subscriptions.confirmed
      : [this.#channel(this.#probeChannel)];
    const unheard = new Set(channels);
    const heard = new Promise<void>((resolve) => {
      this.#onProbe = (channel) => {
        unheard.delete(channel);
        if (unheard.size === 0) resolve();
      };
    });
    const name = this.#channel(this.#probeChannel);
    this.#answered = Promise.all([
      ...channels.map((channel) => this.#port.publish(channel, text)),
      this.#tryAll([['SET', name, '', 'PX', PROBE_LIFETIME]], isFatal),
    ]);
    await this.#withTimeout(Promise.all([this.#answered, heard]));
  }

  /** Tries the other commands for records and logs, which a process uses long after its start. */
  async #tryCommands(): Promise<void> {
    const key = this.#channel(this.#probeChannel);
    const commands = [
      ['GETDEL', key],
      ['XADD', key, '*', 'entry', ''],
      ['XREVRANGE', key, '+', '-', 'COUNT', '1'],
      ['PEXPIRE', key, PROBE_LIFETIME],
      ['EVAL', 'return 1', '1', key],
    ];
    // A server that loads its data refuses them for a while.
    await this.#withTimeout(this.#tryAll(commands, isLasting));
  }

  /** Runs commands of the probe's key. @throws the first fatal error */
  async #tryAll(commands: string[][], isFatal: (error: Error) => boolean): Promise<void> {
    const key = this.#channel(this.#probeChannel);
    const tried = await Promise.allSettled(commands.map((command) => this.#port.send(key, command)));
    for (const result of tried)
      if (result.status === 'rejected' && isFatal(result.reason)) throw result.reason;
  }

  #scheduleProbe(): void {
    const outages = this.#outages;
    this.#probeTimer = setTimeout(async () => {
      try {
        await this.#probe();
        if (this.#isUp && outages === this.#outages) this.#scheduleProbe();
      } catch (error) {
        this.#onFailure(error as Error, outages);
      }
    }, this.#probeInterval).unref();
  }

  /** @param outages number of outages when the command was sent */
  #onFailure(error: Error, outages: number): void {
    if (outages === this.#outages) this.#onInterrupt(error);
  }

  /** A connection dropped, or a command or probe failed. Messages may have been lost. */
  #onInterrupt(error: Error): void {
    if (this.#isClosed) return;
    this.#reasons?.add(error.message);
    if (!this.#isUp) return this.#reportRefusal(error);
    this.#isUp = false;
    this.#outages++;
    clearTimeout(this.#probeTimer);
    this.#status?.onDown(error);
    void this.#recover();
  }

  /** Reports why a server that answers is still away, such as a changed password. */
  #reportRefusal(error: Error): void {
    if (this.#isRecovering && isReply(error)) this.#status?.onDown(error);
  }

  async #restore(): Promise<void> {
    this.#answered = this.#subscriptions.restore();
    await this.#withTimeout(this.#answered);
  }

  async #recover(): Promise<void> {
    if (this.#isRecovering) return;
    this.#isRecovering = true;
    let patience = this.#commandTimeout;
    while (!this.#isClosed && !this.#isUp) {
      try {
        this.#subscriptions.invalidate();
        await this.#restore();
        await this.#probe();
        // Listeners may have been registered meanwhile.
        while (!this.#subscriptions.isComplete) await this.#restore();
        if (this.#isClosed) break;
        this.#isUp = true;
      } catch (error) {
        this.#reportRefusal(error as Error);
        await sleep(RETRY_INTERVAL, undefined, { ref: false });
        // More commands to a dead connection would restart the timeout by which its client ends it.
        await within(this.#answered, patience).catch(() => {});
        patience = Math.min(2 * patience, MAX_PATIENCE);
      }
    }
    this.#isRecovering = false;
    if (!this.#isUp) return;
    this.#scheduleProbe();
    this.#status?.onUp();
  }
}

/** A text in a reply, or its bytes: clients have options for the types of replies. */
type Text = string | Buffer;

function readText(reply: Text | null): string | null {
  return reply === null ? null : String(reply);
}

/** The error is an answer of Redis, such as `NOPERM this user …`, and not one of the connection. */
function isReply({ message }: Error): boolean {
  return /^[A-Z]{2,} /.test(message);
}

/**
 * The state of the server keeps it from taking messages or records: `BUSY`, `MISCONF`. A server that is out of memory
 * still passes messages on. `ERR` and `WRONGTYPE` depend on the command.
 */
function isAway(error: Error): boolean {
  return isReply(error) && !/^(?:OOM|ERR|WRONGTYPE) /.test(error.message);
}

/** The server will never run the command for this client. */
function isLasting({ message }: Error): boolean {
  return /^(?:NOPERM|READONLY) /.test(message);
}

function explain(error: Error, prefix: string): Error {
  if (!isLasting(error)) return error;
  const need = error.message.startsWith('READONLY')
    ? 'It needs the primary: messages that are published at a replica do not reach the other processes.'
    : `Its user needs the keys and channels ${prefix}*, and the commands SET, GETDEL, XADD, XREVRANGE, PEXPIRE, EVAL and those of pub/sub.`;
  return new Error(`redisAdapter: Redis refuses this client. ${need} ${error.message}`, { cause: error });
}

/** The longest time of a timer: a longer one would fire at once. */
const MAX_TIME = 2 ** 31 - 1;

function readTime(name: string, given: number | undefined, byDefault: number): number {
  const time: unknown = given ?? byDefault;
  if (typeof time === 'number' && time >= 1 && time <= MAX_TIME) return time;
  throw new TypeError(`redisAdapter: ${name} must be milliseconds from 1 to ${MAX_TIME}, not ${time}.`);
}

function portOf(client: RedisClient, onMessage: (channel: string, message: string) => void): RedisPort {
  // A Sentinel of 'redis' sends one command at a time, and version 5 cannot duplicate it.
  if ('getMasterNode' in client)
    throw new TypeError("redisAdapter cannot use a Sentinel of the package 'redis'. Use one of 'ioredis'.");
  if ('sSubscribe' in client) return nodeRedisPort(client, onMessage);
  if ('call' in client && 'status' in client) return ioredisPort(client, onMessage);
  throw new TypeError("redisAdapter takes a client of the package 'redis' or 'ioredis'.");
}

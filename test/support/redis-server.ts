import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setupProgram } from './setup-debian.js';

/** Milliseconds that a server may take to answer its first PING. */
const START_TIMEOUT = 20_000;

/** A real `redis-server` on a free port, without persistence. */
export class RedisServer {
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'issr-redis-'));
  readonly #args: string[];
  /** The configuration of a Sentinel, which needs one to keep its state. */
  #config = '';
  #process: ChildProcess | undefined;

  private constructor(port: number, args: string[]) {
    this.port = port;
    this.#args = args;
  }

  /** @param args more arguments of redis-server, such as `--requirepass x` */
  static async start(...args: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), args);
    await server.start();
    return server;
  }

  /** A Sentinel that watches a server under the name `main`. */
  static async startSentinel(master: RedisServer): Promise<RedisServer> {
    const sentinel = new RedisServer(await freePort(), []);
    sentinel.#config = join(sentinel.#folder, 'sentinel.conf');
    writeFileSync(sentinel.#config, `sentinel monitor main 127.0.0.1 ${master.port} 1\n`);
    await sentinel.start();
    return sentinel;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it again, empty, on the same port. */
  async start(): Promise<void> {
    const path = setupProgram('redis-server', 'redis-server');
    const settings = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder];
    const plain = ['--save', '', '--appendonly', 'no', '--loglevel', 'warning', ...this.#args];
    const args = this.#config ? [this.#config, '--sentinel', ...settings] : [...settings, ...plain];
    this.#process = spawn(path, args, { stdio: 'ignore' });
    await until(() => answers(this.port), START_TIMEOUT, `redis-server on port ${this.port}`);
  }

  /** Runs a command and returns its reply. */
  run(text: string): Promise<string> {
    return command(this.port, text);
  }

  /** Kills it, as a crash would. */
  async stop(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (!process || process.exitCode !== null) return;
    process.kill('SIGKILL');
    await once(process, 'exit');
  }

  /** Stops its process without closing connections, as a stalled machine would. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A Redis Cluster of three nodes, without replicas. */
export async function startRedisCluster(): Promise<RedisServer[]> {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
  const servers = await Promise.all([0, 1, 2].map(() => RedisServer.start(...args)));
  const cli = setupProgram('redis-cli', 'redis-tools');
  const nodes = servers.map(({ port }) => `127.0.0.1:${port}`);
  const creation = spawn(cli, ['--cluster', 'create', ...nodes, '--cluster-yes'], { stdio: 'ignore' });
  const [code] = await once(creation, 'exit');
  if (code !== 0) throw new Error(`redis-cli --cluster create ended with ${code}.`);
  await until(
    () => Promise.all(servers.map(({ port }) => clusterIsUp(port))).then((up) => up.every(Boolean)),
    START_TIMEOUT,
    'the Redis Cluster',
  );
  return servers;
}

/** Gives the slot of a channel to another node of a Redis Cluster, as one that grows does. The slot has no keys. */
export async function moveSlot(servers: RedisServer[], channel: string): Promise<void> {
  const [, slot] = /:(\d+)/.exec((await servers[0]?.run(`CLUSTER KEYSLOT ${channel}`)) ?? '') ?? [];
  const isOwner = await Promise.all(
    servers.map(async (server) => !/^-MOVED/.test(await server.run(`GET ${channel}`))),
  );
  const owner = isOwner.indexOf(true);
  const next = servers[(owner + 1) % servers.length];
  const [, id] = /\n(\w+)/.exec((await next?.run('CLUSTER MYID')) ?? '') ?? [];
  for (const server of [next, ...servers]) await server?.run(`CLUSTER SETSLOT ${slot} NODE ${id}`);
}

/** A port that nothing listens to. Redis Cluster needs `port + 10000` as well. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    if (port + 10_000 < 65_536) return port;
  }
}

async function answers(port: number): Promise<boolean> {
  return /PONG|NOAUTH/.test(await command(port, 'PING'));
}

async function clusterIsUp(port: number): Promise<boolean> {
  return /cluster_state:ok/.test(await command(port, 'CLUSTER INFO'));
}

/** Returns an empty text if the connection ends before an answer. */
async function command(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write(`${text}\r\n`);
    for await (const reply of socket) return String(reply);
  } catch {
  } finally {
    socket.destroy();
  }
  return '';
}

async function until(condition: () => Promise<boolean>, timeout: number, name: string): Promise<void> {
  const deadline = performance.now() + timeout;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${name} did not start within ${timeout} ms.`);
    await sleep(20);
  }
}

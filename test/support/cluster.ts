import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { IssrOptions } from '../../src/index.js';
import type { RedisAdapterOptions } from '../../src/redis/redis-adapter.js';
import { forkBundled } from './fork-bundled.js';
import { RedisServer } from './redis-server.js';

export interface ClusterOptions {
  redis?: RedisAdapterOptions;
  plugin?: IssrOptions;
  /** File of the `CommandTable` to which each `add` action adds its value. */
  record?: string;
  /** Port of a process that takes the place of another. @default a free one */
  port?: number;
  /** A folder in which all processes store the photos of `/album`. */
  store?: string;
  /** A file to which each `save` action of `/album` appends its files. */
  saves?: string;
}

/** A server process of a cluster. */
export class ClusterProcess {
  readonly origin: string;
  readonly #child: ChildProcess;
  #lastCall = 0;

  static async start(redisUrl: string, options: ClusterOptions = {}): Promise<ClusterProcess> {
    const file = join(import.meta.dirname, 'cluster-process.tsx');
    const child = await forkBundled(file, [redisUrl, JSON.stringify(options)]);
    const ended = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`A process of the cluster ended with ${code ?? signal} before it listened.`);
    });
    const [{ origin }] = (await Promise.race([once(child, 'message'), ended])) as [{ origin: string }];
    return new ClusterProcess(child, origin);
  }

  private constructor(child: ChildProcess, origin: string) {
    this.#child = child;
    this.origin = origin;
  }

  /** Runs one of the functions in `cluster-process.tsx`. */
  async call<Result>(name: string, ...args: unknown[]): Promise<Result> {
    const id = ++this.#lastCall;
    const answer = new Promise<Result>((resolve) => {
      const listen = (message: { id?: number; result: Result }) => {
        if (message.id !== id) return;
        this.#child.off('message', listen);
        resolve(message.result);
      };
      this.#child.on('message', listen);
    });
    this.#child.send({ id, name, args });
    return answer;
  }

  /** Closes it as a deploy would. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.send({ id: 0, name: 'close', args: [] });
    await exit;
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  /** Stops it without closing connections, as a stalled machine would. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  get port(): number {
    return Number(new URL(this.origin).port);
  }
}

/** A Redis and server processes that share it. All end with the test. */
export async function startCluster(
  t: { after(fn: () => unknown): void },
  count: number,
  options?: ClusterOptions | ((index: number) => ClusterOptions),
): Promise<{ redis: RedisServer; processes: ClusterProcess[] }> {
  const redis = await RedisServer.start();
  const processes: ClusterProcess[] = [];
  t.after(async () => {
    await Promise.all(processes.map((process) => process.kill()));
    await redis.close();
  });
  const starts = Array.from({ length: count }, async (_, i) => {
    processes[i] = await ClusterProcess.start(
      redis.url,
      typeof options === 'function' ? options(i) : options,
    );
  });
  // The others would outlive a test that one of them fails.
  await Promise.allSettled(starts);
  await Promise.all(starts);
  return { redis, processes };
}

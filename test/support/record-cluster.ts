import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { IssrOptions } from '../../src/index.js';
import type { RedisAdapterOptions } from '../../src/redis/redis-adapter.js';
import { ClusterProcess, startCluster } from './cluster.js';
import { CommandTable } from './command-table.js';
import { startNginx } from './nginx.js';

/** An empty table of commands, and its file. Both go with the test. */
export function createCommands(t: TestContext): { record: string; commands: CommandTable } {
  const folder = mkdtempSync(join(tmpdir(), 'issr-commands-'));
  const record = join(folder, 'commands.db');
  const commands = new CommandTable(record);
  t.after(() => {
    commands.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { record, commands };
}

/** Three processes behind nginx that write each command they run to one table. */
export async function startRecordCluster(
  t: TestContext,
  plugin: IssrOptions = {},
  adapter: RedisAdapterOptions = {},
) {
  const { record, commands } = createCommands(t);
  const options = { record, plugin, redis: adapter };
  const { redis, processes } = await startCluster(t, 3, options);
  const origin = await startNginx(
    t,
    processes.map((process) => process.origin),
  );
  /** Starts another process in the place of one that ended. */
  async function restart(index: number): Promise<ClusterProcess> {
    const port = processes[index]?.port ?? 0;
    const process = await ClusterProcess.start(redis.url, { ...options, port });
    processes[index] = process;
    return process;
  }
  return { redis, processes, origin, commands, restart };
}

/**
 * Counts what one, two and three processes ask of Redis: commands, bytes and memory, while nothing happens, while
 * pages with presence join and leave, for `changed`, and for pages that move to another process. The counts do not
 * depend on the machine's speed. `docs/growth.md` compares them with the figures on paper.
 *
 * Run: `npx tsx bench/growth.ts [pages of each process]`
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { ClusterProcess } from '../test/support/cluster.js';
import { openJoinedSocket } from '../test/support/joined-socket.js';
import { PageDriver } from '../test/support/page-driver.js';
import { RedisServer } from '../test/support/redis-server.js';
import { waitFor } from '../test/support/wait.js';
import { readInfo } from './redis-info.js';

const PAGES = Number(process.argv[2] ?? 200);
/** Pages that see each other. */
const ROOM = 10;
/** Milliseconds of a measurement while nothing happens: two of each sign of life. */
const WINDOW = 20_000;
const CHANGES = 100;
const MOVES = 20;

interface Counters {
  commands: number;
  received: number;
  sent: number;
}

async function readCounters(redis: RedisServer): Promise<Counters> {
  const info = await readInfo(redis, 'stats');
  return {
    commands: Number(info.total_commands_processed),
    received: Number(info.total_net_input_bytes),
    sent: Number(info.total_net_output_bytes),
  };
}

const columns: string[][] = [];

for (const size of [1, 2, 3]) {
  const redis = await RedisServer.start();
  const processes: ClusterProcess[] = [];
  for (let i = 0; i < size; i++)
    processes.push(await ClusterProcess.start(redis.url, { plugin: { maxPagesPerIp: 100_000 } }));
  columns.push(await measure(redis, processes));
  console.error(`${size}: ${columns.at(-1)?.join(' | ')}`);
  await Promise.all(processes.map((process) => process.kill()));
  await redis.close();
}

const names = [
  'idle, without pages, each second',
  `a page with presence joins (${PAGES} in each process)`,
  'idle, with pages, each second',
  '`changed`',
  'a page moves to another process',
  'a page with presence leaves',
  'memory, without pages',
  'memory, with pages',
];
console.log(`
Commands that reach Redis, bytes that it receives and sends

| | 1 process | 2 processes | 3 processes |
| --- | ---: | ---: | ---: |`);
for (const [row, name] of names.entries())
  console.log(`| ${[name, ...columns.map((column) => column[row] ?? '')].join(' | ')} |`);
process.exit();

async function measure(redis: RedisServer, processes: ClusterProcess[]): Promise<string[]> {
  const [first] = processes as [ClusterProcess];
  /** Counts what `work` asks of Redis, for one of `count`. The two readings and a settling time are part of it. */
  const count = async (times: number, work: () => Promise<unknown>) => {
    const before = await readCounters(redis);
    await work();
    await sleep(500);
    const after = await readCounters(redis);
    const each = (name: keyof Counters) => (after[name] - before[name]) / times;
    return `${each('commands').toFixed(2)}; ${each('received').toFixed(0)} B, ${each('sent').toFixed(0)} B`;
  };
  const memory = async () => `${Math.round(Number((await readInfo(redis, 'memory')).used_memory) / 1024)} KB`;
  const idle = () => count(WINDOW / 1000, () => sleep(WINDOW));

  const [idleAlone, memoryAlone] = [await idle(), await memory()];
  const sockets: WebSocket[] = [];
  const joins = await count(PAGES * processes.length, async () => {
    for (const { origin } of processes)
      for (let i = 0; i < PAGES; i++)
        sockets.push(await openJoinedSocket(origin, `/?key=${i % (PAGES / ROOM)}&who=visitor${i}`));
  });
  const [idleFull, memoryFull] = [await idle(), await memory()];
  const changes = await count(CHANGES, async () => {
    for (let i = 0; i < CHANGES; i++) await first.call('changed', 'nothing');
  });
  const moves = processes.length > 1 ? await count(MOVES, () => move(processes)) : '';
  const leaves = await count(sockets.length, async () => {
    for (const socket of sockets) socket.send('["bye"]');
    await Promise.all(sockets.map((socket) => once(socket, 'close')));
  });
  return [idleAlone, joins, idleFull, changes, moves, leaves, memoryAlone, memoryFull];
}

/** Pages without presence go from the first process to the second. */
async function move([first, second]: ClusterProcess[]): Promise<void> {
  if (!first || !second) return;
  for (let i = 0; i < MOVES; i++) {
    const headers = { origin: first.origin, host: new URL(first.origin).host };
    const page = await PageDriver.open(first.origin, '/draft', { headers });
    await page.connect(headers, second.origin);
    await page.join();
    await page.drop();
  }
  await waitFor(async () => (await second.call<number>('pages')) >= MOVES);
}

/** Several servers side by side that take turns, round by round, so that a machine whose speed drifts is the same for all. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Visitor } from './load-visitors.js';
import { median, quantile } from './measure.js';

const WARM_UP_ROUNDS = 10;
/** A round in which the first row takes this many times its median is noise of the machine. */
const MAX_NOISE = 1.5;

/** CPU time and latency of each round of one server. */
export interface Row {
  name: string;
  visitors: Visitor[];
  /** Microseconds of CPU time of the server's process since its start. */
  readCpu(): Promise<number>;
  /** Microseconds of one event in each round. */
  cpus: number[];
}

/** A `counter-server.tsx` in a process of its own, as in production: without the checks that help authors. */
export async function startServer(...args: string[]) {
  const server = fork(new URL('./counter-server.tsx', import.meta.url), args, {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  const readCpu = async () => {
    server.send('cpu');
    const [{ cpu }] = (await once(server, 'message')) as [{ cpu: NodeJS.CpuUsage }];
    return cpu.user + cpu.system;
  };
  return { origin: `http://127.0.0.1:${port}`, readCpu };
}

export type Server = Awaited<ReturnType<typeof startServer>>;

export async function createRow(
  name: string,
  { origin, readCpu }: Server,
  count: number,
  open: (origin: string, index: number) => Promise<Visitor>,
): Promise<Row> {
  const visitors: Visitor[] = [];
  for (let index = 0; index < count; index++) visitors.push(await open(origin, index));
  return { name, visitors, readCpu, cpus: [] };
}

/** @param events of one round, over all visitors of a row: one number, or a number for each row */
export async function runRounds(
  rows: Row[],
  rounds: number,
  events: number | ((row: Row) => number),
): Promise<void> {
  const count = typeof events === 'number' ? () => events : events;
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const row of round % 2 ? rows : rows.toReversed()) await runRound(row, count(row));
    if (round === -1) {
      for (const row of rows) row.cpus.length = 0;
      for (const visitor of rows.flatMap(({ visitors }) => visitors)) visitor.reset();
    }
  }
}

async function runRound({ visitors, readCpu, cpus }: Row, events: number): Promise<void> {
  const before = await readCpu();
  const each = Math.ceil(events / visitors.length);
  await Promise.all(visitors.map((visitor) => visitor.run(each)));
  cpus.push(((await readCpu()) - before) / (each * visitors.length));
}

/** Tells the rounds that count, by the CPU time of the first row. */
export function findQuietRounds([first]: Row[]): boolean[] {
  const cpus = first?.cpus ?? [];
  const limit = MAX_NOISE * median(cpus);
  return cpus.map((cpu) => cpu <= limit);
}

/** The median, with the quartiles in brackets. */
export function withQuartiles(values: number[], digits: number): string {
  const [q1, q2, q3] = [0.25, 0.5, 0.75].map((q) => quantile(values, q).toFixed(digits));
  return `${q2} (${q1}–${q3})`;
}

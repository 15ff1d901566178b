/**
 * Measures one event on the server, in each way of answering it: the counter page (a list of n, n cycling from 1 to
 * 100), with one event in flight on each connection. Equal pages share their diffs. Pages with a text of their own
 * cannot. All servers run side by side and take turns, round by round.
 *
 * Run: `npx tsx bench/load.ts [--sockets=50] [--rounds=20] [another built checkout …]`
 */
import { execSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { openEcho, openForm, openPage, type Visitor } from './load-visitors.js';
import { median, quantile } from './measure.js';

const { values, positionals } = parseArgs({
  options: { sockets: { type: 'string', default: '50' }, rounds: { type: 'string', default: '20' } },
  allowPositionals: true,
});
const SOCKETS = Number(values.sockets);
const ROUNDS = Number(values.rounds);
/** Events of one round, over all connections. */
const EVENTS = 2000;
const WARM_UP_ROUNDS = 10;
/** A round in which the echo takes this many times its median is noise of the machine. */
const MAX_NOISE = 1.5;

/** CPU time and latency of each round of one way. */
interface Row {
  name: string;
  visitors: Visitor[];
  /** Microseconds of CPU time of the server's process since its start. */
  readCpu(): Promise<number>;
  cpus: number[];
}

async function startServer(way: string, plugin = '') {
  const server = fork(new URL('./counter-server.tsx', import.meta.url), [way, plugin], {
    execArgv: ['--import', 'tsx'],
  });
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  const readCpu = async () => {
    server.send('cpu');
    const [{ cpu }] = (await once(server, 'message')) as [{ cpu: NodeJS.CpuUsage }];
    return cpu.user + cpu.system;
  };
  return { origin: `http://127.0.0.1:${port}`, readCpu };
}

type Server = Awaited<ReturnType<typeof startServer>>;

async function createRow(
  name: string,
  { origin, readCpu }: Server,
  open: (origin: string, index: number) => Promise<Visitor>,
): Promise<Row> {
  const visitors: Visitor[] = [];
  for (let index = 0; index < SOCKETS; index++) visitors.push(await open(origin, index));
  return { name, visitors, readCpu, cpus: [] };
}

async function runRound({ visitors, readCpu, cpus }: Row): Promise<void> {
  const before = await readCpu();
  const events = Math.ceil(EVENTS / SOCKETS);
  await Promise.all(visitors.map((visitor) => visitor.run(events)));
  cpus.push(((await readCpu()) - before) / (events * SOCKETS));
}

execSync('npm run --silent build');
const rows = [
  await createRow('bare `ws` echo', await startServer('echo'), openEcho('x'.repeat(96))),
  await createRow('the page rendered and sent whole over `ws`', await startServer('whole'), openEcho()),
  await createRow('POST, the fragment as text', await startServer('form, text'), openForm),
  await createRow('POST, the fragment as JSX', await startServer('form, JSX'), openForm),
];
for (const checkout of ['.', ...positionals]) {
  const name = checkout === '.' ? 'this' : checkout;
  const server = await startServer('plugin', pathToFileURL(resolve(checkout, 'dist/index.js')).href);
  rows.push(
    await createRow(
      `${name}, pages alike`,
      server,
      openPage(() => ''),
    ),
    await createRow(
      `${name}, each different`,
      server,
      openPage((index) => `visitor-${index}`),
    ),
  );
}

for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
  for (const row of round % 2 ? rows : rows.toReversed()) await runRound(row);
  if (round === -1) {
    for (const row of rows) row.cpus.length = 0;
    for (const visitor of rows.flatMap(({ visitors }) => visitors)) visitor.reset();
  }
}

const [echo] = rows as [Row];
const limit = MAX_NOISE * median(echo.cpus);
const isQuiet = echo.cpus.map((cpu) => cpu <= limit);
const quiet = (values: number[]) => values.filter((_, round) => isQuiet[round]);

console.log(`
Counter page, ${SOCKETS} connections, one event in flight each, ${ROUNDS} rounds of ${EVENTS} events, \
${isQuiet.filter((is) => !is).length} of them left out as noise

| | server CPU µs (quartiles) | × echo (quartiles) | p50 ms | p99 ms | bytes of an answer |
| --- | ---: | ---: | ---: | ---: | ---: |`);
for (const { name, visitors, cpus } of rows) {
  const ratios = quiet(cpus.map((cpu, round) => cpu / (echo.cpus[round] as number)));
  const latencies = visitors.flatMap((visitor) => visitor.latencies);
  const bytes = visitors.reduce((sum, visitor) => sum + visitor.bytes, 0) / latencies.length;
  const columns = [
    name,
    withQuartiles(quiet(cpus), 1),
    withQuartiles(ratios, 2),
    quantile(latencies, 0.5).toFixed(2),
    quantile(latencies, 0.99).toFixed(2),
    bytes.toFixed(0),
  ];
  console.log(`| ${columns.join(' | ')} |`);
}
process.exit();

function withQuartiles(values: number[], digits: number): string {
  const [q1, q2, q3] = [0.25, 0.5, 0.75].map((q) => quantile(values, q).toFixed(digits));
  return `${q2} (${q1}–${q3})`;
}

/**
 * Measures one event on the server, in each way of answering it: the counter page (a list of n, n cycling from 1 to
 * 100), with one event in flight on each connection. Equal pages share their diffs. Pages with a text of their own
 * cannot. All servers run side by side and take turns, round by round.
 *
 * Run: `npx tsx bench/load.ts [--sockets=50] [--rounds=20] [another built checkout …]`
 */
import { execSync } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { openEcho, openForm, openPage, type Visitor } from './load-visitors.js';
import { quantile } from './measure.js';
import {
  createRow,
  findQuietRounds,
  type Row,
  runRounds,
  type Server,
  startServer,
  withQuartiles,
} from './rounds.js';

const { values, positionals } = parseArgs({
  options: { sockets: { type: 'string', default: '50' }, rounds: { type: 'string', default: '20' } },
  allowPositionals: true,
});
const SOCKETS = Number(values.sockets);
const ROUNDS = Number(values.rounds);
/** Events of one round, over all connections. */
const EVENTS = 2000;

const rowOf = (name: string, server: Server, open: (origin: string, index: number) => Promise<Visitor>) =>
  createRow(name, server, SOCKETS, open);

execSync('npm run --silent build');
const rows = [
  await rowOf('bare `ws` echo', await startServer('echo'), openEcho('x'.repeat(96))),
  await rowOf('the page rendered and sent whole over `ws`', await startServer('whole'), openEcho()),
  await rowOf('POST, the fragment as text', await startServer('form, text'), openForm),
  await rowOf('POST, the fragment as JSX', await startServer('form, JSX'), openForm),
];
for (const checkout of ['.', ...positionals]) {
  const name = checkout === '.' ? 'this' : checkout;
  const server = await startServer('plugin', pathToFileURL(resolve(checkout, 'dist/index.js')).href);
  rows.push(
    await rowOf(
      `${name}, pages alike`,
      server,
      openPage(() => ''),
    ),
    await rowOf(
      `${name}, each different`,
      server,
      openPage((index) => `visitor-${index}`),
    ),
  );
}

await runRounds(rows, ROUNDS, EVENTS);

const [echo] = rows as [Row];
const isQuiet = findQuietRounds(rows);
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

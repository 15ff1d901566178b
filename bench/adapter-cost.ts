/**
 * Measures what the Redis adapter adds to an event: one that assigns a param and one with an action, each with the
 * adapter and without, beside a bare websocket. All servers run side by side and take turns, round by round. A server
 * counts the commands that reach Redis.
 *
 * Run: `npx tsx bench/adapter-cost.ts [--sockets=50] [--rounds=40]`
 */
import { execSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { RedisServer } from '../test/support/redis-server.js';
import { openEcho, openPage } from './load-visitors.js';
import { quantile } from './measure.js';
import { readInfo } from './redis-info.js';
import { createRow, findQuietRounds, type Row, runRounds, startServer, withQuartiles } from './rounds.js';

const { values } = parseArgs({
  options: { sockets: { type: 'string', default: '50' }, rounds: { type: 'string', default: '40' } },
});
const SOCKETS = Number(values.sockets);
const ROUNDS = Number(values.rounds);
/** Events of one round, over all connections. */
const EVENTS = 2000;

execSync('npm run --silent build');
const plugin = new URL('../dist/index.js', import.meta.url).href;
const redis = await RedisServer.start();
const alike = () => '';
const rows = [
  await createRow('bare `ws` echo', await startServer('echo'), SOCKETS, openEcho('x'.repeat(96))),
];
for (const [kind, path] of [
  ['an event', '/counter'],
  ['an action', '/command'],
] as const) {
  for (const url of ['', redis.url]) {
    const server = await startServer('plugin', plugin, url);
    const name = `${kind}, ${url ? 'Redis adapter' : 'no adapter'}`;
    rows.push(await createRow(name, server, SOCKETS, openPage(alike, path)));
  }
}

const before = await readInfo(redis, 'stats');
await runRounds(rows, ROUNDS, EVENTS);
const commands = Number((await readInfo(redis, 'stats')).total_commands_processed);
const added = commands - Number(before.total_commands_processed);

const [echo] = rows as [Row];
const isQuiet = findQuietRounds(rows);
const quiet = (values: number[]) => values.filter((_, round) => isQuiet[round]);
console.log(`
Counter page, ${SOCKETS} connections, one event in flight each, ${ROUNDS} rounds of ${EVENTS} events, \
${isQuiet.filter((is) => !is).length} of them left out as noise. Redis got ${added} commands during all rounds.

| | server CPU µs (quartiles) | × echo (quartiles) | × without adapter (quartiles) | p50 ms | p99 ms |
| --- | ---: | ---: | ---: | ---: | ---: |`);
for (const [index, { name, visitors, cpus }] of rows.entries()) {
  const base = rows[index - 1];
  const isPaired = index > 0 && index % 2 === 0 && base;
  const latencies = visitors.flatMap((visitor) => visitor.latencies);
  const columns = [
    name,
    withQuartiles(quiet(cpus), 1),
    withQuartiles(quiet(ratiosOf(cpus, echo.cpus)), 2),
    isPaired ? withQuartiles(quiet(ratiosOf(cpus, base.cpus)), 3) : '',
    quantile(latencies, 0.5).toFixed(2),
    quantile(latencies, 0.99).toFixed(2),
  ];
  console.log(`| ${columns.join(' | ')} |`);
}
await redis.close();
process.exit();

function ratiosOf(cpus: number[], base: number[]): number[] {
  return cpus.map((cpu, round) => cpu / (base[round] as number));
}

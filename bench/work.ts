/**
 * Measures work other than small events: one cell of a table of 1,000 × 5, with `memo` and without; a load, and a plain
 * Fastify route beside the plugin, both beside such a route of the same JSX in a process without it; the diff of large
 * changes beside rendering. All in turn, round by round.
 *
 * Run: `npx tsx bench/work.ts [--rounds=20] [another built checkout …]`
 */
import { execSync } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { openEcho, openLoad, openPage, type Visitor } from './load-visitors.js';
import {
  createRow,
  findQuietRounds,
  type Row,
  runRounds,
  type Server,
  startServer,
  withQuartiles,
} from './rounds.js';
import {
  Row as EachRow,
  Table,
  type TableRow,
  rows as tableRows,
  withCells,
  withSwap,
} from './table-page.js';

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '20' } },
  allowPositionals: true,
});
const ROUNDS = Number(values.rounds);

/** A row, its base for the ratio, and its events in one round. */
interface Case {
  row: Row;
  base: Row | undefined;
  events: number;
}

const cases: Case[] = [];

function add(row: Row, events: number, base?: Row): Row {
  cases.push({ row, base, events });
  return row;
}

/** Pages, the addresses that make them short or long, and loads of one round. */
const LOADS = [
  ['list of 5', '/counter?x=5', 2000],
  ['list of 100', '/counter?x=100', 1000],
  ['table', '/table?x=5', 100],
] as const;

/** Work of this process. */
function localRow(name: string, job: () => unknown): Row {
  const run = async (events: number) => {
    for (let i = 0; i < events; i++) job();
  };
  const visitor: Visitor = { latencies: [], bytes: 0, reset: () => {}, run };
  const readCpu = async () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  };
  return { name, visitors: [visitor], readCpu, cpus: [] };
}

const whoOf = (index: number) => `visitor-${index}`;

const startPlugin = (checkout: string) =>
  startServer('plugin', pathToFileURL(resolve(checkout, 'dist/index.js')).href);

async function addCells(label: string, checkout: string): Promise<void> {
  const server = await startPlugin(checkout);
  const cell = async (name: string, path: string) =>
    createRow(`${label}one cell of 1,000 × 5, ${name}`, server, 50, openPage(whoOf, path));
  const list = add(await cell('50 sockets', '/table'), 100);
  add(await cell('50 sockets, `memo`', '/memo'), 200, list);
}

/** Adds loads, each from a server of its own: the garbage of one page would be collected while another is measured. */
async function addLoads(
  start: () => Promise<Server>,
  label: string,
  prefix = '',
  bases: readonly Row[] = [],
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [index, [name, path, events]] of LOADS.entries()) {
    const row = await createRow(`GET, ${name}, ${label}`, await start(), 10, openLoad(prefix + path));
    rows.push(add(row, events, bases[index]));
  }
  return rows;
}

/** Adds the diffs of this checkout, beside rendering the page. */
async function addDiffs(): Promise<void> {
  const built = (file: string) => new URL(`../dist/html/diff/${file}`, import.meta.url).href;
  const { diff } = (await import(built('diff.js'))) as typeof import('../src/html/diff/diff.js');
  const { Checkpoints } = (await import(
    built('checkpoints.js')
  )) as typeof import('../src/html/diff/checkpoints.js');
  const render = (rows: readonly TableRow[]) =>
    `<!DOCTYPE html>${renderToString(h(Table, { rows, Each: EachRow }))}`;
  const before = render(tableRows);
  const checkpoints = Checkpoints.of(before);
  const rendering = add(
    localRow('1,000 × 5 rendered', () => render(tableRows)),
    20,
  );
  for (const [name, changed] of [
    ['one cell', withCells('new', (id) => id === 500)],
    ['every tenth cell', withCells('new', (id) => id % 2 === 0)],
    ['two far rows swapped', withSwap(10, 990)],
  ] as const) {
    const after = Buffer.from(render(changed)).toString();
    add(
      localRow(`diff, ${name}`, () => diff(before, after, checkpoints)),
      20,
      rendering,
    );
  }
}

execSync('npm run --silent build');
add(await createRow('bare `ws` echo', await startServer('echo'), 50, openEcho('x'.repeat(96))), 2000);
await addCells('', '.');
for (const checkout of positionals) await addCells(`${checkout}: `, checkout);
const plain = await addLoads(() => startServer('plain'), 'plain route');
await addLoads(() => startPlugin('.'), 'plain route beside the plugin', '/plain', plain);
await addLoads(() => startPlugin('.'), 'page', '', plain);
for (const checkout of positionals)
  await addLoads(() => startPlugin(checkout), `page of ${checkout}`, '', plain);
await addDiffs();

const rows = cases.map(({ row }) => row);
const eventsOf = new Map(cases.map(({ row, events }) => [row, events]));
await runRounds(rows, ROUNDS, (row) => eventsOf.get(row) ?? 0);

const isQuiet = findQuietRounds(rows);
const quiet = (values: number[]) => values.filter((_, round) => isQuiet[round]);
console.log(`
${ROUNDS} rounds, ${isQuiet.filter((is) => !is).length} of them left out as noise

| | server CPU µs (quartiles) | ratio (quartiles) | to |
| --- | ---: | ---: | --- |`);
for (const { row, base } of cases) {
  const ratios = quiet(row.cpus.map((cpu, round) => cpu / ((base ?? row).cpus[round] as number)));
  const ratio = base ? withQuartiles(ratios, 2) : '';
  console.log(`| ${row.name} | ${withQuartiles(quiet(row.cpus), 1)} | ${ratio} | ${base?.name ?? ''} |`);
}
process.exit();

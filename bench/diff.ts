/**
 * Measures a diff beside rendering the page, for tables from 100 to 100,000 rows of 5 cells.
 * Run: `node --import tsx bench/diff.ts [most rows]`
 */
import { type ComponentChildren, h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { Checkpoints } from '../src/html/diff/checkpoints.js';
import { diff } from '../src/html/diff/diff.js';
import { scan } from '../src/html/parse/scan.js';
import { HtmlStore } from '../src/html/store/html-store.js';
import type { Instruction } from '../src/protocol.js';

const mostRows = Number(process.argv[2] ?? 100_000);

interface Row {
  id: number;
  cells: string[];
}

function rowsOf(count: number): Row[] {
  return Array.from({ length: count }, (_, id) => ({
    id,
    cells: ['a', 'b', 'c', 'd', 'e'].map((c) => `cell ${c} ${id}`),
  }));
}

function page(rows: Row[], keyed: boolean): string {
  const body: ComponentChildren = rows.map(({ id, cells }) =>
    h(
      'tr',
      keyed ? { id: `row-${id}` } : {},
      cells.map((cell) => h('td', {}, cell)),
    ),
  );
  const table = h('table', {}, h('thead', {}, h('tr', {}, h('th', {}, 'A'))), h('tbody', {}, body));
  return `<!DOCTYPE html>${renderToString(h('html', {}, h('head', {}, h('title', {}, 'Table')), h('body', {}, table)))}`;
}

/** Least CPU microseconds of a measurement, and of the runs before it, which the compiler still optimizes. */
const LEAST = 300_000;

/** Microseconds of CPU that one run takes, of all threads, so that garbage collection counts. */
function time(run: () => unknown): number {
  runFor(run);
  return runFor(run);
}

function runFor(run: () => unknown): number {
  const start = process.cpuUsage();
  let runs = 0;
  let spent = 0;
  for (; runs < 5 || spent < LEAST; runs++) {
    run();
    const { user, system } = process.cpuUsage(start);
    spent = user + system;
  }
  return spent / runs;
}

const changes: Record<string, (rows: Row[]) => Row[]> = {
  'one cell': (rows) =>
    rows.map((row, i) => (i === rows.length >> 1 ? { ...row, cells: row.cells.with(2, 'new') } : row)),
  'append a row': (rows) => [...rows, { id: rows.length, cells: ['1', '2', '3', '4', '5'] }],
  'remove the first row': (rows) => rows.slice(1),
  'swap two rows': (rows) =>
    rows.with(10, rows[rows.length - 10] as Row).with(rows.length - 10, rows[10] as Row),
  'every tenth cell': (rows) =>
    rows.map((row, i) => (i % 2 ? row : { ...row, cells: row.cells.with(1, 'new') })),
};

function bytesOf(instructions: Instruction[] | null): number | string {
  return instructions ? Buffer.byteLength(JSON.stringify(['patch', 312, ...instructions])) : 'whole page';
}

for (let count = 100; count <= mostRows; count *= 10) {
  const rows = rowsOf(count);
  const before = page(rows, true);
  const checkpoints = Checkpoints.of(before);
  const rendering = time(() => page(rows, true));
  console.log(`\n${count} rows, ${before.length} bytes, rendered in ${rendering.toFixed(0)} µs`);
  console.log(
    `  scan ${time(() => scan(before)).toFixed(0)} µs, checkpoints ${time(() => Checkpoints.of(before)).toFixed(0)} µs`,
  );
  const store = new HtmlStore(1e9);
  console.log(
    `  kept in ${time(() => store.retain(before)).toFixed(0)} µs, checkpoints ${checkpoints.bytes} bytes`,
  );
  for (const [name, change] of Object.entries(changes)) {
    const now = Buffer.from(page(change(rows), true)).toString();
    const spent = time(() => diff(before, now, checkpoints));
    const { instructions } = diff(before, now, checkpoints);
    const plain = diff(page(rows, false), page(change(rows), false)).instructions;
    console.log(
      `  ${name}: ${spent.toFixed(0)} µs, ${(spent / rendering).toFixed(3)} of rendering, ${bytesOf(instructions)} bytes, without ids ${bytesOf(plain)}`,
    );
  }
}

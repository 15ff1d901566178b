/**
 * Bytes of the answer to one event, on the socket, frame header included. Beside them what Phoenix
 * LiveView 1.2.10 sent for the same pages, and the limit we set ourselves. `npx tsx bench/bytes.tsx`
 */
import type { VNode } from 'preact';
import { createServer } from './server.js';

type Rows = { id: number; cells: string[] }[];

const pages = await createServer();
const table = (): Rows =>
  Array.from({ length: 1000 }, (_, id) => ({
    id,
    cells: Array.from({ length: 5 }, (_, cell) => `row ${id} cell ${cell}`),
  }));

/** A page of its own for each event; `change` is what happens to its data in the event. */
async function bytesOf<Data>(
  data: Data,
  view: (data: Data) => VNode,
  change: (data: Data) => Data,
): Promise<number> {
  const page = await pages.open(data, view);
  const bytes = await page.change(change);
  await page.close();
  return bytes;
}

const Document = ({ children }: { children: VNode | VNode[] }) => (
  <html lang="en">
    <head>
      <title>Bench</title>
    </head>
    <body>{children}</body>
  </html>
);

const Counter = (n: number) => (
  <Document>
    <ul>
      {Array.from({ length: n }, (_, i) => (
        <li key={i}>{i + 1}</li>
      ))}
    </ul>
    <button type="button" onclick="rr(this)" action="x" value={n + 1}>
      add
    </button>
    <button type="button" onclick="rr(this)" action="x" value={n - 1}>
      delete
    </button>
  </Document>
);

const Table =
  (withIds: boolean) =>
  (rows: Rows): VNode => (
    <Document>
      <table>
        <tbody>
          {rows.map(({ id, cells }) => (
            <tr key={id} id={withIds ? `r${id}` : undefined}>
              {cells.map((cell) => (
                <td key={cell}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Document>
  );

const List =
  (withIds: boolean) =>
  (items: number[]): VNode => (
    <Document>
      <ul>
        {items.map((item) => (
          <li key={item} id={withIds ? `i${item}` : undefined}>
            Item {item}
          </li>
        ))}
      </ul>
    </Document>
  );

const oneCell = (rows: Rows) =>
  rows.with(500, { id: 500, cells: ['row 500 changed', ...(rows[500]?.cells.slice(1) ?? [])] });
const newRow = { id: 1000, cells: ['new a', 'new b', 'new c', 'new d', 'new e'] };
const swap = (rows: Rows) => rows.with(1, rows[998] ?? newRow).with(998, rows[1] ?? newRow);
const rowHtml = (id: string) =>
  `<tr${id}>${newRow.cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`.length;
const itemHtml = (id: string) => `<li${id}>Item 100</li>`.length;

interface Line {
  event: string;
  liveView: string;
  limit: number;
  ours: number;
  withoutIds?: number;
}

async function measureTable(
  event: string,
  liveView: string,
  limit: number,
  change: (rows: Rows) => Rows,
): Promise<Line> {
  const ours = await bytesOf(table(), Table(true), change);
  return { event, liveView, limit, ours, withoutIds: await bytesOf(table(), Table(false), change) };
}

const prepend = (items: number[]) => [100, ...items];
const hundred = Array.from({ length: 100 }, (_, item) => item);
const counters = [];
for (let n = 1; n < 100; n++) counters.push(await bytesOf(n, Counter, (n) => n + 1));

const lines: Line[] = [
  {
    event: 'counter +1 (n 1–100, the largest)',
    liveView: '126–133',
    limit: 100,
    ours: Math.max(...counters),
  },
  await measureTable('one cell', '127 / 236', 60, oneCell),
  await measureTable('append a row', '192 / 239', rowHtml(' id="r1000"') + 40, (rows) => [...rows, newRow]),
  await measureTable('remove the first row', '9,912 / 129', 40, (rows) => rows.slice(1)),
  await measureTable('swap two rows', '134 / 345', 60, swap),
  {
    event: 'prepend to a list of 100',
    liveView: '831',
    limit: itemHtml(' id="i100"') + 40,
    ours: await bytesOf(hundred, List(true), prepend),
    withoutIds: await bytesOf(hundred, List(false), prepend),
  },
  await measureTable('nothing changed', '77', 20, (rows) => rows),
];

console.log(`
| event | LiveView, keyed list / stream | limit | ours | without ids |
| --- | ---: | ---: | ---: | ---: |`);
for (const { event, liveView, limit, ours, withoutIds = '' } of lines) {
  console.log(`| ${event} | ${liveView} | ${limit} | ${ours} | ${withoutIds} |`);
}
await pages.close();

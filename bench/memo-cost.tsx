/**
 * Measures the savings of `memo`: one event that changes a cell of a table of 1,000 × 5, from message to answer,
 * with `memo` rows and with plain rows. Run: `npx tsx bench/memo-cost.tsx`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import Fastify from 'fastify';
import issrPlugin, { memo } from '../src/index.js';
import { median, printMeasured } from './measure.js';

interface Data {
  id: number;
  cells: string[];
}

const Row = ({ row: { id, cells } }: { row: Data }) => (
  <tr id={`r${id}`}>
    {cells.map((cell) => (
      <td key={cell}>{cell}</td>
    ))}
  </tr>
);
const MemoRow = memo(Row);

const Table = ({ rows, Each }: { rows: Data[]; Each: typeof Row | typeof MemoRow }) => (
  <html lang="en">
    <head>
      <title>Bench</title>
    </head>
    <body>
      <table>
        <tbody>
          {rows.map((row) => (
            <Each key={row.id} row={row} />
          ))}
        </tbody>
      </table>
    </body>
  </html>
);

const rows: Data[] = Array.from({ length: 1000 }, (_, id) => ({
  id,
  cells: Array.from({ length: 5 }, (_, cell) => `row ${id} cell ${cell}`),
}));

const fastify = Fastify();
await fastify.register(issrPlugin, { maxEventsPerSecond: 1_000_000, maxEventBurst: 1_000_000 });
for (const [path, Each] of [
  ['/memo', MemoRow],
  ['/plain', Row],
] as const) {
  let current = rows;
  let count = 0;
  const change = () => {
    const id = (count * 7) % rows.length;
    current = current.with(id, { id, cells: [`changed ${count++}`, '2', '3', '4', '5'] });
  };
  fastify.issrRoute(path, { actions: { change } }, () => <Table rows={current} Each={Each} />);
}
await fastify.listen({ port: 0, host: '127.0.0.1' });
const driver = fork(new URL('./event-driver.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });

/** CPU of this process for one event. */
async function cpuOfEvent(path: string, count: number): Promise<number> {
  const start = process.cpuUsage();
  driver.send({ origin: fastify.listeningOrigin, path, count });
  await once(driver, 'message');
  const { user, system } = process.cpuUsage(start);
  return (user + system) / count;
}

const times: Record<string, number[]> = { '/memo': [], '/plain': [] };
for (let round = 0; round < 10; round++) {
  for (const [path, all] of Object.entries(times)) {
    const cpu = await cpuOfEvent(path, 200);
    if (round > 0) all.push(cpu);
  }
}
printMeasured(
  'One cell of 1,000 rows, the whole event',
  Object.entries(times).map(([path, all]) => ({
    name: path === '/memo' ? 'rows with memo' : 'rows without',
    micros: median(all),
  })),
);
driver.disconnect();
await fastify.close();

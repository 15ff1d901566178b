/**
 * Measures what the next 50 rows of an endless list cost: the 1st to 5th page of rows beside the 98th to 102nd, of 10,000
 * rows in all, with `memo` for each row or for 50 rows, and without. Run: `npx tsx bench/growing-list.tsx`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import Fastify from 'fastify';
import issrPlugin, { type IssrPage, memo } from '../src/index.js';
import { median, printMeasured } from './measure.js';

const STEP = 50;
/** Pages of rows that are measured in one go. */
const STEPS = 5;
const ROUNDS = 9;

const PlainRow = ({ number }: { number: number }) => (
  <li key={number}>
    <a href={`/feed/${number}`} data-rr="click">
      Plant
    </a>{' '}
    <i lang="la">Planta</i> <span class="note">{number.toLocaleString('en')}</span>
  </li>
);
const Row = memo(PlainRow);
const Rows = memo(({ from }: { from: number }) => (
  <>
    {Array.from({ length: STEP }, (_, i) => (
      <Row number={from + i + 1} />
    ))}
  </>
));

const fastify = Fastify();
const MAX = 1_000_000;
// In development, some events are looked at for mistakes, whole.
await fastify.register(issrPlugin, { maxEventsPerSecond: MAX, maxEventBurst: MAX, showErrors: false });
const rowsOf = (page: IssrPage | null) => (page?.data.rows as number | undefined) ?? STEP;
const each = (Each: typeof Row | typeof PlainRow) => (count: number) =>
  Array.from({ length: count }, (_, i) => <Each number={i + 1} />);
const inSteps = (count: number) => Array.from({ length: count / STEP }, (_, i) => <Rows from={i * STEP} />);
const lists = { '/plain': each(PlainRow), '/memo': each(Row), '/count': each(Row), '/steps': inSteps };
for (const [path, list] of Object.entries(lists)) {
  const change = ({ issr: { page } }: { issr: { page: IssrPage | null } }) => {
    if (page) page.data.rows = rowsOf(page) + STEP;
  };
  fastify.issrRoute(path, { actions: { change } }, ({ issr: { page } }) => (
    <html lang="en">
      <head>
        <title>Bench</title>
      </head>
      <body>
        {path === '/count' && <p>{rowsOf(page)} plants</p>}
        <ol>{list(rowsOf(page))}</ol>
        <p key={rowsOf(page)}>
          <a href={`?n=${rowsOf(page) + STEP}`}>More plants</a>
        </p>
      </body>
    </html>
  ));
}
await fastify.listen({ port: 0, host: '127.0.0.1' });
const driver = fork(new URL('./event-driver.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });

/** CPU of this process for each of the next pages of rows. */
async function cpuOfSteps(path: string, count: number): Promise<number> {
  const start = process.cpuUsage();
  driver.send({ origin: fastify.listeningOrigin, path, count });
  await once(driver, 'message');
  const { user, system } = process.cpuUsage(start);
  return (user + system) / count;
}

const NAMES: Record<string, string> = {
  '/plain': 'without memo',
  '/memo': 'with memo for each row',
  '/count': 'with memo for each row and the number of rows above',
  '/steps': 'with memo for each 50 rows',
};
for (const [path, name] of Object.entries(NAMES)) {
  const [first, hundredth]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const page = `${path}?round=${round}`;
    await cpuOfSteps(page, 0);
    first.push(await cpuOfSteps(page, STEPS));
    await cpuOfSteps(page, 97 - STEPS);
    hundredth.push(await cpuOfSteps(page, STEPS));
  }
  printMeasured(`The next ${STEP} rows, ${name}`, [
    { name: 'behind 5,000 rows', micros: median(hundredth) },
    { name: 'behind 50 rows', micros: median(first) },
  ]);
}
driver.disconnect();
await fastify.close();

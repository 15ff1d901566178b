/**
 * A push to many pages: with `share`, without, a bare `ws` loop that sends the same bytes, and the same loop with a
 * render for each page. Prints the server's CPU for each page, the time from the call to the first and the last page,
 * and how long another page's clicks take meanwhile. Every second round has clicks, and the others measure the CPU: a
 * faster answer is followed by more clicks.
 * `npx tsx bench/push.ts [pages…]`
 */
import { type ChildProcess, execSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { median } from './measure.js';

const ROUNDS = 30;
const KINDS = ['shared', 'alone', 'rendered', 'bare'] as const;
type Kind = (typeof KINDS)[number];

execSync('npm run --silent build');
const built = new URL('../dist/index.js', import.meta.url).href;
const start = (file: string, ...args: string[]) =>
  fork(new URL(file, import.meta.url), args, { execArgv: ['--import', 'tsx'] });
const next = async <Message>(child: ChildProcess) => ((await once(child, 'message')) as [Message])[0];

interface Result {
  cpu: number[];
  /** Milliseconds from the call to the first and to the last page. */
  first: number[];
  last: number[];
  clicks: number[];
  bytes: number;
}

for (const count of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1000, 5000])
  await measure(count);

async function measure(count: number): Promise<void> {
  const server = start('./push-server.tsx', built);
  const { origin, bare } = await next<Record<'origin' | 'bare', string>>(server);
  const open = async (role: string, url: string) => {
    const client = start('./push-client.ts', role, url, String(count));
    await next(client);
    return client;
  };
  const bareClient = await open('bare', bare);
  const clients: Record<Kind, ChildProcess> = {
    shared: await open('shared', origin),
    alone: await open('alone', origin),
    rendered: bareClient,
    bare: bareClient,
  };
  const clicker = start('./push-client.ts', 'click', origin);
  await next(clicker);
  const results = new Map(
    KINDS.map((kind): [Kind, Result] => [kind, { cpu: [], first: [], last: [], clicks: [], bytes: 0 }]),
  );
  let text = '["patch",0]';
  for (let round = 0; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? 'click' : 'rest';
    for (const kind of KINDS) {
      const client = clients[kind];
      const result = results.get(kind) as Result;
      client.send('arm');
      await next(client);
      clicker.send(order);
      await next(clicker);
      const ended = next<{ first: number; last: number; bytes: number; text: string }>(client);
      server.send({ kind, text });
      const { began } = await next<{ began: number }>(server);
      const end = await ended;
      server.send({ kind: 'cpu' });
      const { cpu } = await next<{ cpu: number }>(server);
      clicker.send('rest');
      const { latencies } = await next<{ latencies: number[] }>(clicker);
      if (kind === 'shared') text = end.text;
      result.bytes = end.bytes;
      if (round === 0) continue;
      if (order === 'rest') result.cpu.push(cpu / count);
      result.first.push(end.first - began);
      result.last.push(end.last - began);
      result.clicks.push(...latencies);
    }
  }
  for (const child of new Set([server, clicker, ...Object.values(clients)])) child.disconnect();
  print(count, results);
}

function print(count: number, results: ReadonlyMap<Kind, Result>): void {
  const base = median(results.get('bare')?.cpu ?? []);
  console.log(
    `\n${count} pages\n\n| | CPU µs a page | ratio | ms to the first page | to the last | bytes | a click's p50, p99 ms |`,
  );
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const [kind, { cpu, first, last, bytes, clicks }] of results) {
    const sorted = clicks.toSorted((a, b) => a - b);
    const at = (part: number) => (sorted[Math.floor(part * sorted.length)] ?? Number.NaN).toFixed(1);
    const micros = median(cpu);
    console.log(
      `| ${kind} | ${micros.toFixed(1)} | ${(micros / base).toFixed(2)} | ${median(first).toFixed(1)} | ${median(last).toFixed(1)} | ${bytes} | ${at(0.5)}, ${at(0.99)} (${sorted.length}) |`,
    );
  }
}

/**
 * A push to many pages: with `share`, without, and a bare `ws` loop that sends the same bytes. Prints the server's
 * CPU for each page, the time from the call to the last page, and how long another page's clicks take meanwhile.
 * `npx tsx bench/push.ts [pages…]`
 */
import { type ChildProcess, execSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { median } from './measure.js';

const ROUNDS = 15;
const KINDS = ['shared', 'alone', 'bare'] as const;
type Kind = (typeof KINDS)[number];

execSync('npm run --silent build');
const built = new URL('../dist/index.js', import.meta.url).href;
const start = (file: string, ...args: string[]) =>
  fork(new URL(file, import.meta.url), args, { execArgv: ['--import', 'tsx'] });
const next = async <Message>(child: ChildProcess) => ((await once(child, 'message')) as [Message])[0];

interface Result {
  cpu: number[];
  time: number[];
  clicks: number[];
  bytes: number;
}

for (const count of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1000, 5000])
  await measure(count);

async function measure(count: number): Promise<void> {
  const server = start('./push-server.tsx', built);
  const { origin, bare } = await next<{ origin: string; bare: string }>(server);
  const clients = new Map<Kind, ChildProcess>();
  for (const kind of KINDS) {
    const client = start('./push-client.ts', kind, kind === 'bare' ? bare : origin, String(count));
    await next(client);
    clients.set(kind, client);
  }
  const clicker = start('./push-client.ts', 'click', origin);
  await next(clicker);
  const results = new Map(
    KINDS.map((kind): [Kind, Result] => [kind, { cpu: [], time: [], clicks: [], bytes: 0 }]),
  );
  let text = '["patch",0]';
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of KINDS) {
      const client = clients.get(kind) as ChildProcess;
      const result = results.get(kind) as Result;
      client.send('arm');
      await next(client);
      clicker.send('drop');
      await next(clicker);
      const ended = next<{ ended: number; bytes: number; text: string }>(client);
      server.send({ kind, text });
      const { began } = await next<{ began: number }>(server);
      const end = await ended;
      server.send({ kind: 'cpu' });
      const { cpu } = await next<{ cpu: number }>(server);
      clicker.send('take');
      const { latencies } = await next<{ latencies: number[] }>(clicker);
      if (kind === 'shared') text = end.text;
      result.bytes = end.bytes;
      if (round === 0) continue;
      result.cpu.push(cpu / count);
      result.time.push(end.ended - began);
      result.clicks.push(...latencies);
    }
  }
  for (const child of [server, clicker, ...clients.values()]) child.disconnect();
  print(count, results);
}

function print(count: number, results: ReadonlyMap<Kind, Result>): void {
  const base = median(results.get('bare')?.cpu ?? []);
  console.log(
    `\n${count} pages\n\n| | CPU µs a page | ratio | ms to the last page | bytes | a click's p50, p99 ms |`,
  );
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const [kind, { cpu, time, bytes, clicks }] of results) {
    const sorted = clicks.toSorted((a, b) => a - b);
    const at = (part: number) => (sorted[Math.floor(part * sorted.length)] ?? Number.NaN).toFixed(1);
    const [micros, ms] = [median(cpu), median(time)];
    console.log(
      `| ${kind} | ${micros.toFixed(1)} | ${(micros / base).toFixed(2)} | ${ms.toFixed(1)} | ${bytes} | ${at(0.5)}, ${at(0.99)} (${sorted.length}) |`,
    );
  }
}

/**
 * Measures one event on the server: the counter page (a list of n, n cycling from 1 to 100), 50 sockets with one
 * event in flight each. Prints the CPU time of the server's process, and p50 and p99 of the driver. Equal pages
 * share their diffs. Pages with a text of their own cannot. Run: `npx tsx bench/load.ts`
 */
import { execSync, fork } from 'node:child_process';
import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { openJoinedSocket } from '../test/support/joined-socket.js';
import { median } from './measure.js';

const SOCKETS = 50;
const EVENTS = 400;
const ROUNDS = 5;

execSync('npm run --silent build');
const built = new URL('../dist/index.js', import.meta.url).href;
const server = fork(new URL('./counter-server.tsx', import.meta.url), [built], {
  execArgv: ['--import', 'tsx'],
});
const [{ port }] = (await once(server, 'message')) as [{ port: number }];
const base = `http://127.0.0.1:${port}`;

async function serverCpu(): Promise<number> {
  server.send('cpu');
  const [{ cpu }] = (await once(server, 'message')) as [{ cpu: NodeJS.CpuUsage }];
  return cpu.user + cpu.system;
}

/** A page that joins, then sends its next event when the last one is answered. */
class Visitor {
  readonly latencies: number[] = [];
  bytes = 0;
  readonly #socket: WebSocket;
  #number = 0;
  #sent = 0;
  #left = 0;
  #done: () => void = () => {};

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#receive(data));
  }

  static async open(who: string): Promise<Visitor> {
    return new Visitor(await openJoinedSocket(base, `/counter?x=1&who=${who}`));
  }

  run(events: number): Promise<void> {
    this.#left = events;
    this.#send();
    return new Promise((resolve) => {
      this.#done = resolve;
    });
  }

  close(): void {
    this.#socket.close();
  }

  #send(): void {
    this.#number++;
    this.#sent = performance.now();
    this.#socket.send(
      JSON.stringify(['event', this.#number, [[], []], [['x', String((this.#number % 100) + 1)]]]),
    );
  }

  #receive(data: Buffer): void {
    if (!data.subarray(0, 8).equals(PATCH)) throw new Error(`Not a patch: ${data.subarray(0, 200)}`);
    this.latencies.push(performance.now() - this.#sent);
    this.bytes += data.length;
    this.#left--;
    if (this.#left > 0) this.#send();
    else this.#done();
  }
}

const PATCH = Buffer.from('["patch"');

/** A row of the table. */
async function measureVisitors(pages: string, whoOf: (index: number) => string): Promise<string> {
  const visitors = await Promise.all(
    Array.from({ length: SOCKETS }, (_, index) => Visitor.open(whoOf(index))),
  );
  const runAll = () => Promise.all(visitors.map((visitor) => visitor.run(EVENTS)));
  await runAll();
  for (const visitor of visitors) visitor.latencies.length = visitor.bytes = 0;
  const cpus: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = await serverCpu();
    await runAll();
    cpus.push(((await serverCpu()) - before) / (SOCKETS * EVENTS));
  }
  for (const visitor of visitors) visitor.close();
  const latencies = visitors.flatMap((visitor) => visitor.latencies).toSorted((a, b) => a - b);
  const bytes = visitors.reduce((sum, visitor) => sum + visitor.bytes, 0) / latencies.length;
  const quantile = (q: number) => (latencies[Math.floor(latencies.length * q)] ?? 0).toFixed(2);
  return `| ${pages} | ${median(cpus).toFixed(1)} µs | ${quantile(0.5)} ms | ${quantile(0.99)} ms | ${bytes.toFixed(0)} |`;
}

console.log(`
Counter page, ${SOCKETS} sockets, one event in flight each, ${SOCKETS * EVENTS * ROUNDS} events

| pages | server CPU per event | p50 | p99 | bytes of an answer |
| --- | ---: | ---: | ---: | ---: |
${await measureVisitors('alike', () => '')}
${await measureVisitors('each with a text of its own', (index) => `visitor-${index}`)}
`);
server.disconnect();

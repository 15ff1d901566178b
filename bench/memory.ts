/**
 * Measures the server's memory for 5,000 joined, idle pages beside as many bare websockets, each kind in a process
 * of its own, and the heap after all have left. Run: `npx tsx bench/memory.ts`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { openJoinedSocket } from '../test/support/joined-socket.js';

const PAGES = 5000;
const WARM_UP = 2000;
const AT_ONCE = 20;

interface Memory {
  rss: number;
  heap: number;
  pages: number;
}

type Open = (base: string, number: number) => Promise<WebSocket>;

async function openBare(base: string): Promise<WebSocket> {
  const socket = new WebSocket(`${base.replace('http', 'ws')}/bare`, {
    origin: base,
    perMessageDeflate: false,
  });
  await once(socket, 'open');
  socket.send('hello');
  await once(socket, 'message');
  return socket;
}

/** A page that has joined, had one event, and is idle since. */
async function openPage(base: string, url: string): Promise<WebSocket> {
  const socket = await openJoinedSocket(base, url);
  socket.send('["event",1,[[],[]],[]]');
  await once(socket, 'message');
  return socket;
}

const kinds: Record<string, Open> = {
  'bare websockets': openBare,
  'counter pages': (base) => openPage(base, '/counter?x=10'),
  'tables of 130 KB, all equal': (base) => openPage(base, '/table?number=1'),
  'tables of 130 KB, all different': (base, number) => openPage(base, `/table?number=${number}`),
};

async function openAll(open: Open, base: string, count: number): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  let next = 0;
  const opener = async () => {
    while (next < count) sockets.push(await open(base, next++));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, opener));
  return sockets;
}

async function leaveAll(sockets: WebSocket[]): Promise<void> {
  for (const socket of sockets) socket.send('["bye"]');
  for (const socket of sockets) socket.close();
  await Promise.all(sockets.map((socket) => socket.readyState === WebSocket.CLOSED || once(socket, 'close')));
}

async function measureKind(open: Open) {
  const server = fork(new URL('./memory-server.tsx', import.meta.url), {
    execArgv: ['--import', 'tsx', '--expose-gc'],
  });
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  const base = `http://127.0.0.1:${port}`;
  const memory = async () => {
    server.send('memory');
    return ((await once(server, 'message')) as [Memory])[0];
  };
  // Warm-up: memory that the process needs once is not counted for a page.
  await leaveAll(await openAll(open, base, WARM_UP));
  const before = await memory();
  const sockets = await openAll(open, base, PAGES);
  const during = await memory();
  await leaveAll(sockets);
  const after = await memory();
  server.disconnect();
  return {
    rss: (during.rss - before.rss) / PAGES / 1024,
    heap: (during.heap - before.heap) / PAGES / 1024,
    left: after.heap / before.heap - 1,
    open: during.pages,
  };
}

console.log(`
${PAGES} open and idle, each kind in a process of its own

| | resident KB each | heap and buffers KB each | heap after all left |
| --- | ---: | ---: | ---: |`);
for (const [kind, open] of Object.entries(kinds)) {
  const { rss, heap, left } = await measureKind(open);
  console.log(
    `| ${kind} | ${rss.toFixed(1)} | ${heap.toFixed(1)} | ${left < 0 ? '−' : '+'}${(100 * Math.abs(left)).toFixed(1)} % |`,
  );
}

/**
 * A thousand websockets of one room, each of which says something to all, while one reads nothing. What the
 * server's process takes for it, in CPU and memory. `npx tsx bench/broadcast.ts`
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { WebSocket } from 'ws';

const SOCKETS = 1000;
const MESSAGE = 'x'.repeat(1000);

interface State {
  rss: number;
  peak: number;
  heap: number;
  cpu: number;
  heard: number;
  cut: number;
  most: number;
}

const server = fork(new URL('./broadcast-server.ts', import.meta.url), {
  execArgv: ['--import', 'tsx', '--expose-gc'],
});
const [{ port }] = (await once(server, 'message')) as [{ port: number }];
const state = async () => {
  server.send('state');
  return ((await once(server, 'message')) as [State])[0];
};

const url = `ws://127.0.0.1:${port}/room`;
const open = async (query: string) => {
  const socket = new WebSocket(url + query, { perMessageDeflate: false });
  await once(socket, 'open');
  return socket;
};
const dead = await open('?dead');
dead.pause();
const sockets = await Promise.all(Array.from({ length: SOCKETS }, () => open('')));
const before = await state();

let came = 0;
const all = new Promise<void>((resolve) => {
  for (const socket of sockets) {
    socket.on('message', () => {
      if (++came === SOCKETS * SOCKETS) resolve();
    });
  }
});
const started = performance.now();
for (const socket of sockets) socket.send(MESSAGE);
await all;
const seconds = (performance.now() - started) / 1000;
const after = await state();
server.disconnect();
for (const socket of [dead, ...sockets]) socket.terminate();

const mb = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
console.log(`
${came} messages of ${MESSAGE.length} bytes to ${SOCKETS} sockets, and ${after.cut} of one that reads nothing cut

| | |
| --- | ---: |
| seconds until all had all | ${seconds.toFixed(1)} |
| CPU of the server per message sent | ${((1e6 * (after.cpu - before.cpu)) / after.heard).toFixed(1)} µs |
| resident memory before, at most, after | ${mb(before.rss)}, ${mb(after.peak)}, ${mb(after.rss)} |
| heap and buffers before, after | ${mb(before.heap)}, ${mb(after.heap)} |
| most that one socket had unsent | ${mb(after.most)} |`);

/** A room for `broadcast.ts`: what one sends, all get. Says its memory, and what it has cut, when asked. */
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import issrPlugin from '../src/index.js';

const { gc } = globalThis;
if (!gc) throw new Error('Run it with --expose-gc');

const fastify = Fastify();
await fastify.register(issrPlugin);
let [heard, cut, most, peak] = [0, 0, 0, 0];
setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 100);

const room = fastify.issrSocket(
  '/room',
  { maxClientsPerIp: 10_000, allowedOrigins: () => true, maxUnsentBytes: 256 * 1024 },
  {
    open(socket) {
      // A socket that reads nothing: its network buffer is full from the start.
      if (!('dead' in (socket.request.query as object))) return;
      while (socket.unsentBytes === 0) socket.send('x'.repeat(64 * 1024));
    },
    message(socket, text) {
      heard += socket.resource.broadcast(text);
      for (const client of room.clients) most = Math.max(most, client.unsentBytes);
    },
    close: (_socket, code) => {
      if (code === 1006) cut++;
    },
  },
);

await fastify.listen({ port: 0 });
process.send?.({ port: (fastify.server.address() as AddressInfo).port });
process.on('message', () => {
  gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  process.send?.({ rss, peak, heap: heapUsed + external, cpu: (user + system) / 1e6, heard, cut, most });
});
process.on('disconnect', () => process.exit());

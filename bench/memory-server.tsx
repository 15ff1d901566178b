/** Pages for `memory.ts`: a counter, a table of 130 KB, and a bare websocket. Says its memory, after collections, when asked. */
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import issrPlugin from '../src/index.js';

const MAX = 1_000_000;
const { gc } = globalThis;
if (!gc) throw new Error('Run it with --expose-gc');

const fastify = Fastify();
await fastify.register(issrPlugin, {
  maxPagesPerIp: MAX,
  maxStoredBytes: 2 ** 32,
  handlerTimeout: 60_000,
  joinTimeout: 60_000,
});

fastify.issrRoute<{ Querystring: { x?: number } }>('/counter', ({ query: { x = 10 } }) => (
  <main>
    <ul>
      {Array.from({ length: Number(x) }, (_, n) => (
        <li key={n}>{n + 1}</li>
      ))}
    </ul>
    <button type="button" onclick="rr(this)" action="x" value={Number(x) + 1}>
      add
    </button>
  </main>
));

/** 1,000 rows of 130 bytes; the page's number is in each, so that pages differ. */
fastify.issrRoute<{ Querystring: { number?: string } }>('/table', ({ query: { number = '' } }) => (
  <table>
    {Array.from({ length: 1000 }, (_, n) => (
      <tr id={`row-${n}`} key={n}>
        <td>{n}</td>
        <td>{`The name of row ${n} of page ${number.padStart(5)}`}</td>
        <td>{(n * 7919) % 1000}</td>
        <td>{n % 2 ? 'active' : 'waiting'}</td>
      </tr>
    ))}
  </table>
));

fastify.get('/bare', { websocket: true }, (socket) => {
  socket.on('message', (data: Buffer) => socket.send(data.toString()));
});

await fastify.listen({ port: 0, host: '127.0.0.1' });
process.send?.({ port: (fastify.server.address() as AddressInfo).port });
process.on('message', async () => {
  for (let i = 0; i < 8; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send?.({ rss, heap: heapUsed + external, pages: fastify.issr.pages.size });
});
process.on('disconnect', () => process.exit());

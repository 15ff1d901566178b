/** The server's heap before and after 10,000 pages have joined and left. `node --expose-gc --import tsx bench/joins.ts` */
import { once } from 'node:events';
import Fastify from 'fastify';
import issrPlugin from '../src/index.js';
import { openJoinedSocket } from '../test/support/joined-socket.js';

const PAGES = 10_000;
const AT_ONCE = 50;
const { gc } = globalThis;
if (!gc) throw new Error('Run it with node --expose-gc');

const fastify = Fastify();
await fastify.register(issrPlugin);
let count = 0;
fastify.issrRoute('/', () => `<p>${count++}</p>`);
await fastify.listen({ port: 0, host: '127.0.0.1' });
const origin = fastify.listeningOrigin;

async function joinAndLeave(): Promise<void> {
  const socket = await openJoinedSocket(origin, '/');
  socket.send('["event",1,[[],[]],[]]');
  await once(socket, 'message');
  socket.send('["bye"]');
  await once(socket, 'close');
}

async function heapAfter(pages: number): Promise<number> {
  const visitor = async () => {
    for (let i = 0; i < pages / AT_ONCE; i++) await joinAndLeave();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, visitor));
  for (let i = 0; i < 5; i++) {
    gc?.();
    await new Promise(setImmediate);
  }
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

const before = await heapAfter(1000);
const after = await heapAfter(PAGES);
console.log(
  `Heap ${before.toFixed(1)} MB; after ${PAGES} pages joined, asked and left ${after.toFixed(1)} MB; open now: ${fastify.issr.pages.size}`,
);
await fastify.close();
process.exit();

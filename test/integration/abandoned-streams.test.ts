import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import Fastify, { type FastifyInstance } from 'fastify';
import issrPlugin from '../../src/index.js';
import { EventClient } from '../support/event-client.js';
import { get } from '../support/get.js';
import { closeAfter, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const IP = '192.0.2.1';
const LIMIT = 2;
const headers = { 'x-forwarded-for': IP };

/** A site whose hook may hold requests. It counts the requests of `IP` that have passed the hook. */
async function openSite(t: Parameters<typeof closeAfter>[0]) {
  const fastify = closeAfter(t, Fastify({ forceCloseConnections: true, trustProxy: true }));
  const site = { fastify, origin: '', begun: 0, gate: Promise.resolve() };
  fastify.addHook('onRequest', async () => {
    site.begun++;
    await site.gate;
  });
  await fastify.register(issrPlugin, { maxUnjoinedConnectionsPerIp: LIMIT });
  fastify.issrStream('/news', { maxClientsPerIp: LIMIT }, (stream) => stream.subscribe('news'));
  site.origin = await listen(fastify);
  return site;
}

/** Sends requests at once over one connection, without reading the answers. */
async function send(origin: string, path: string, count: number): Promise<Socket> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`GET ${path} HTTP/1.1\r\nhost: site\r\nx-forwarded-for: ${IP}\r\n\r\n`.repeat(count));
  return socket;
}

async function leave({ server }: FastifyInstance, socket: Socket): Promise<void> {
  socket.destroy();
  let open = -1;
  await waitFor(() => {
    server.getConnections((_error, count) => {
      open = count;
    });
    return open === 0;
  });
}

/** A connection of a page may count for two seconds after its stream has ended. */
async function waitForRoom(origin: string, path: string): Promise<void> {
  const streams: EventClient[] = [];
  await waitFor(async () => {
    const stream = await EventClient.open(`${origin}${path}`, '', headers);
    if (stream.response.statusCode === 200) streams.push(stream);
    return streams.length === LIMIT;
  });
  for (const stream of streams) stream.leave();
}

for (const path of ['/issr/stream', '/news']) {
  test(`${path}: streams that wait behind another one leave with their connection`, async (t) => {
    const site = await openSite(t);
    const socket = await send(site.origin, path, 1 + LIMIT);
    await once(socket, 'data');
    await waitFor(() => site.begun === 1 + LIMIT);
    await get(`${site.origin}/none`);
    await leave(site.fastify, socket);
    await waitForRoom(site.origin, path);
  });

  test(`${path}: streams that end while hooks run leave room`, async (t) => {
    const site = await openSite(t);
    let release = () => {};
    site.gate = new Promise((resolve) => {
      release = resolve;
    });
    for (let i = 1; i <= LIMIT; i++) {
      const socket = await send(site.origin, path, 1);
      await waitFor(() => site.begun === i);
      await leave(site.fastify, socket);
    }
    release();
    await get(`${site.origin}/none`);
    await waitForRoom(site.origin, path);
  });
}

test('a stream behind another answer of its connection begins when that one has ended', async (t) => {
  const { origin } = await openSite(t);
  const socket = await send(origin, '/none', 1);
  socket.write('GET /news HTTP/1.1\r\nhost: site\r\n\r\n');
  let text = '';
  for await (const piece of socket) {
    text += piece;
    if (/404 Not Found.*200 OK.*retry: /s.test(text)) break;
  }
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import fastifyExpress from '@fastify/express';
import formbody from '@fastify/formbody';
import httpProxy from '@fastify/http-proxy';
import swagger from '@fastify/swagger';
import websocket from '@fastify/websocket';
import Fastify from 'fastify';
import { Server as SocketIo } from 'socket.io';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import issrPlugin from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const wsUrl = (origin: string, path: string) => origin.replace('http', 'ws') + path;

/** Counts events: a page that renders its number of renders. */
function addCounter(fastify: Awaited<ReturnType<typeof createServer>>) {
  let renders = 0;
  fastify.issrRoute('/', () => `<p>${++renders}</p>`);
}

async function assertEvents(origin: string): Promise<void> {
  const page = await PageDriver.open(origin, '/');
  await page.rr();
}

test('routes of the app still refuse form bodies', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', { actions: { add: () => {} } }, () => '<p></p>');
  fastify.post('/api', async () => ({ ran: true }));
  const origin = await listen(fastify);
  const post = (path: string) =>
    fetch(origin + path, { method: 'POST', headers: { ...FORM, origin }, body: 'a=1', redirect: 'manual' });
  assert.equal((await post('/api')).status, 415);
  assert.equal((await post('/?add')).status, 303);
});

for (const order of ['before', 'after'] as const) {
  test(`the app may register @fastify/formbody ${order} a page`, async (t) => {
    const fastify = await createServer(t);
    const own = () => fastify.register(formbody);
    if (order === 'before') await own();
    fastify.issrRoute('/', { actions: { add: () => {} } }, ({ query }) => JSON.stringify(query));
    if (order === 'after') await own();
    fastify.post('/api', async ({ body }) => body);
    const origin = await listen(fastify);
    const post = (path: string) =>
      fetch(origin + path, { method: 'POST', headers: { ...FORM, origin }, body: 'a=1', redirect: 'manual' });
    assert.deepEqual(await (await post('/api')).json(), { a: '1' });
    assert.equal((await post('/?add')).status, 303);
  });
}

test('the app may add a parser of its own for all bodies after a page', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', { actions: { add: () => {} } }, () => '<p></p>');
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, { raw: body }),
  );
  fastify.post('/api', async ({ body }) => body);
  const origin = await listen(fastify);
  const answer = await fetch(`${origin}/api`, { method: 'POST', headers: FORM, body: 'a=1' });
  assert.deepEqual(await answer.json(), { raw: 'a=1' });
});

test('socket.io works on the same server', async (t) => {
  const fastify = await createServer(t);
  addCounter(fastify);
  const server = new SocketIo(fastify.server, { transports: ['websocket'] });
  server.on('connection', (socket) => socket.on('echo', (text: string, reply) => reply(text)));
  fastify.addHook('preClose', async () => void server.disconnectSockets(true));
  const origin = await listen(fastify);
  const client = io(origin, { transports: ['websocket'], reconnection: false });
  t.after(() => void client.close());
  assert.equal(await client.timeout(10_000).emitWithAck('echo', 'hello'), 'hello');
  await assertEvents(origin);
  assert.equal(await client.timeout(10_000).emitWithAck('echo', 'still here'), 'still here');
});

test("a build tool's upgrade listener receives its own upgrades", async (t) => {
  const fastify = await createServer(t);
  addCounter(fastify);
  const seen: string[] = [];
  fastify.server.on('upgrade', ({ url, headers }: IncomingMessage, socket: Socket) => {
    seen.push(url ?? '');
    if (headers['sec-websocket-protocol'] !== 'vite-hmr') return;
    socket.end('HTTP/1.1 418 HMR\r\nconnection: close\r\n\r\n');
  });
  const origin = await listen(fastify);
  await assertEvents(origin);
  assert.deepEqual(seen, []);
  const client = new WebSocket(wsUrl(origin, '/?token=1'), 'vite-hmr');
  const [error] = await once(client, 'error', { signal: AbortSignal.timeout(10_000) }).catch((e) => [e]);
  assert.match(String(error), /418/);
  assert.deepEqual(seen, ['/?token=1']);
});

test('a socket of a prefix is ours with a slash at the end too', async (t) => {
  const fastify = await createServer(t);
  await fastify.register(
    async (scope) => void scope.issrSocket('/', { open: (socket) => socket.send('ours') }),
    {
      prefix: '/chat',
    },
  );
  fastify.server.on('upgrade', (_request, socket: Socket) => socket.destroy());
  const origin = await listen(fastify);
  for (const path of ['/chat', '/chat/']) {
    const socket = new WebSocket(wsUrl(origin, path), { headers: { origin } });
    t.after(() => socket.terminate());
    assert.equal(String((await once(socket, 'message'))[0]), 'ours');
  }
});

test('a handshake at an unknown path is answered', async (t) => {
  const fastify = await createServer(t);
  addCounter(fastify);
  const client = new WebSocket(wsUrl(await listen(fastify), '/unknown'));
  const [error] = await once(client, 'error').catch((e) => [e]);
  assert.match(String(error), /404/);
});

for (const order of ['before', 'after'] as const) {
  test(`a sibling's @fastify/websocket works, registered ${order}`, async (t) => {
    const warnings: string[] = [];
    const stream = { write: (line: string) => void (line.includes('"level":40') && warnings.push(line)) };
    const fastify = Fastify({ logger: { level: 'warn', stream } });
    t.after(() => fastify.close());
    const ours = () =>
      fastify.register(async (scope) => {
        await scope.register(issrPlugin, { prefix: '/live' });
        scope.issrRoute('/', () => '<p></p>');
        scope.issrSocket('/echo', { message: (socket, text) => socket.send(text) });
      });
    const sibling = () =>
      fastify.register(async (scope) => {
        await scope.register(websocket);
        scope.get('/theirs', { websocket: true }, (socket) => socket.send('theirs'));
      });
    if (order === 'before') await sibling();
    await ours();
    if (order === 'after') await sibling();
    const origin = await listen(fastify);
    const theirs = new WebSocket(wsUrl(origin, '/theirs'));
    t.after(() => theirs.terminate());
    assert.equal(String((await once(theirs, 'message'))[0]), 'theirs');
    const echo = new WebSocket(wsUrl(origin, '/echo'), { headers: { origin } });
    t.after(() => echo.terminate());
    await once(echo, 'open');
    echo.send('ours');
    assert.equal(String((await once(echo, 'message'))[0]), 'ours');
    assert.deepEqual(warnings, []);
  });
}

test("the app's @fastify/websocket may turn off clientTracking", async (t) => {
  const fastify = Fastify();
  t.after(() => fastify.close());
  await fastify.register(websocket, { options: { clientTracking: false } });
  await fastify.register(issrPlugin);
  fastify.issrRoute('/', () => '<p></p>');
  await assertEvents(await listen(fastify));
});

test('@fastify/http-proxy survives handshakes', async (t) => {
  const target = Fastify();
  t.after(() => target.close());
  await target.register(websocket);
  target.get('/echo', { websocket: true }, (socket) => {
    socket.on('message', (data) => socket.send(String(data)));
  });
  const upstream = await target.listen({ port: 0, host: '127.0.0.1' });
  const fastify = await createServer(t);
  addCounter(fastify);
  await fastify.register(httpProxy, { upstream, prefix: '/api', websocket: true });
  const origin = await listen(fastify);
  await assertEvents(origin);
  const client = new WebSocket(wsUrl(origin, '/api/echo'));
  t.after(() => client.terminate());
  await once(client, 'open');
  client.send('proxied');
  assert.equal(String((await once(client, 'message'))[0]), 'proxied');
  await assertEvents(origin);
});

test('events are answered beside @fastify/express', async (t) => {
  const fastify = Fastify();
  t.after(() => fastify.close());
  await fastify.register(fastifyExpress);
  fastify.use((_request: unknown, _response: unknown, next: () => void) => next());
  await fastify.register(issrPlugin, { handlerTimeout: 3000 });
  fastify.issrRoute('/', () => '<p></p>');
  await assertEvents(await listen(fastify));
});

test('@fastify/swagger lists none of the routes of the plugin', async (t) => {
  const fastify = Fastify();
  t.after(() => fastify.close());
  await fastify.register(swagger);
  await fastify.register(issrPlugin);
  fastify.issrRoute('/page', { actions: { add: () => {} }, uploads: { photo: {} } }, () => '<p></p>');
  fastify.get('/api', async () => ({}));
  await fastify.ready();
  assert.deepEqual(Object.keys(fastify.swagger().paths ?? {}).sort(), ['/api', '/page']);
});

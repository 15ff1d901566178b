import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyInstance } from 'fastify';
import { WebSocket } from 'ws';
import issrPlugin, { type IssrOptions } from '../../src/index.js';
import { createCertificate } from '../support/certificate.js';
import { PageDriver } from '../support/page-driver.js';
import { closeAfter, createServer, listen } from '../support/server.js';

async function handshake(url: string, headers: Record<string, string> = {}): Promise<number | 'open'> {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers });
  socket.on('error', () => {});
  try {
    return await Promise.race([
      once(socket, 'open').then(() => 'open' as const),
      once(socket, 'unexpected-response').then(([, response]) => Number(response.statusCode)),
    ]);
  } finally {
    socket.terminate();
  }
}

test("keeps the options of an app's own @fastify/websocket", async (t) => {
  const fastify = closeAfter(t, Fastify());
  await fastify.register(websocket, { options: { maxPayload: 1000 } });
  await fastify.register(issrPlugin);
  fastify.get('/echo', { websocket: true }, (socket) => {
    socket.on('message', (data) => socket.send(`echo ${data}`));
  });
  fastify.issrRoute('/', () => '<p>text</p>');
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/');
  assert.equal((await page.rr())[0], 'patch');

  const echo = new WebSocket(`${origin.replace('http', 'ws')}/echo`);
  await once(echo, 'open');
  echo.send('hello');
  assert.equal(String((await once(echo, 'message'))[0]), 'echo hello');
  page.sendRaw(JSON.stringify('x'.repeat(1000)));
  assert.equal((await page.closed()).code, 1009);
});

test("the app's @fastify/websocket does not know of pages", async (t) => {
  const fastify = closeAfter(t, Fastify());
  await fastify.register(websocket);
  await fastify.register(issrPlugin);
  fastify.issrRoute('/', () => '<p>text</p>');
  const page = await PageDriver.open(await listen(fastify), '/');
  assert.equal(fastify.websocketServer.clients.size, 0);
  await fastify.close();
  assert.deepEqual(await page.closed(), { code: 1001, reason: 'shutdown' });
});

test("maxMessageBytes limits pages behind the app's @fastify/websocket", async (t) => {
  const fastify = closeAfter(t, Fastify());
  await fastify.register(websocket, { options: { perMessageDeflate: true } });
  await fastify.register(issrPlugin, { maxMessageBytes: 1000 });
  fastify.issrRoute('/', () => '<p>text</p>');
  const page = await PageDriver.open(await listen(fastify), '/');
  page.sendRaw('["ping"]'.padEnd(1000));
  await page.next('pong');
  page.sendRaw('["ping"]'.padEnd(1001));
  assert.equal((await page.closed()).code, 1009);
});

test("lets an app use the plugin's websockets", async (t) => {
  const fastify = await createServer(t);
  fastify.get('/echo', { websocket: true }, (socket) => {
    socket.on('message', (data) => socket.send(`echo ${data}`));
  });
  const echo = new WebSocket(`${(await listen(fastify)).replace('http', 'ws')}/echo`);
  await once(echo, 'open');
  echo.send('hello');
  assert.equal(String((await once(echo, 'message'))[0]), 'echo hello');
});

test('refuses compressed messages with 1002', async (t) => {
  const origin = await listen(await createServer(t));
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/issr`, {
    headers: { origin },
    perMessageDeflate: true,
  });
  await once(socket, 'open');
  assert.equal(socket.extensions, '');
  const frame = Buffer.from(`c18a${'00'.repeat(14)}`, 'hex');
  (socket as unknown as { _socket: Socket })._socket.write(frame);
  assert.equal((await once(socket, 'close'))[0], 1002);
});

test('refuses a second registration in one scope or below it', async () => {
  const fastify = Fastify();
  fastify.register(issrPlugin);
  fastify.register(issrPlugin, { prefix: '/live' });
  await assert.rejects(async () => fastify.ready(), {
    code: 'ISSR_ERR_REGISTERED_TWICE',
    message: /prefix '\/live'/,
  });
  const outer = Fastify();
  outer.register(issrPlugin);
  outer.register(async (scope) => scope.register(issrPlugin));
  await assert.rejects(async () => outer.ready(), { code: 'ISSR_ERR_REGISTERED_TWICE' });
});

test('keeps the pages of sibling scopes apart', async (t) => {
  const fastify = closeAfter(t, Fastify());
  const scopes: Record<string, FastifyInstance> = {};
  for (const name of ['a', 'b']) {
    await fastify.register(
      async (scope) => {
        await scope.register(issrPlugin);
        scope.issrRoute('/page', (request) => `<p>${name} ${request.issr.firstTime}</p>`);
        scopes[name] = scope;
      },
      { prefix: `/${name}` },
    );
  }
  const origin = await listen(fastify);
  const a = await PageDriver.open(origin, '/a/page', { endpoint: '/a/issr' });
  const b = await PageDriver.open(origin, '/b/page', { endpoint: '/b/issr' });
  await Promise.all([a.rr(), b.rr()]);
  assert.deepEqual([a.text, b.text], ['a false', 'b false']);
  assert.equal(await scopes.a?.issr.rr(() => true), 1);

  const foreign = new PageDriver(origin, '/a/page', { endpoint: '/b/issr' }, a.answer);
  await foreign.connect();
  foreign.sendJoin();
  await foreign.settled();
  assert.deepEqual(
    foreign.messages.map(([verb]) => verb),
    ['joined', 'pong'],
  );
});

test('refuses connections of other hosts unless allowedOrigins has them', async (t) => {
  const cases: [IssrOptions['allowedOrigins'], origin: string | undefined, allowed: boolean][] = [
    [undefined, 'http://HOST', true],
    [undefined, 'https://HOST', true],
    [undefined, 'http://evil.example', false],
    [undefined, 'http://HOST.evil.example', false],
    [undefined, 'null', false],
    [undefined, undefined, false],
    [['https://shop.example'], 'https://shop.example', true],
    [['https://shop.example'], 'http://shop.example', false],
    [['https://shop.example'], 'http://HOST', false],
    [(origin) => origin === undefined, undefined, true],
    [(origin) => origin === undefined, 'http://HOST', false],
  ];
  for (const [allowedOrigins, given, allowed] of cases) {
    const fastify = await createServer(t, { allowedOrigins });
    const base = await listen(fastify);
    const origin = given?.replace('HOST', new URL(base).host);
    const answer = await handshake(`${base}/issr`, origin === undefined ? {} : { origin });
    assert.equal(answer, allowed ? 'open' : 403, `${allowedOrigins} ${origin}`);
  }
});

test('lets a hook of the app refuse the handshake', async (t) => {
  const fastify = closeAfter(t, Fastify());
  fastify.addHook('onRequest', async (request, reply) =>
    request.headers.authorization ? undefined : reply.code(401).send('who are you'),
  );
  await fastify.register(issrPlugin);
  const origin = await listen(fastify);
  assert.equal(await handshake(`${origin}/issr`, { origin }), 401);
  assert.equal(await handshake(`${origin}/issr`, { origin, authorization: 'me' }), 'open');
});

test('works over TLS, and events see https', async (t) => {
  const { key, cert } = createCertificate(t);
  const fastify = closeAfter(t, Fastify({ https: { key, cert } }));
  await fastify.register(issrPlugin);
  fastify.issrRoute('/', (request) => `<p>${request.protocol} ${request.issr.firstTime}</p>`);
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  const page = await PageDriver.open(fastify.listeningOrigin, '/', { ca: cert });
  assert.equal(page.text, 'https true');
  await page.rr();
  assert.equal(page.text, 'https false');
});

test('closes open pages with 1001 without waiting for a dead one', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => '<p>text</p>');
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/');
  const deaf = new WebSocket(`${origin.replace('http', 'ws')}/issr`, { headers: { origin } });
  await once(deaf, 'open');
  // A paused socket reads nothing, so it cannot answer the close.
  deaf.pause();
  const started = performance.now();
  await fastify.close();
  assert.ok(performance.now() - started < 15_000, 'far less than the 30 s of ws');
  assert.deepEqual(await page.closed(), { code: 1001, reason: 'shutdown' });
  deaf.terminate();
});

test('closes a connection that never joins with 4408', async (t) => {
  const fastify = await createServer(t, { joinTimeout: 40 });
  fastify.issrRoute('/', () => '<p>text</p>');
  const mute = await PageDriver.load(await listen(fastify), '/');
  await mute.connect();
  assert.deepEqual(await mute.closed(), { code: 4408, reason: 'no join' });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import type { IssrSocketOptions } from '../../src/index.js';
import { get } from '../support/get.js';
import { frame, Opcode, RawWebsocket } from '../support/raw-websocket.js';
import { createServer, listen } from '../support/server.js';
import { handshakeStatus, SocketClient } from '../support/socket-client.js';

const tick = () => new Promise((resolve) => setImmediate(resolve));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await tick();
}

test('cuts a client that does not read above maxUnsentBytes', async (t) => {
  const fastify = await createServer(t);
  const limit = 1024 * 1024;
  const closes: unknown[] = [];
  const resource = fastify.issrSocket(
    '/',
    { maxUnsentBytes: limit },
    { message: (socket, text) => socket.send(text), close: (_socket, code) => closes.push(code) },
  );
  const origin = await listen(fastify);
  const dead = await SocketClient.open(origin, '/');
  dead.ws.pause();
  const [socket] = resource.clients;
  assert.ok(socket);
  const alive = await SocketClient.open(origin, '/');
  const message = 'x'.repeat(64 * 1024);
  let most = 0;
  while (socket.send(message)) {
    most = Math.max(most, socket.unsentBytes);
    await tick();
  }
  assert.ok(most > limit && most <= limit + message.length + 10, `${most} bytes`);
  await until(() => closes.length > 0);
  assert.deepEqual(closes, [1006]);
  assert.equal(resource.clients.size, 1);
  alive.send('still here');
  assert.equal(await alive.next(), 'still here');
  dead.ws.terminate();
});

test('serves a thousand sockets beside one that does not read', async (t) => {
  const [COUNT, SENDERS] = [1000, 300];
  const fastify = await createServer(t);
  const limit = 64 * 1024;
  const message = 'x'.repeat(500);
  let most = 0;
  const room = fastify.issrSocket(
    '/',
    { maxUnsentBytes: limit, maxClientsPerIp: COUNT },
    {
      message(socket, text) {
        socket.resource.broadcast(text);
        if (dead?.isOpen) most = Math.max(most, dead.unsentBytes);
      },
    },
  );
  const [deadClient, ...others] = await openAll(t, await listen(fastify), COUNT);
  const [dead] = room.clients;
  assert.ok(deadClient && dead);
  deadClient.pause();
  // The network's own buffers are filled first: what comes now has to be kept by the server.
  while (dead.unsentBytes === 0) {
    dead.send('x'.repeat(16 * 1024));
    await tick();
  }
  const counts = others.map((other) => {
    const count = { came: 0 };
    other.on('message', () => count.came++);
    return count;
  });
  for (const other of others.slice(0, SENDERS)) other.send(message);
  await until(() => counts.every(({ came }) => came === SENDERS));
  assert.equal(room.clients.size, others.length);
  assert.ok(most > limit / 2 && most <= limit + message.length + 10, `${most} bytes`);
  assert.equal(dead.isOpen, false);
});

test('pauses a flooding client and loses nothing', async (t) => {
  const COUNT = 5000;
  const fastify = await createServer(t);
  const waiting: (() => void)[] = [];
  let handled = 0;
  const options: IssrSocketOptions = {
    maxQueuedMessages: 10,
    maxMessageBytes: 1000,
    maxMessageBurst: 10_000,
  };
  const resource = fastify.issrSocket('/', options, {
    async message(socket, text) {
      if (handled === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      assert.equal(text, `${handled}`.padEnd(900));
      if (++handled === COUNT) socket.send('all');
    },
    error: (socket, error) => socket.close(4000, String(error)),
  });
  const client = await SocketClient.open(await listen(fastify), '/');
  for (let i = 0; i < COUNT; i++) client.send(`${i}`.padEnd(900));
  const [stream] = Array.from(resource.clients, ({ request }) => request.raw.socket);
  await until(() => stream?.isPaused() === true);
  for (let i = 0; i < 50; i++) await tick();
  // A few chunks of 64 KiB were read, of 4.5 MB.
  assert.ok(stream && stream.bytesRead < 1024 * 1024, `${stream?.bytesRead} bytes`);
  waiting[0]?.();
  assert.equal(await client.next(), 'all');
});

test('delays messages above the rate, in order', async (t) => {
  const fastify = await createServer(t);
  const times: number[] = [];
  fastify.issrSocket(
    '/',
    { maxMessagesPerSecond: 50, maxMessageBurst: 3 },
    {
      message(socket, text) {
        times.push(performance.now());
        socket.send(text);
      },
    },
  );
  const client = await SocketClient.open(await listen(fastify), '/');
  for (let i = 0; i < 8; i++) client.send(`${i}`);
  for (let i = 0; i < 8; i++) assert.equal(await client.next(), `${i}`);
  // Five of the eight wait 20 ms each; a busy machine only makes it longer.
  assert.ok((times[7] ?? 0) - (times[0] ?? 0) > 60);
});

test('cuts a client that does not answer pings', async (t) => {
  const fastify = await createServer(t);
  const closes: unknown[] = [];
  const handlers = { close: (_socket: unknown, code: number, reason: string) => closes.push([code, reason]) };
  fastify.issrSocket('/quick', { pingInterval: 50 }, handlers);
  const slow = fastify.issrSocket('/slow', { pingInterval: 1000 }, handlers);
  const origin = await listen(fastify);
  const dead = await RawWebsocket.open(origin, '/quick');
  const alive = await SocketClient.open(origin, '/slow');
  assert.equal((await dead.next())?.opcode, Opcode.ping);
  await dead.ended();
  await until(() => closes.length > 0);
  assert.deepEqual(closes, [[1006, 'it does not answer']]);
  for (let i = 0; i < 2; i++) await once(alive.ws, 'ping');
  assert.equal(slow.clients.size, 1);
  dead.socket.destroy();
});

test('keeps a client in the middle of a long message', async (t) => {
  const fastify = await createServer(t);
  fastify.issrSocket(
    '/',
    { pingInterval: 1000 },
    { message: (socket, text) => socket.send(`${text.length}`) },
  );
  const raw = await RawWebsocket.open(await listen(fastify), '/');
  const bytes = frame(Opcode.text, 'x'.repeat(10_000));
  let at = 0;
  // It answers no ping, as it cannot within a frame; a byte now and then says that it is there.
  const drip = setInterval(() => raw.send(bytes.subarray(at, ++at)), 30);
  t.after(() => {
    clearInterval(drip);
    raw.socket.destroy();
  });
  for (let i = 0; i < 3; i++) assert.equal((await raw.next())?.opcode, Opcode.ping);
  clearInterval(drip);
  raw.send(bytes.subarray(at));
  let next = await raw.next();
  while (next?.opcode === Opcode.ping) next = await raw.next();
  assert.equal(String(next?.payload), '10000');
});

for (const limit of ['maxClients', 'maxClientsPerIp'] as const) {
  test(`${limit} answers one more with 503 until another leaves`, async (t) => {
    const fastify = await createServer(t);
    const resource = fastify.issrSocket('/', { [limit]: 2 }, {});
    const origin = await listen(fastify);
    const first = await SocketClient.open(origin, '/');
    await SocketClient.open(origin, '/');
    assert.equal(await handshakeStatus(origin, '/'), 503);
    assert.equal(resource.clients.size, 2);
    first.ws.close();
    await until(() => resource.clients.size < 2);
    assert.equal(await handshakeStatus(origin, '/'), 101);
  });
}

test('does not count a handshake that ws refuses', async (t) => {
  const fastify = await createServer(t);
  const resource = fastify.issrSocket('/', { maxClients: 1 }, {});
  const origin = await listen(fastify);
  for (let i = 0; i < 3; i++) {
    const headers = { origin, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '7' };
    assert.equal((await get(origin, { headers })).status, 400);
  }
  assert.equal(resource.clients.size, 0);
  assert.equal(await handshakeStatus(origin, '/'), 101);
});

test('each option is refused by its name, with the value', async (t) => {
  const fastify = await createServer(t);
  for (const [name, value] of [
    ['maxMessageBytes', 0],
    ['maxFrameBytes', -1],
    ['maxMessagesPerSecond', 0.5],
    ['maxMessageBurst', 0],
    ['maxQueuedMessages', Number.NaN],
    ['maxUnsentBytes', '1'],
    ['maxClients', 0],
    ['maxClientsPerIp', Number.POSITIVE_INFINITY],
    ['pingInterval', 2 ** 31],
    ['closeTimeout', 0],
    ['allowedOrigins', 'https://shop.example'],
  ] as const) {
    assert.throws(() => fastify.issrSocket('/', { [name]: value } as IssrSocketOptions, {}), {
      code: 'ISSR_ERR_OPTION',
      message: new RegExp(`^Option '${name}' must be .* Got: ${value}$`),
    });
  }
});

async function openAll(t: TestContext, origin: string, count: number): Promise<WebSocket[]> {
  const url = origin.replace('http', 'ws');
  const sockets = Array.from({ length: count }, () => new WebSocket(url, { headers: { origin } }));
  t.after(() => {
    for (const socket of sockets) socket.terminate();
  });
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  return sockets;
}

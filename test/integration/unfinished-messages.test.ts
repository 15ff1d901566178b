import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { IssrOptions } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { frame, Opcode, RawWebsocket } from '../support/raw-websocket.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

const KIB = 1024;

async function openSite(t: TestContext, options: IssrOptions) {
  const fastify = await createServer(t, options);
  fastify.issrRoute('/', () => '<p>text</p>');
  fastify.issrSocket('/socket', { message: (socket, text) => socket.send(text) });
  /** Server's sides of the connections, in order. */
  const streams: Socket[] = [];
  fastify.server.on('connection', (stream) => streams.push(stream));
  return { fastify, streams, origin: await listen(fastify) };
}

/** The first part of a message that never ends: of a long frame, or of fragments. */
const parts = {
  'a frame': frame(Opcode.text, Buffer.alloc(100 * KIB, 'x'), { length: 200 * KIB }),
  'a fragment': frame(Opcode.text, Buffer.alloc(100 * KIB, 'x'), { fin: false }),
};

for (const [name, part] of Object.entries(parts))
  test(`maxHeldLengthPerIp counts ${name} of connections that never join`, async (t) => {
    const { streams, origin } = await openSite(t, { maxHeldLengthPerIp: 250 * KIB });
    const open = async () => {
      const { socket } = await RawWebsocket.open(origin, '/issr');
      socket.on('error', () => {});
      const stream = streams.at(-1) ?? new Socket();
      const bytes = stream.bytesRead + part.length;
      socket.write(part);
      return { socket, stream, isRead: () => stream.bytesRead === bytes };
    };
    const [first, second] = [await open(), await open()];
    await waitFor(() => first.isRead() && second.isRead());
    const third = await open();
    await waitFor(() => third.stream.closed);
    assert.equal(third.isRead(), false);
    first.socket.destroy();
    await waitFor(() => first.stream.closed);
    const fourth = await open();
    await waitFor(fourth.isRead);
    for (const { socket } of [second, third, fourth]) socket.destroy();
  });

test('a long message of a page counts until it is complete', async (t) => {
  const { origin } = await openSite(t, { maxHeldLengthPerIp: 250 * KIB });
  const page = await PageDriver.open(origin, '/');
  const text = '["ping"]'.padEnd(200 * KIB);
  for (let i = 0; i < 3; i++) {
    page.sendRaw(text);
    await page.next('pong');
  }
  const other = await PageDriver.open(origin, '/');
  other.sendRaw(text);
  await other.next('pong');
});

test('a message of very many fragments closes its connection', async (t) => {
  const { origin } = await openSite(t, {});
  const socket = await RawWebsocket.open(origin, '/issr');
  const fragments = Array.from({ length: 1024 }, () => frame(Opcode.continuation, 'x', { fin: false }));
  socket.send(frame(Opcode.text, 'x', { fin: false }), ...fragments);
  assert.equal((await socket.closed()).code, 1008);
  socket.socket.destroy();
});

const floods = {
  'pings of a page': { path: '/issr', message: frame(Opcode.text, '["ping"]') },
  'control frames of a page': { path: '/issr', message: frame(Opcode.pong) },
  'control frames of a socket': { path: '/socket', message: frame(Opcode.pong) },
};

for (const [name, { path, message }] of Object.entries(floods))
  test(`others get their turn while ${name} arrive without end`, async (t) => {
    const { streams, origin } = await openSite(t, {});
    const { socket } = await RawWebsocket.open(origin, path);
    const stream = streams.at(-1) ?? new Socket();
    let [inTurn, most] = [0, 0];
    stream.prependListener('data', ({ length }: Buffer) => {
      if (inTurn === 0)
        setImmediate(() => {
          most = Math.max(most, inTurn);
          inTurn = 0;
        });
      inTurn += length;
    });
    const flood = Buffer.concat(Array.from({ length: 100_000 }, () => message));
    const { bytesRead } = stream;
    socket.resume();
    socket.write(flood);
    await waitFor(() => stream.bytesRead === bytesRead + flood.length);
    assert.ok(most <= 2 * 64 * KIB, `${most} bytes in one turn`);
    socket.destroy();
  });

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import Fastify from 'fastify';
import issrPlugin from '../../src/index.js';
import { closeAfter, createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

/** A handshake for `path`: the status of its answer, and its end. */
function shake(origin: string, path: string) {
  const { port, host } = new URL(origin);
  const socket = connect(Number(port), '127.0.0.1');
  const headers = `host: ${host}\r\nconnection: upgrade\r\nupgrade: websocket`;
  const websocket = 'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==';
  socket.write(`GET ${path} HTTP/1.1\r\n${headers}\r\n${websocket}\r\n\r\n`);
  return {
    status: once(socket, 'data').then(([data]) => Number(String(data).split(' ')[1])),
    closed: once(socket, 'close'),
  };
}

test('cuts a handshake with an unreadable URL after joinTimeout', async (t) => {
  const fastify = await createServer(t, { joinTimeout: 50 });
  const { status, closed } = shake(await listen(fastify), '/%');
  assert.equal(await status, 400);
  await closed;
});

test('cuts a refused handshake of another route', async (t) => {
  const fastify = closeAfter(t, Fastify());
  fastify.get('/plain', async () => 'text');
  await fastify.register(async (scope) => {
    await scope.register(issrPlugin, { joinTimeout: 50 });
  });
  const { status, closed } = shake(await listen(fastify), '/plain');
  assert.equal(await status, 200);
  await closed;
});

test('closes the server without waiting for a refused handshake', async (t) => {
  const fastify = await createServer(t);
  const { status, closed } = shake(await listen(fastify), '/%');
  assert.equal(await status, 400);
  await fastify.close();
  await closed;
});

test('releases the sockets of handshakes on close', async (t) => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const fastify = await createServer(t, { joinTimeout: 600_000 });
  const sockets: WeakRef<object>[] = [];
  fastify.server.on('connection', (socket) => sockets.push(new WeakRef(socket)));
  const origin = await listen(fastify);
  for (let i = 0; i < 20; i++) await shake(origin, '/issr').closed;
  await waitFor(() => {
    collectGarbage();
    return sockets.filter((socket) => socket.deref()).length <= 1;
  }, 'the sockets are collected, but for the last');
  assert.equal(sockets.length, 20);
});

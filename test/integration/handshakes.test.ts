import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import Fastify from 'fastify';
import issrPlugin from '../../src/index.js';
import { closeAfter, createServer, listen } from '../support/server.js';

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

test('a handshake whose URL cannot be read, which no hook sees, is cut off after joinTimeout', async (t) => {
  const fastify = await createServer(t, { joinTimeout: 50 });
  const { status, closed } = shake(await listen(fastify), '/%');
  assert.equal(await status, 400);
  await closed;
});

test('a handshake for a route beside the plugin is cut off too', async (t) => {
  const fastify = closeAfter(t, Fastify());
  fastify.get('/plain', async () => 'text');
  await fastify.register(async (scope) => {
    await scope.register(issrPlugin, { joinTimeout: 50 });
  });
  const { status, closed } = shake(await listen(fastify), '/plain');
  assert.equal(await status, 200);
  await closed;
});

test('a server that closes does not wait for a refused handshake', async (t) => {
  const fastify = await createServer(t);
  const { status, closed } = shake(await listen(fastify), '/%');
  assert.equal(await status, 400);
  await fastify.close();
  await closed;
});

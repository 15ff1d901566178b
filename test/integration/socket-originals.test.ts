/** The examples of the READMEs of Hunchensocket and Portal, line by line. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance } from 'fastify';
import { WebSocket } from 'ws';
import issrPlugin from '../../src/index.js';
import { createCertificate } from '../support/certificate.js';
import { closeAfter, createServer, listen } from '../support/server.js';
import { handshakeStatus, SocketClient } from '../support/socket-client.js';
import { waitFor } from '../support/wait.js';

/** Users are named by their browser, and rooms are a list. */
function addChat(fastify: FastifyInstance) {
  const schema = { params: Type.Object({ room: Type.Enum(['bongo', 'fury']) }) };
  return fastify.withTypeProvider<TypeBoxTypeProvider>().issrSocket(
    '/:room',
    { schema },
    {
      data: ({ headers, params }) => ({ name: headers['user-agent'], room: params.room }),
      open: (user) => user.resource.broadcast(`${user.data.name} has joined /${user.data.room}`),
      close: (user) => user.resource.broadcast(`${user.data.name} has left /${user.data.room}`),
      message: (user, text) => user.resource.broadcast(`${user.data.name} says ${text}`),
    },
  );
}

test('Hunchensocket: a chat server with rooms and named users', async (t) => {
  const fastify = await createServer(t);
  const chat = addChat(fastify);
  const origin = await listen(fastify);
  assert.equal(await handshakeStatus(origin, '/nowhere'), 400);
  const ada = await SocketClient.open(origin, '/bongo', { 'user-agent': 'Ada' });
  assert.equal(await ada.next(), 'Ada has joined /bongo');
  const grace = await SocketClient.open(origin, '/bongo', { 'user-agent': 'Grace' });
  const linus = await SocketClient.open(origin, '/fury', { 'user-agent': 'Linus' });
  for (const each of [ada, grace]) assert.equal(await each.next(), 'Grace has joined /bongo');
  assert.equal(await linus.next(), 'Linus has joined /fury');
  grace.send('hello');
  for (const each of [ada, grace]) assert.equal(await each.next(), 'Grace says hello');
  for (const user of chat.at({ room: 'bongo' }).clients) user.send(`to ${user.data.name} alone`);
  assert.deepEqual([await ada.next(), await grace.next()], ['to Ada alone', 'to Grace alone']);
  grace.ws.close();
  assert.equal(await ada.next(), 'Grace has left /bongo');
  assert.deepEqual(linus.came, []);
});

test('Hunchensocket: the same over TLS', async (t) => {
  const { key, cert } = createCertificate(t);
  const fastify = closeAfter(t, Fastify({ https: { key, cert } }));
  await fastify.register(issrPlugin);
  addChat(fastify as unknown as FastifyInstance);
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  const origin = fastify.listeningOrigin;
  const ws = new WebSocket(`${origin.replace('https', 'wss')}/fury`, { headers: { origin }, ca: cert });
  assert.match(String((await once(ws, 'message'))[0]), /has joined \/fury$/);
  ws.close();
});

test('Portal: a slow echo delays no other', async (t) => {
  const fastify = await createServer(t);
  fastify.issrSocket('/echo', {
    open: (websocket) => websocket.send('Welcome to echo server.'),
    async message(websocket, message) {
      if (message === 'never') await once(new EventTarget(), 'never');
      await sleep(1);
      websocket.send(message);
      await sleep(1);
      websocket.send(message);
    },
  });
  const origin = await listen(fastify);
  const [stuck, client] = [
    await SocketClient.open(origin, '/echo'),
    await SocketClient.open(origin, '/echo'),
  ];
  stuck.send('never');
  for (const message of ['a', 'b']) client.send(message);
  const came: unknown[] = [];
  for (let i = 0; i < 5; i++) came.push(await client.next());
  assert.deepEqual(came, ['Welcome to echo server.', 'a', 'a', 'b', 'b']);
});

test('Portal: handlers of errors and of closes run', async (t) => {
  const log: string[] = [];
  const fastify = await createServer(
    t,
    {},
    { logger: { stream: { write: (line: string) => log.push(JSON.parse(line).msg) } } },
  );
  fastify.issrSocket('/err', {
    open: (socket) => socket.send('Welcome to error server.'),
    message: (socket, message) => socket.send(`${BigInt(message) + 1n}`),
    error: (socket, error) => socket.send(String(error)),
    close: ({ request }) => request.log.info('Socket leaving error server.'),
  });
  const client = await SocketClient.open(await listen(fastify), '/err');
  client.send('hello');
  assert.equal(await client.next(), 'Welcome to error server.');
  assert.equal(await client.next(), 'SyntaxError: Cannot convert hello to a BigInt');
  client.ws.close();
  await client.closed;
  await waitFor(() => log.includes('Socket leaving error server.'));
  assert.ok(log.includes('issr: socket handler failed'));
});

test('Portal: a resource may close at once', async (t) => {
  const fastify = await createServer(t);
  const sent: boolean[] = [];
  fastify.issrSocket('/no', {
    open(socket) {
      socket.close();
      sent.push(socket.send('too late'));
    },
  });
  const client = await SocketClient.open(await listen(fastify), '/no');
  assert.deepEqual(await client.closed, { code: 1000, reason: '' });
  assert.deepEqual([sent, client.came], [[false], []]);
});

test('Portal 2: message size and origins are limited', async (t) => {
  const fastify = await createServer(t);
  const options = { maxMessageBytes: 1000, allowedOrigins: ['https://shop.example'] };
  fastify.issrSocket('/echo', options, {
    message: (websocket, message) => websocket.send(`${message} from client`),
  });
  fastify.issrSocket('/none', {});
  const origin = await listen(fastify);
  assert.equal(await handshakeStatus(origin, '/echo'), 403);
  const client = await SocketClient.open(origin, '/echo', { origin: 'https://shop.example' });
  client.ws.send('frag', { fin: false });
  client.ws.send('ments', { fin: true });
  assert.equal(await client.next(), 'fragments from client');
  client.ws.send('x'.repeat(600), { fin: false });
  client.ws.send('x'.repeat(600), { fin: true });
  assert.equal((await client.closed).code, 1009);
  const none = await SocketClient.open(origin, '/none');
  none.send('x');
  assert.equal((await none.closed).code, 1003);
});

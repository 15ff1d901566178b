import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import websocket from '@fastify/websocket';
import Fastify from 'fastify';
import issrPlugin, { type IssrSocket } from '../../src/index.js';
import { get } from '../support/get.js';
import { PageDriver } from '../support/page-driver.js';
import { closeAfter, createServer, listen } from '../support/server.js';
import { handshakeStatus, SocketClient } from '../support/socket-client.js';

const tick = () => new Promise((resolve) => setImmediate(resolve));

test('text goes to message and bytes to binary, with the handshake', async (t) => {
  const fastify = await createServer(t);
  fastify.issrSocket('/:room', {
    message: (socket, text) => socket.send(`${socket.request.params.room}: ${text}`),
    binary: (socket, data) => socket.send(Buffer.concat([data, data])),
  });
  const client = await SocketClient.open(await listen(fastify), '/bongo');
  client.send('hello');
  assert.equal(await client.next(), 'bongo: hello');
  client.send(Buffer.from([1, 2]));
  assert.deepEqual(await client.next(), Buffer.from([1, 2, 1, 2]));
  client.send('');
  assert.equal(await client.next(), 'bongo: ');
});

test('what has no handler is refused with 1003', async (t) => {
  const fastify = await createServer(t);
  fastify.issrSocket('/text', { message: () => {} });
  fastify.issrSocket('/binary', { binary: () => {} });
  const origin = await listen(fastify);
  const text = await SocketClient.open(origin, '/text');
  text.send(Buffer.from('x'));
  assert.deepEqual(await text.closed, { code: 1003, reason: 'text only' });
  const binary = await SocketClient.open(origin, '/binary');
  binary.send('x');
  assert.deepEqual(await binary.closed, { code: 1003, reason: 'no text' });
});

test('injectWS of @fastify/websocket opens a socket in memory', async (t) => {
  const fastify = await createServer(t);
  fastify.issrSocket('/echo', { message: (socket, text) => socket.send(`echo ${text}`) });
  await fastify.ready();
  const headers = { host: 'localhost', origin: 'http://localhost' };
  const socket = await fastify.injectWS('/echo', { headers });
  socket.send('hello');
  assert.equal(String((await once(socket, 'message'))[0]), 'echo hello');
  socket.terminate();
});

test('a broadcast reaches all sockets with the same params, or all but one', async (t) => {
  const fastify = await createServer(t);
  const chat = fastify.issrSocket('/chat/:room', {
    message: (socket, text) => socket.resource.broadcast(text, { except: socket }),
  });
  const origin = await listen(fastify);
  const [ada, grace, linus] = await Promise.all(
    // The same room, however the URL writes it.
    ['/chat/bongo', '/chat/b%6Fngo?x=1', '/chat/fury'].map((path) => SocketClient.open(origin, path)),
  );
  assert.ok(ada && grace && linus);
  assert.equal(chat.clients.size, 3);
  assert.equal(chat.at({ room: 'bongo' }).clients.size, 2);
  assert.equal(chat.at({ room: 'nowhere' }).broadcast('x'), 0);
  ada.send('to bongo');
  assert.equal(await grace.next(), 'to bongo');
  assert.equal(chat.broadcast('to all'), 3);
  for (const client of [ada, grace, linus]) assert.equal(await client.next(), 'to all');
  assert.equal(chat.at({ room: 'fury' }).broadcast(Buffer.from('bytes')), 1);
  assert.deepEqual(await linus.next(), Buffer.from('bytes'));
  assert.deepEqual([ada.came, grace.came, linus.came], [[], [], []]);
});

test('clients are those from open to close', async (t) => {
  const fastify = await createServer(t);
  const left: number[] = [];
  let onLeft = () => {};
  const resource = fastify.issrSocket('/:room', {
    open: (socket) => socket.send(`${socket.resource.clients.size}`),
    close: (socket) => {
      left.push(socket.resource.clients.size);
      onLeft();
    },
  });
  const origin = await listen(fastify);
  const first = await SocketClient.open(origin, '/a');
  const second = await SocketClient.open(origin, '/a');
  assert.deepEqual([await first.next(), await second.next()], ['1', '2']);
  for (const client of [first, second]) {
    const gone = new Promise<void>((resolve) => {
      onLeft = resolve;
    });
    client.ws.close();
    await gone;
  }
  assert.deepEqual(left, [1, 0]);
  assert.equal(resource.clients.size, 0);
});

test('data is made before the upgrade, and is each socket its own', async (t) => {
  const fastify = await createServer(t);
  fastify.issrSocket('/', {
    data: async (request) => ({ name: String(request.headers['user-agent']), count: 0 }),
    message(socket) {
      socket.data.count++;
      socket.send(`${socket.data.name} ${socket.data.count}`);
    },
  });
  const origin = await listen(fastify);
  const ada = await SocketClient.open(origin, '/', { 'user-agent': 'Ada' });
  const grace = await SocketClient.open(origin, '/', { 'user-agent': 'Grace' });
  ada.send('');
  ada.send('');
  grace.send('');
  assert.deepEqual([await ada.next(), await ada.next(), await grace.next()], ['Ada 1', 'Ada 2', 'Grace 1']);
});

test('authorize refuses by false, a status, the reply or a throw', async (t) => {
  const fastify = await createServer(t);
  const opened: string[] = [];
  fastify.issrSocket('/:who', {
    async authorize(request, reply) {
      const { who } = request.params;
      if (who === 'no') return false;
      if (who === 'stranger') return 401;
      if (who === 'gone') return reply.code(410).send('gone');
      if (who === 'broken') throw new Error('broken');
      return who === 'silent' ? undefined : true;
    },
    open: (socket) => opened.push(socket.request.params.who),
  });
  const origin = await listen(fastify);
  const statuses: Record<string, number> = {};
  for (const who of ['no', 'stranger', 'gone', 'broken', 'silent', 'friend']) {
    statuses[who] = await handshakeStatus(origin, `/${who}`);
  }
  assert.deepEqual(statuses, { no: 403, stranger: 401, gone: 410, broken: 500, silent: 101, friend: 101 });
  assert.deepEqual(opened, ['silent', 'friend']);
});

test('no socket opens behind the answer of authorize', async (t) => {
  const fastify = await createServer(t);
  // A session plugin saves in such a hook: `reply.sent` is false until it has.
  fastify.addHook('onSend', () => tick());
  const opened: string[] = [];
  fastify.issrSocket('/', {
    authorize: async (_request, reply) => void reply.code(403).send('no'),
    open: () => opened.push('open'),
  });
  assert.deepEqual([await handshakeStatus(await listen(fastify), '/'), opened], [403, []]);
});

test('any hook of the app or the route may refuse the handshake', async (t) => {
  const fastify = await createServer(t);
  const ran: string[] = [];
  const note = (name: string) => async (request: { headers: Record<string, unknown> }) => {
    ran.push(name);
    if (request.headers['x-refuse'] === name) throw Object.assign(new Error(name), { statusCode: 418 });
  };
  fastify.addHook('onRequest', note('app onRequest'));
  fastify.addHook('preParsing', note('app preParsing'));
  fastify.addHook('preValidation', note('app preValidation'));
  fastify.addHook('preHandler', note('app preHandler'));
  // Some plugins add themselves to each route this way.
  fastify.addHook('onRoute', (route) => {
    route.preHandler = [route.preHandler ?? [], note('added preHandler')].flat();
  });
  fastify.issrSocket(
    '/',
    { onRequest: note('route onRequest'), preHandler: note('route preHandler') },
    { authorize: (request) => note('authorize')(request), open: () => ran.push('open') },
  );
  const origin = await listen(fastify);
  const all = [
    'app onRequest',
    'route onRequest',
    'app preParsing',
    'app preValidation',
    'app preHandler',
    'route preHandler',
    'added preHandler',
  ];
  for (const name of all) {
    ran.length = 0;
    assert.equal(await handshakeStatus(origin, '/', { origin, 'x-refuse': name }), 418);
    assert.deepEqual(ran, all.slice(0, all.indexOf(name) + 1));
  }
  ran.length = 0;
  const client = await SocketClient.open(origin, '/');
  client.ws.close();
  await client.closed;
  assert.deepEqual(
    ran,
    [...all, 'authorize', 'open'].filter((name) => name !== 'authorize' || ran.includes(name)),
  );
});

test('the schema coerces params and refuses by 400', async (t) => {
  const fastify = closeAfter(t, Fastify().withTypeProvider<TypeBoxTypeProvider>());
  await fastify.register(issrPlugin);
  const schema = { params: Type.Object({ id: Type.Integer({ minimum: 1 }) }) };
  const resource = fastify.issrSocket(
    '/item/:id',
    { schema },
    {
      open: (socket) => socket.send(`${socket.request.params.id + 1}`),
    },
  );
  const origin = await listen(fastify);
  assert.equal(await handshakeStatus(origin, '/item/none'), 400);
  const client = await SocketClient.open(origin, '/item/07');
  assert.equal(await client.next(), '8');
  assert.equal(resource.at({ id: 7 }).clients.size, 1);
});

test('refuses sockets of other hosts unless allowedOrigins has them', async (t) => {
  const fastify = await createServer(t);
  fastify.issrSocket('/same', {});
  fastify.issrSocket('/other', { allowedOrigins: ['https://shop.example'] }, {});
  fastify.issrSocket('/any', { allowedOrigins: () => true }, {});
  const origin = await listen(fastify);
  const evil = { origin: 'https://evil.example' };
  assert.equal(await handshakeStatus(origin, '/same'), 101);
  assert.equal(await handshakeStatus(origin, '/same', evil), 403);
  assert.equal(await handshakeStatus(origin, '/same', {}), 403);
  assert.equal(await handshakeStatus(origin, '/other'), 403);
  assert.equal(await handshakeStatus(origin, '/other', { origin: 'https://shop.example' }), 101);
  assert.equal(await handshakeStatus(origin, '/any', evil), 101);
  assert.equal(await handshakeStatus(origin, '/any', {}), 101);
});

test('who asks for it without a handshake is told to upgrade', async (t) => {
  const fastify = await createServer(t);
  fastify.issrSocket('/', { allowedOrigins: () => true }, {});
  const { status, body } = await get(await listen(fastify));
  assert.equal(status, 426);
  assert.equal(JSON.parse(body).code, 'ISSR_ERR_UPGRADE');
});

test("a socket's messages run in order, without delaying others", async (t) => {
  const fastify = await createServer(t);
  const events: string[] = [];
  const waiting: (() => void)[] = [];
  const wait = () => new Promise<void>((resolve) => waiting.push(resolve));
  const gone = new Promise<void>((resolve) =>
    fastify.issrSocket('/:name', {
      async open({ request }) {
        events.push('open');
        if (request.params.name === 'slow') await wait();
      },
      async message(socket, text) {
        events.push(`begin ${text}`);
        if (socket.request.params.name === 'slow') await wait();
        events.push(`end ${text}`);
        socket.send(text);
      },
      close: ({ request }) => {
        events.push(`close ${request.params.name}`);
        resolve();
      },
    }),
  );
  const origin = await listen(fastify);
  const slow = await SocketClient.open(origin, '/slow');
  for (const text of ['1', '2']) slow.send(text);
  const quick = await SocketClient.open(origin, '/quick');
  quick.send('q');
  assert.equal(await quick.next(), 'q');
  slow.ws.close();
  await slow.closed;
  assert.deepEqual(events, ['open', 'open', 'begin q', 'end q']);
  const release = async () => {
    while (waiting.length === 0) await tick();
    waiting.shift()?.();
  };
  for (let i = 0; i < 3; i++) await release();
  await gone;
  assert.deepEqual(events.slice(4), ['begin 1', 'end 1', 'begin 2', 'end 2', 'close slow']);
});

test('a handler that throws reaches error and log only', async (t) => {
  const log: string[] = [];
  const fastify = await createServer(
    t,
    {},
    {
      logger: { level: 'error', stream: { write: (line: string) => log.push(JSON.parse(line).err.message) } },
    },
  );
  const told: string[] = [];
  const fail = async (what: string) => {
    throw new Error(what);
  };
  fastify.issrSocket('/', {
    open: () => fail('open'),
    message(socket, text) {
      if (text === 'fine') return socket.send('fine');
      throw new Error(text);
    },
    close: () => fail('close'),
    error(socket, error) {
      told.push((error as Error).message);
      socket.send('oh');
    },
  });
  const origin = await listen(fastify);
  const [client, other] = [await SocketClient.open(origin, '/'), await SocketClient.open(origin, '/')];
  assert.deepEqual([await client.next(), await other.next()], ['oh', 'oh']);
  client.send('message');
  assert.equal(await client.next(), 'oh');
  for (const each of [client, other]) {
    each.send('fine');
    assert.equal(await each.next(), 'fine');
  }
  client.ws.close();
  await client.closed;
  while (told.length < 4) await tick();
  assert.deepEqual(told, ['open', 'open', 'message', 'close']);
  assert.deepEqual(log, told);
});

test('without a working error handler it closes with 1011', async (t) => {
  for (const [showErrors, reason] of [
    [true, `Error: ${'ö'.repeat(58)}`],
    [false, 'internal error'],
  ] as const) {
    const fastify = await createServer(t, { showErrors });
    const message = () => {
      throw new Error('ö'.repeat(100));
    };
    fastify.issrSocket('/none', { message });
    fastify.issrSocket('/throws', { message, error: () => Promise.reject(new Error('another')) });
    fastify.issrSocket('/odd', { message: () => Promise.reject(Object.create(null)) });
    const origin = await listen(fastify);
    for (const path of ['/none', '/throws']) {
      const client = await SocketClient.open(origin, path);
      client.send('x');
      assert.deepEqual(await client.closed, { code: 1011, reason });
    }
    const odd = await SocketClient.open(origin, '/odd');
    odd.send('x');
    assert.equal((await odd.closed).code, 1011);
  }
});

test('close takes a code and a reason and ends all messages', async (t) => {
  const fastify = await createServer(t);
  const heard: string[] = [];
  let closed: unknown;
  const done = new Promise<void>((resolve) =>
    fastify.issrSocket('/', {
      async message(socket, text) {
        heard.push(text);
        // The others wait by now.
        await tick();
        assert.equal(socket.isOpen, true);
        socket.close(4001, `enough of ${text}`);
        assert.equal(socket.isOpen, false);
        assert.equal(socket.send('too late'), false);
        socket.close(4002, 'again');
      },
      close: (_socket, code, reason) => {
        closed = [code, reason];
        resolve();
      },
    }),
  );
  const client = await SocketClient.open(await listen(fastify), '/');
  for (const text of ['a', 'b', 'c']) client.send(text);
  assert.deepEqual(await client.closed, { code: 4001, reason: 'enough of a' });
  await done;
  assert.deepEqual(client.came, []);
  assert.deepEqual(heard, ['a']);
  assert.deepEqual(closed, [4001, 'enough of a']);
});

test('an invalid close code is an error; the default is 1000', async (t) => {
  const fastify = await createServer(t);
  fastify.issrSocket('/', {
    message: (socket, text) => socket.close(text === '' ? undefined : Number(text)),
    error: (socket, error) => socket.send((error as Error).name),
  });
  const client = await SocketClient.open(await listen(fastify), '/');
  for (const code of ['1006', '999', '5000']) {
    client.send(code);
    assert.equal(await client.next(), 'TypeError');
  }
  client.send('');
  assert.deepEqual(await client.closed, { code: 1000, reason: '' });
});

test('a closing server ends sockets with 1001 and refuses new ones', async (t) => {
  const fastify = await createServer(t);
  const closes: string[] = [];
  fastify.issrSocket('/', { close: (_socket, code, reason) => closes.push(`${code} ${reason}`) });
  const origin = await listen(fastify);
  const [client, dead] = [await SocketClient.open(origin, '/'), await SocketClient.open(origin, '/')];
  // A paused socket reads nothing, so it cannot answer the close.
  dead.ws.pause();
  await fastify.close();
  assert.deepEqual(await client.closed, { code: 1001, reason: 'shutdown' });
  while (closes.length < 2) await tick();
  assert.deepEqual(closes, ['1001 shutdown', '1001 shutdown']);
  dead.ws.terminate();
});

test('a closing server refuses a handshake in authorize', async (t) => {
  const fastify = await createServer(t);
  let release = () => {};
  const asked = new Promise<void>((resolve) =>
    fastify.issrSocket('/', {
      authorize: () =>
        new Promise<void>((accept) => {
          release = accept;
          resolve();
        }),
    }),
  );
  // After the resource's own, as hooks run in their order.
  fastify.addHook('preClose', async () => release());
  const status = handshakeStatus(await listen(fastify), '/');
  await asked;
  const closed = fastify.close();
  assert.equal(await status, 503);
  await closed;
});

test("pages, resources and the app's own websockets coexist", async (t) => {
  const fastify = closeAfter(t, Fastify());
  await fastify.register(websocket, { options: { maxPayload: 10 } });
  await fastify.register(issrPlugin);
  fastify.issrRoute('/', (request) => `<p>${request.issr.firstTime}</p>`);
  fastify.issrSocket('/socket', { message: (socket, text) => socket.send(text) });
  fastify.get('/own', { websocket: true }, (ws) => {
    ws.on('message', (data) => ws.send(`own ${data}`));
  });
  await fastify.register(
    async (scope) => {
      scope.issrSocket('/socket', { message: (socket, text) => socket.send(`scoped ${text}`) });
    },
    { prefix: '/scope' },
  );
  const origin = await listen(fastify);
  const text = 'longer than ten bytes';
  for (const [path, answer] of [
    ['/socket', text],
    ['/scope/socket', `scoped ${text}`],
  ] as const) {
    const client = await SocketClient.open(origin, path);
    client.send(text);
    assert.equal(await client.next(), answer);
  }
  const own = await SocketClient.open(origin, '/own');
  own.send('short');
  assert.equal(await own.next(), 'own short');
  assert.equal((await PageDriver.load(origin, '/')).text, 'true');
});

test('sibling scopes may have resources of one path', async (t) => {
  const fastify = closeAfter(t, Fastify());
  for (const prefix of ['/a', '/b']) {
    await fastify.register(
      async (scope) => {
        await scope.register(issrPlugin);
        scope.issrSocket('/socket', { message: (socket, text) => socket.send(`${prefix} ${text}`) });
      },
      { prefix },
    );
  }
  const origin = await listen(fastify);
  for (const prefix of ['/a', '/b']) {
    const client = await SocketClient.open(origin, `${prefix}/socket`);
    client.send('x');
    assert.equal(await client.next(), `${prefix} x`);
  }
});

test('handlers that are none are refused as the route is declared', async (t) => {
  const fastify = await createServer(t);
  for (const handlers of [undefined, null, () => {}]) {
    assert.throws(() => fastify.issrSocket('/', {}, handlers as never), { code: 'ISSR_ERR_ROUTE' });
  }
});

test('what a socket is told after its end goes nowhere', async (t) => {
  const fastify = await createServer(t);
  let kept: IssrSocket | undefined;
  const gone = new Promise<void>((resolve) =>
    fastify.issrSocket('/', {
      open: (socket) => {
        kept = socket as unknown as IssrSocket;
      },
      close: () => resolve(),
    }),
  );
  const client = await SocketClient.open(await listen(fastify), '/');
  client.ws.terminate();
  await gone;
  assert.ok(kept);
  assert.equal(kept.send('x'), false);
  kept.close();
  kept.terminate();
  assert.equal(kept.isOpen, false);
});

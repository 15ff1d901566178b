import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:http2';
import { test } from 'node:test';
import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import httpProxy from '@fastify/http-proxy';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import issrPlugin from '../../src/index.js';
import { EventClient } from '../support/event-client.js';
import { get } from '../support/get.js';
import { closeAfter, createServer, listen } from '../support/server.js';

const tick = () => new Promise((resolve) => setImmediate(resolve));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await tick();
}

test('sends published events to subscribers only', async (t) => {
  const fastify = await createServer(t);
  fastify.issrStream('/:channel', (stream, { params }) => stream.subscribe(params.channel));
  const origin = await listen(fastify);
  const [a, also, b] = await Promise.all(['/a', '/a', '/b'].map((path) => EventClient.open(origin + path)));
  assert.ok(a && also && b);
  assert.equal(fastify.issr.publish('a', 'to a'), 2);
  assert.equal(fastify.issr.publish('b', { to: ['b'] }, { event: 'greeting', id: '7' }), 1);
  assert.equal(fastify.issr.publish('c', 'to nobody'), 0);
  assert.equal(await a.nextData(), 'to a');
  assert.equal(await also.nextData(), 'to a');
  assert.deepEqual(await b.next(), { type: 'greeting', data: '{"to":["b"]}', id: '7' });
  assert.deepEqual([a.came, also.came, b.came], [[], [], []]);
});

test('delivers data with any line breaks and characters', async (t) => {
  const fastify = await createServer(t);
  fastify.issrStream('/', (stream) => stream.subscribe('a'));
  const client = await EventClient.open(await listen(fastify));
  for (const [sent, came] of [
    ['', ''],
    ['one\ntwo\r\nthree\rfour', 'one\ntwo\nthree\nfour'],
    ['\n\nid: 9\nevent: x\n\n', '\n\nid: 9\nevent: x\n\n'],
    [' leading', ' leading'],
    [': no comment', ': no comment'],
    ['naïve €𝄞', 'naïve €𝄞'],
    [null, 'null'],
    [0, '0'],
    [['a\nb'], '["a\\nb"]'],
  ] as const) {
    fastify.issr.publish('a', sent);
    assert.equal(await client.nextData(), came);
  }
});

test('an event that cannot be written is refused', async (t) => {
  const fastify = await createServer(t);
  for (const wrong of ['a\nb', 'a\rb', 'a\0b', 7 as never]) {
    assert.throws(() => fastify.issr.publish('a', 'x', { id: wrong }), { code: 'ISSR_ERR_EVENT' });
    assert.throws(() => fastify.issr.publish('a', 'x', { event: wrong }), { code: 'ISSR_ERR_EVENT' });
  }
  for (const wrong of [undefined, () => {}, Symbol('x')]) {
    assert.throws(() => fastify.issr.publish('a', wrong), { code: 'ISSR_ERR_EVENT' });
  }
});

test('forbids caches and proxies to store or change a stream', async (t) => {
  const fastify = closeAfter(t, Fastify());
  await fastify.register(helmet);
  await fastify.register(compress, { threshold: 0 });
  await fastify.register(cookie);
  await fastify.register(issrPlugin);
  fastify.addHook('onRequest', async (_request, reply) => void reply.setCookie('seen', 'yes'));
  fastify.issrStream('/', { retry: 1234 }, (stream) => stream.subscribe('a'));
  const client = await EventClient.open(await listen(fastify), '', { 'accept-encoding': 'gzip, br' });
  const { headers, statusCode } = client.response;
  assert.equal(statusCode, 200);
  assert.equal(headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(headers['cache-control'], 'no-store, no-transform');
  assert.equal(headers['x-accel-buffering'], 'no');
  assert.equal(headers['content-encoding'], undefined);
  assert.deepEqual(headers['set-cookie'], ['seen=yes; SameSite=Lax']);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  await client.placed();
  assert.equal(client.retry, 1234);
  fastify.issr.publish('a', 'at once');
  assert.equal(await client.nextData(), 'at once');
});

test('hooks, schema and handler may each refuse the request', async (t) => {
  const fastify = closeAfter(t, Fastify().withTypeProvider<TypeBoxTypeProvider>());
  await fastify.register(issrPlugin);
  const ran: string[] = [];
  for (const name of [
    'onRequest',
    'preParsing',
    'preValidation',
    'preHandler',
    'onSend',
    'onResponse',
  ] as const) {
    fastify.addHook(name as 'preHandler', async () => void ran.push(name));
  }
  let end = () => {};
  const schema = { params: Type.Object({ id: Type.Integer() }) };
  fastify.issrStream(
    '/:id',
    {
      schema,
      preHandler: async (request, reply) =>
        request.params.id === 1 ? reply.code(401).send('who?') : undefined,
    },
    async (stream, { params: { id } }, reply) => {
      ran.push('handler');
      if (id === 2) throw Object.assign(new Error('broken'), { statusCode: 410 });
      if (id === 3) return reply.code(204).send();
      if (id === 4) return stream.close();
      end = () => stream.close();
    },
  );
  const origin = await listen(fastify);
  const statuses: number[] = [];
  for (const path of ['/x', '/1', '/2', '/3', '/4']) statuses.push((await get(origin + path)).status);
  assert.deepEqual(statuses, [400, 401, 410, 204, 204]);
  assert.equal(fastify.issr.publish('a', 'x'), 0);
  await until(() => ran.filter((name) => name === 'onResponse').length === 5);
  ran.length = 0;
  const client = await EventClient.open(`${origin}/5`);
  end();
  assert.equal(await client.next(), null);
  await until(() => ran.includes('onResponse'));
  assert.deepEqual(ran, [
    'onRequest',
    'preParsing',
    'preValidation',
    'preHandler',
    'handler',
    'onSend',
    'onResponse',
  ]);
});

test('no stream begins behind the answer of its handler', async (t) => {
  const fastify = await createServer(t);
  fastify.addHook('onSend', async (_request, _reply, payload) => {
    if (payload === 'no') await tick();
  });
  fastify.issrStream('/', async (stream, _request, reply) => {
    stream.subscribe('a');
    void reply.code(403).send('no');
  });
  const { status, body } = await get(await listen(fastify));
  assert.deepEqual([status, body, fastify.issr.publish('a', 'x')], [403, 'no', 0]);
});

test("the app's handlerTimeout limits the handler, and not the stream", async (t) => {
  const fastify = await createServer(t, {}, { handlerTimeout: 100 });
  let late = () => {};
  fastify.issrStream('/', (stream) => stream.subscribe('a'));
  fastify.issrStream(
    '/slow',
    () =>
      new Promise<void>((resolve) => {
        late = resolve;
      }),
  );
  const origin = await listen(fastify);
  const client = await EventClient.open(origin);
  const slow = await get(`${origin}/slow`);
  assert.equal(slow.status, 503);
  late();
  // The same time has passed for the stream.
  fastify.issr.publish('a', 'still there');
  assert.equal(await client.nextData(), 'still there');
});

test('refuses streams of other hosts unless allowedOrigins has them', async (t) => {
  const fastify = await createServer(t);
  fastify.issrStream('/same', (stream) => stream.close());
  fastify.issrStream('/any', { allowedOrigins: () => true }, (stream) => stream.close());
  const origin = await listen(fastify);
  const evil = { origin: 'https://evil.example' };
  assert.equal((await get(`${origin}/same`)).status, 204);
  assert.equal((await get(`${origin}/same`, { headers: { origin } })).status, 204);
  assert.equal((await get(`${origin}/same`, { headers: evil })).status, 403);
  assert.equal((await get(`${origin}/any`, { headers: evil })).status, 204);
});

test('subscribes and unsubscribes a stream later', async (t) => {
  const fastify = await createServer(t);
  let later = () => {};
  fastify.issrStream('/', async (stream) => {
    stream.send('hello', { event: 'welcome' });
    later = () => {
      stream.subscribe('b');
      stream.unsubscribe('a');
      assert.deepEqual([...stream.channels], ['b']);
    };
    stream.subscribe('a');
  });
  const origin = await listen(fastify);
  const [client, other] = [await EventClient.open(origin), await EventClient.open(origin)];
  for (const each of [client, other]) {
    const event = await each.next();
    assert.deepEqual([event?.type, event?.data], ['welcome', 'hello']);
  }
  fastify.issr.publish('b', 'too early');
  later();
  assert.equal(fastify.issr.publish('a', 'only one'), 1);
  fastify.issr.publish('b', 'now');
  assert.equal(await client.nextData(), 'only one');
  assert.equal(await other.nextData(), 'now');
});

test('events published during the handler come after missed ones', async (t) => {
  const fastify = await createServer(t);
  let goOn: (() => void) | undefined;
  fastify.issrStream('/', async (stream) => {
    stream.subscribe('b');
    stream.subscribe('a');
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
  });
  const origin = await listen(fastify);
  fastify.issr.publish('a', '0', { id: 'zero' });
  for (const [i, channel] of ['a', 'b', 'a', 'b'].entries()) fastify.issr.publish(channel, `${i + 1}`);
  const opening = EventClient.open(origin, 'zero');
  await until(() => goOn !== undefined);
  fastify.issr.publish('a', '5');
  goOn?.();
  const client = await opening;
  for (let i = 1; i <= 5; i++) assert.equal(await client.nextData(), `${i}`);
  assert.deepEqual(client.came, []);
});

test('forgets a visitor who leaves while the handler runs', async (t) => {
  const fastify = await createServer(t);
  const ended: string[] = [];
  let raw: IncomingMessage | undefined;
  let goOn = () => {};
  fastify.issrStream('/:name', async (stream, { params }) => {
    stream.signal.addEventListener('abort', () => ended.push(params.name));
    stream.subscribe('a');
    raw = stream.request.raw;
    if (params.name === 'slow')
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
  });
  const origin = await listen(fastify);
  const client = await EventClient.open(`${origin}/quick`);
  assert.equal(fastify.issr.publish('a', 'x'), 1);
  client.leave();
  await until(() => ended.length === 1);
  assert.equal(fastify.issr.publish('a', 'x'), 0);
  const slow = request(`${origin}/slow`)
    .on('error', () => {})
    .end();
  await until(() => fastify.issr.publish('a', 'x') === 1);
  slow.destroy();
  await until(() => raw?.destroyed === true);
  goOn();
  await until(() => ended.length === 2);
  assert.equal(fastify.issr.publish('a', 'x'), 0);
});

test('events come at once through a reverse proxy that compresses', async (t) => {
  const fastify = await createServer(t);
  fastify.issrStream('/', (stream) => stream.subscribe('a'));
  const proxy = closeAfter(t, Fastify());
  await proxy.register(compress, { threshold: 0 });
  await proxy.register(httpProxy, { upstream: await listen(fastify) });
  const client = await EventClient.open(await listen(proxy), '', { 'accept-encoding': 'gzip' });
  await client.placed();
  for (const data of ['1', '2']) {
    fastify.issr.publish('a', data);
    assert.equal(await client.nextData(), data);
  }
  client.leave();
});

test('a stream works over HTTP/2', async (t) => {
  const fastify = closeAfter(t, Fastify({ http2: true }));
  await fastify.register(issrPlugin);
  const gone = new Promise<number>((resolve) =>
    fastify.issrStream('/', (stream) => {
      stream.subscribe('a');
      stream.signal.addEventListener('abort', () => resolve(stream.unsentBytes));
    }),
  );
  const session = connect(await listen(fastify));
  const response = session.request({ ':path': '/' }).setEncoding('utf8');
  const [headers] = await once(response, 'response');
  assert.equal(headers['content-type'], 'text/event-stream; charset=utf-8');
  fastify.issr.publish('a', 'over one connection');
  let came = '';
  for await (const text of response) {
    came += text;
    if (came.includes('data: over one connection\n\n')) break;
  }
  assert.equal(await gone, 0);
  session.close();
});

test('closing the server ends all streams', async (t) => {
  const fastify = await createServer(t);
  fastify.issrStream('/', (stream) => stream.subscribe('a'));
  const client = await EventClient.open(await listen(fastify));
  fastify.issr.publish('a', 'last');
  await fastify.close();
  assert.equal(await client.nextData(), 'last');
  assert.equal(await client.next(), null);
  assert.equal(client.response.complete, true);
});

test('a handler that is none is refused as the route is declared', async (t) => {
  const fastify = await createServer(t);
  assert.throws(() => fastify.issrStream('/', {} as never), { code: 'ISSR_ERR_ROUTE' });
});

import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { PageError } from '../../src/protocol.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

/** Notes each hook of the instance as it runs. */
function noteHooks(fastify: FastifyInstance, ran: string[]): void {
  fastify.addHook('onRequest', async () => void ran.push('onRequest'));
  fastify.addHook('preParsing', async () => void ran.push('preParsing'));
  fastify.addHook('preValidation', async () => void ran.push('preValidation'));
  fastify.addHook('preHandler', async () => void ran.push('preHandler'));
  fastify.addHook('preSerialization', async (_request, _reply, payload) => {
    ran.push('preSerialization');
    return payload;
  });
  fastify.addHook('onError', async (_request, _reply, error) => void ran.push(`onError ${error.message}`));
  fastify.addHook('onSend', async (_request, _reply, payload) => {
    ran.push('onSend');
    return payload;
  });
  fastify.addHook('onResponse', async (_request, reply) => void ran.push(`onResponse ${reply.statusCode}`));
}

/** Resolves once `onResponse` has run, which comes after the answer. */
async function untilResponded(ran: string[]): Promise<string[]> {
  while (!ran.at(-1)?.startsWith('onResponse')) await new Promise(setImmediate);
  return ran.splice(0);
}

test("runs every hook for an event, in Fastify's order", async (t) => {
  const fastify = await createServer(t);
  const ran: string[] = [];
  noteHooks(fastify, ran);
  const note = (name: string) => async () => void ran.push(name);
  const options = {
    onRequest: note('route onRequest'),
    preParsing: [note('route preParsing')],
    preValidation: note('route preValidation'),
    preHandler: [note('route preHandler 1'), note('route preHandler 2')],
    preSerialization: async (_request: unknown, _reply: unknown, payload: unknown) => {
      ran.push('route preSerialization');
      return payload;
    },
    onSend: async (_request: unknown, _reply: unknown, payload: unknown) => {
      ran.push('route onSend');
      return payload;
    },
    onResponse: note('onResponse of the route'),
    actions: { add: async () => void ran.push('action') },
  };
  const { h } = await import('preact');
  fastify.issrRoute('/', options, () => {
    ran.push('handler');
    return h('p', null, 'text');
  });
  const page = await PageDriver.load(await listen(fastify), '/');
  const load = await untilResponded(ran);
  assert.deepEqual(load, [
    'onRequest',
    'route onRequest',
    'preParsing',
    'route preParsing',
    'preValidation',
    'route preValidation',
    'preHandler',
    'route preHandler 1',
    'route preHandler 2',
    'handler',
    'preSerialization',
    'route preSerialization',
    'onSend',
    'route onSend',
    'onResponse 200',
    'onResponse of the route',
  ]);
  await page.connect();
  await page.join();
  // The handshake is a request of its own.
  ran.length = 0;
  await page.click('add');
  const event = await untilResponded(ran);
  assert.deepEqual(event, load.toSpliced(load.indexOf('handler'), 0, 'action'));
});

test('keeps the page when its handler throws', async (t) => {
  const fastify = await createServer(t);
  const ran: string[] = [];
  noteHooks(fastify, ran);
  fastify.setErrorHandler(async (error: Error, _request, reply) => {
    ran.push(`error handler ${error.message}`);
    return reply.code(409).send({ said: error.message });
  });
  fastify.issrRoute('/', (request) => {
    if (request.issr.action?.name === 'fail') throw new Error('no luck');
    return '<p>text</p>';
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  ran.length = 0;
  const [verb, event, error] = await page.click('fail');
  assert.deepEqual([verb, event], ['error', 1]);
  const { status, message } = error as PageError;
  assert.deepEqual([status, message], [409, 'no luck']);
  assert.deepEqual((await untilResponded(ran)).slice(4), [
    'onError no luck',
    'error handler no luck',
    'preSerialization',
    'onSend',
    'onResponse 409',
  ]);
  assert.deepEqual((await page.click('go')).slice(0, 2), ['patch', 2]);
});

test('sends message and stack of an error with showErrors only', async (t) => {
  for (const showErrors of [true, false]) {
    const fastify = await createServer(t, { showErrors }, { genReqId: () => 'req-of-test' });
    fastify.issrRoute('/', (request) => {
      if (!request.issr.firstTime) throw new TypeError('secret detail');
      return '<p>text</p>';
    });
    const page = await PageDriver.open(await listen(fastify), '/');
    const [, , error] = await page.rr();
    if (showErrors) {
      const { stack, frame, ...rest } = error as PageError;
      assert.deepEqual(rest, { status: 500, requestId: 'req-of-test', message: 'secret detail' });
      assert.equal(frame?.file, 'test/integration/lifecycle.test.ts');
      assert.match(stack ?? '', /^TypeError: secret detail\n\s+at .*lifecycle\.test/);
    } else assert.deepEqual(error, { status: 500, requestId: 'req-of-test' });
  }
});

test("loads an unknown path, and shows a handler's 404", async (t) => {
  const fastify = await createServer(t);
  const ran: string[] = [];
  fastify.setNotFoundHandler((request, reply) => {
    ran.push(request.url);
    reply.code(404).send('<p>not here</p>');
  });
  fastify.issrRoute('/', (request, reply) => {
    if (request.issr.action) return reply.callNotFound() as never;
    return '<p>text</p>';
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  assert.deepEqual(await page.rr({ url: '/nowhere?x=1' }), ['redirect', 1, '/nowhere?x=1', false]);
  const [, , error] = await page.rr({ url: '/', actions: [['gone', 't']] });
  assert.deepEqual(error, '/');
  const back = await page.rr({ url: '/' });
  assert.deepEqual(back.slice(0, 2), ['patch', 3]);
  const refused = await page.click('gone');
  assert.equal(refused[0], 'error');
  assert.equal((refused[2] as PageError).status, 404);
  assert.deepEqual(ran, ['/?gone=t', '/?gone=t']);
});

test("applies the route's decorators, params and constraints", async (t) => {
  const fastify = await createServer(t);
  fastify.decorateRequest('user', '');
  fastify.decorateReply('greet', () => 'hello');
  fastify.addHook('onRequest', async (request) => {
    Object.assign(request, { user: request.headers['x-user'] });
  });
  fastify.issrRoute('/:name', { constraints: { host: 'other.example' } }, () => '<p>the other host</p>');
  fastify.issrRoute('/:name', (request, reply) => {
    const { user } = request as unknown as { user: string };
    const { greet } = reply as unknown as { greet(): string };
    return `<p>${greet()} ${(request.params as { name: string }).name} ${user} ${request.routeOptions.url}</p>`;
  });
  const origin = await listen(fastify);
  const page = await PageDriver.open(origin, '/a%20b', { headers: { 'x-user': 'ann' } });
  await page.rr();
  assert.equal(page.text, 'hello a b ann /:name');
  const options = { headers: { host: 'other.example', origin: 'http://other.example' } };
  const other = await PageDriver.open(origin, '/x', options);
  await other.rr();
  assert.equal(other.text, 'the other host');
});

test('gives an event the address and protocol of its connection', async (t) => {
  const describe = (request: {
    ip: string;
    ips?: string[];
    protocol: string;
    host: string;
    port: number | null;
  }) => JSON.stringify([request.ip, request.ips, request.protocol, request.host]);
  const plain = await createServer(t);
  plain.issrRoute('/', (request) => `<p>${describe(request)}</p>`);
  const origin = await listen(plain);
  const page = await PageDriver.open(origin, '/');
  await page.rr();
  assert.equal(page.text, JSON.stringify(['127.0.0.1', null, 'http', origin.slice('http://'.length)]));

  const proxied = await createServer(t, {}, { trustProxy: true });
  proxied.issrRoute('/', (request) => `<p>${describe(request)}</p>`);
  const headers = {
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'shop.example',
    origin: 'https://shop.example',
  };
  const behind = await PageDriver.open(await listen(proxied), '/', { headers });
  await behind.rr();
  assert.deepEqual(JSON.parse(behind.text), [
    '203.0.113.7',
    ['127.0.0.1', '203.0.113.7'],
    'https',
    'shop.example',
  ]);
});

test('keeps an AsyncLocalStorage through an event', async (t) => {
  const storage = new AsyncLocalStorage<string>();
  const fastify = await createServer(t);
  fastify.addHook('onRequest', (request, _reply, done) => storage.run(request.id, done));
  fastify.issrRoute('/', async (request) => {
    await new Promise(setImmediate);
    return `<p>${storage.getStore() === request.id ? request.id : 'lost'}</p>`;
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  const seen = new Set([page.text]);
  for (let i = 0; i < 2; i++) {
    await page.rr();
    seen.add(page.text);
  }
  assert.equal(seen.size, 3);
  assert.ok(!seen.has('lost'));
});

test('ends a handler that never answers, and keeps its page', async (t) => {
  const fastify = await createServer(t, { handlerTimeout: 50 });
  fastify.issrRoute('/', (request) => {
    if (request.issr.action?.name === 'hang') return new Promise<string>(() => {});
    return '<p>text</p>';
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  const hung = page.click('hang');
  const next = page.rr();
  const [verb, event, error] = await hung;
  assert.deepEqual([verb, event], ['error', 1]);
  assert.equal((error as PageError).status, 503);
  assert.ok((error as PageError).requestId);
  assert.deepEqual((await next).slice(0, 2), ['patch', 2]);
});

test('ends a hook that never continues', async (t) => {
  const fastify = await createServer(t, { handlerTimeout: 50 });
  const preHandler = (request: { query: unknown }, _reply: unknown, done: () => void) => {
    if (!Object.hasOwn(request.query as object, 'hang')) done();
  };
  fastify.issrRoute('/', { preHandler }, () => '<p>text</p>');
  const page = await PageDriver.open(await listen(fastify), '/');
  const [verb, , error] = await page.click('hang');
  assert.deepEqual([verb, (error as PageError).status], ['error', 503]);
  assert.equal((await page.rr())[0], 'patch');
});

test('an action that ends after its time limit changes nothing of its page', async (t) => {
  const fastify = await createServer(t, { handlerTimeout: 50 });
  let finish = (): void => {};
  const actions = {
    slow: async ({ issr }: FastifyRequest) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      issr.flash('slow');
      return 'slow';
    },
    quick: ({ issr }: FastifyRequest) => {
      issr.flash('quick');
      return 'quick';
    },
  };
  fastify.issrRoute('/', { actions }, ({ issr: { result, flashes } }) => {
    return `<p>${result} ${flashes.map(({ message }) => message)}</p>`;
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  assert.equal((await page.click('slow'))[0], 'error');
  await page.click('quick');
  assert.equal(page.text, 'quick quick');
  finish();
  await new Promise(setImmediate);
  await page.rr();
  assert.equal(page.text, 'quick quick');
});

for (const place of ['route', 'action']) {
  test(`an action does not run if a hook of its ${place} exceeds the time limit`, async (t) => {
    const fastify = await createServer(t, { handlerTimeout: 50 });
    const ended: (() => void)[] = [];
    let ran = 0;
    const preHandler = ({ issr }: FastifyRequest, _reply: unknown, done: () => void) =>
      void (issr.action ? ended.push(done) : done());
    const add = { preHandler: place === 'action' ? preHandler : [], handler: () => void ran++ };
    const options = { preHandler: place === 'route' ? preHandler : [], actions: { add } };
    fastify.issrRoute('/', options, () => '<p>text</p>');
    const page = await PageDriver.open(await listen(fastify), '/');
    assert.equal((await page.click('add'))[0], 'error');
    for (const end of ended) end();
    await page.rr();
    assert.deepEqual([ended.length, ran], [1, 0]);
  });
}

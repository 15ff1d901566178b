import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionEntries } from '../../src/protocol.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

const refused = { code: 1008, reason: 'ISSR_ERR_PARAMS' };
/** 62,000 values of 9,000 encoded characters each: longer than any string of V8. */
const tooLongUrl = [['中'.repeat(1000), new Array<string>(62_000).fill('')]] as [string, string[]][];

for (const way of ['an event', 'params', 'a join'] as const) {
  test(`refuses params by ${way} that no URL can hold`, async (t) => {
    const fastify = await createServer(t, { maxRenders: 1 });
    fastify.issrRoute('/', () => '<p>text</p>');
    const origin = await listen(fastify);
    const page = await PageDriver.load(origin, '/');
    await page.connect();
    if (way === 'a join') page.sendJoin({ params: tooLongUrl });
    else {
      await page.join();
      if (way === 'params') page.send(['params', [tooLongUrl, []]]);
      else page.sendEvent({ changed: tooLongUrl });
    }
    assert.deepEqual(await page.closed(), refused);
    assert.equal((await (await PageDriver.open(origin, '/')).rr())[0], 'patch');
  });
}

test('maxParamValues limits a message, a URL and a page', async (t) => {
  const fastify = await createServer(t, { maxParamValues: 3 });
  fastify.issrRoute('/', () => '<p>text</p>');
  const origin = await listen(fastify);
  const fits = await PageDriver.open(origin, '/');
  assert.equal((await fits.rr({ changed: [['a', ['', '', '']]] }))[0], 'patch');
  assert.equal((await fits.rr({ url: '/?a&a&a' }))[0], 'patch');
  const message = await PageDriver.open(origin, '/');
  message.sendEvent({ changed: [['a', ['', '', '', '']]] });
  assert.deepEqual(await message.closed(), refused);
  const url = await PageDriver.open(origin, '/');
  url.sendEvent({ url: '/?a&a&a&a' });
  assert.deepEqual(await url.closed(), refused);
  const sum = await PageDriver.open(origin, '/');
  await sum.rr({ changed: [['a', ['', '']]] });
  sum.sendEvent({ changed: [['b', ['', '']]] });
  assert.deepEqual(await sum.closed(), refused);
});

test('maxActions is the largest number of actions of an event', async (t) => {
  const fastify = await createServer(t, { maxActions: 2 });
  let runs = 0;
  fastify.issrRoute('/', { actions: { add: () => void runs++ } }, () => '<p>text</p>');
  const page = await PageDriver.open(await listen(fastify), '/');
  const actions = (count: number): ActionEntries => Array.from({ length: count }, () => ['add', '']);
  await page.rr({ actions: actions(2) });
  assert.equal(runs, 2);
  page.sendEvent({ actions: actions(3) });
  assert.deepEqual(await page.closed(), { code: 1008, reason: 'ISSR_ERR_ACTIONS' });
  assert.equal(runs, 2);
});

test('runs no further action after the time limit', async (t) => {
  const fastify = await createServer(t, { handlerTimeout: 50 });
  let runs = 0;
  let handled = 0;
  let release = () => {};
  const slow = () => {
    runs++;
    return new Promise<void>((resolve) => {
      release = resolve;
    });
  };
  fastify.issrRoute('/', { actions: { slow } }, ({ issr }) => {
    if (issr.action) handled++;
    return '<p>text</p>';
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  const answer = await page.rr({
    actions: [
      ['slow', ''],
      ['slow', ''],
    ],
  });
  assert.equal(answer[0], 'error');
  release();
  assert.equal((await page.rr())[0], 'patch');
  assert.deepEqual([runs, handled], [1, 0]);
});

test('answers others while a page sends many slow events', async (t) => {
  const fastify = await createServer(t);
  let order = '';
  fastify.issrRoute('/:name', (request) => {
    const { name } = request.params as { name: string };
    for (const end = performance.now() + 10; performance.now() < end; );
    if (!request.issr.firstTime) order += name;
    return `<p>${order.length}</p>`;
  });
  const origin = await listen(fastify);
  const [busy, other] = [await PageDriver.open(origin, '/a'), await PageDriver.open(origin, '/b')];
  for (let i = 0; i < 40; i++) busy.sendEvent();
  await busy.next('patch');
  await other.rr();
  assert.ok(order.length < 30, order);
});

test('slows a page down that always pushes to itself, and tells it', async (t) => {
  const fastify = await createServer(t, { maxPushesInRow: 5, showErrors: true });
  let renders = 0;
  let pushes = true;
  fastify.issrRoute('/', ({ issr }) => {
    renders++;
    if (pushes) void issr.page?.rr();
    return `<p>${renders}</p>`;
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  page.sendEvent();
  const error = await page.next('error');
  assert.match(String((error[2] as { message?: string }).message), /maxPushesInRow/);
  // The load, the event, and the pushes before the pause.
  assert.equal(renders, 6);
  pushes = false;
  const last = await page.rr();
  assert.equal(last[0], 'patch');
});

test('an event serves a push that its own action asked for', async (t) => {
  const fastify = await createServer(t);
  let renders = 0;
  const add = () => void fastify.issr.rr('/');
  fastify.issrRoute('/', { actions: { add } }, () => `<p>${renders++}</p>`);
  const page = await PageDriver.open(await listen(fastify), '/');
  await page.click('add');
  await page.settled();
  assert.equal(renders, 2);
  assert.deepEqual(
    page.messages.map(([verb]) => verb).filter((verb) => verb === 'patch'),
    ['patch'],
  );
});

test('a push with params from an action is rendered with them', async (t) => {
  const fastify = await createServer(t);
  const set = (request: { issr: { page: { rr(params: object): unknown } | null } }) =>
    void request.issr.page?.rr({ tab: 'two' });
  fastify.issrRoute(
    '/',
    { actions: { set: set as never } },
    ({ query }) => `<p>${JSON.stringify(query)}</p>`,
  );
  const page = await PageDriver.open(await listen(fastify), '/');
  await page.click('set');
  await page.next('patch');
  assert.match(page.text, /"tab":"two"/);
});

test('a closed page runs none of its waiting events', async (t) => {
  const fastify = await createServer(t);
  let runs = 0;
  const act = () => void runs++;
  fastify.issrRoute('/', { actions: { act } }, async (request) => {
    if (request.issr.action) request.issr.page?.close();
    return '<p>text</p>';
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  for (let i = 0; i < 5; i++) page.sendEvent({ actions: [['act', '']] });
  await page.closed();
  assert.equal(runs, 1);
});

test('a handler may destroy its request', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', (request) => {
    if (!request.issr.firstTime) request.raw.destroy(new Error('destroyed'));
    return `<p>${request.issr.firstTime}</p>`;
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  assert.equal((await page.rr())[0], 'patch');
  assert.equal((await page.rr())[0], 'patch');
});

test('an error that cannot be read is an error of its event', async (t) => {
  const fastify = await createServer(t, { showErrors: true });
  const unreadable = new Proxy(new Error('hidden'), {
    get: (error, name) => {
      if (name === 'message' || name === 'stack') throw new Error('no');
      return Reflect.get(error, name);
    },
  });
  fastify.setErrorHandler((_error, _request, reply) => reply.code(500).send('failed'));
  fastify.issrRoute('/', ({ issr }) => {
    if (!issr.firstTime) throw unreadable;
    return '<p>text</p>';
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  assert.equal((await page.rr())[0], 'error');
  assert.equal((await page.rr())[0], 'error');
});

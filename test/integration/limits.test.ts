import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { IssrOptions } from '../../src/index.js';
import type { ParamEntries } from '../../src/protocol.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

async function openSite(t: TestContext, options: IssrOptions) {
  const fastify = await createServer(t, options);
  let renders = 0;
  fastify.issrRoute('/', (request) => `<p>${Object.keys(request.query as object).length} ${++renders}</p>`);
  return { fastify, origin: await listen(fastify) };
}

const tooMuch = { code: 1008, reason: 'ISSR_ERR_PARAMS' };
const params = (count: number, from = 0): ParamEntries =>
  Array.from({ length: count }, (_, i) => [`p${from + i}`, 'v']);

test('maxParams counts the params of a message', async (t) => {
  const { origin } = await openSite(t, { maxParams: 3 });
  const page = await PageDriver.open(origin, '/');
  assert.equal((await page.rr({ changed: params(3) }))[0], 'patch');
  page.sendEvent({ changed: params(4) });
  assert.deepEqual(await page.closed(), tooMuch);
});

test('maxParams counts the params of a page', async (t) => {
  const { origin, fastify } = await openSite(t, { maxParams: 3 });
  const page = await PageDriver.open(origin, '/');
  await page.rr({ changed: params(2) });
  await page.rr({ changed: params(2, 2), removed: ['p0'] });
  page.send(['params', [params(1, 9), []]]);
  assert.deepEqual(await page.closed(), tooMuch);
  assert.equal(fastify.issr.pages.size, 0);
});

test('maxParamNameLength and maxParamsLength allow their own value', async (t) => {
  const { origin } = await openSite(t, { maxParamNameLength: 5, maxParamsLength: 22 });
  const fits: ParamEntries = [['12345', 'x'.repeat(15)]];
  const page = await PageDriver.open(origin, '/');
  assert.equal((await page.rr({ changed: fits }))[0], 'patch');
  page.sendEvent({ changed: [['a', '']] });
  assert.deepEqual(await page.closed(), tooMuch);
  const other = await PageDriver.open(origin, '/');
  other.sendEvent({ changed: [['123456', '']] });
  assert.deepEqual(await other.closed(), tooMuch);
});

test('maxMessageBytes allows a message of its size', async (t) => {
  const { origin } = await openSite(t, { maxMessageBytes: 1000 });
  const page = await PageDriver.open(origin, '/');
  page.sendRaw('["ping"]'.padEnd(1000));
  await page.next('pong');
  page.sendRaw('["ping"]'.padEnd(1001));
  assert.equal((await page.closed()).code, 1009);
});

for (const limit of ['maxPages', 'maxPagesPerIp'] as const) {
  test(`${limit} refuses one more page until another leaves`, async (t) => {
    const { origin, fastify } = await openSite(t, { [limit]: 2 });
    const first = await PageDriver.open(origin, '/');
    await PageDriver.open(origin, '/');
    const third = await PageDriver.load(origin, '/');
    await third.connect();
    third.sendJoin();
    assert.deepEqual(await third.closed(), { code: 1013, reason: 'ISSR_ERR_PAGES' });
    assert.equal(fastify.issr.pages.size, 2);
    first.send(['bye']);
    await first.closed();
    await third.connect();
    assert.equal((await third.join())[0], 'joined');
  });
}

const tooMuchHeld = { code: 1013, reason: 'ISSR_ERR_HELD' };

for (const limit of ['maxHeldLength', 'maxHeldLengthPerIp'] as const) {
  test(`${limit} counts the params of all pages of an address`, async (t) => {
    const message = JSON.stringify(['params', [[['a', 'x'.repeat(500)]], []]]);
    const { origin } = await openSite(t, { maxHeldLengthPerIp: 1 << 20, [limit]: 2 * message.length });
    const [first, second, third] = [
      await PageDriver.open(origin, '/'),
      await PageDriver.open(origin, '/'),
      await PageDriver.open(origin, '/'),
    ];
    for (const page of [first, second]) {
      page.sendRaw(message);
      page.send(['ping']);
      await page.next('pong');
    }
    third.sendEvent();
    assert.deepEqual(await third.closed(), tooMuchHeld);
    first.send(['bye']);
    await first.closed();
    await third.connect();
    assert.equal((await third.join())[0], 'joined');
    third.send(['params', [[], []]]);
    third.send(['ping']);
    await third.next('pong');
  });
}

test('maxHeldLengthPerIp counts waiting messages', async (t) => {
  const fastify = await createServer(t, { maxHeldLengthPerIp: 2500 });
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  fastify.issrRoute('/', async ({ issr }) => {
    if (!issr.firstTime) await gate;
    return '<p>text</p>';
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  const send = (number: number) => page.sendRaw(JSON.stringify(['event', number, [[], []], []]).padEnd(1000));
  // The first runs, two wait.
  for (const number of [1, 2, 3]) send(number);
  page.send(['ping']);
  await page.next('pong');
  send(4);
  assert.deepEqual(await page.closed(), tooMuchHeld);
  release();
});

for (const limit of ['maxUnjoinedConnections', 'maxUnjoinedConnectionsPerIp'] as const) {
  test(`${limit} refuses one more until another joins`, async (t) => {
    const { origin } = await openSite(t, { maxUnjoinedConnectionsPerIp: 100, [limit]: 2 });
    const open = async () => {
      const response = await fetch(`${origin}/issr/stream`);
      const { code } = response.ok ? { code: undefined } : ((await response.json()) as { code: string });
      if (response.ok) await response.body?.cancel();
      return [response.status, code];
    };
    const pages = [await PageDriver.load(origin, '/'), await PageDriver.load(origin, '/')];
    for (const page of pages) await page.connect();
    assert.deepEqual(await open(), [503, 'ISSR_ERR_CONNECTIONS']);
    await pages[0]?.join();
    assert.deepEqual(await open(), [200, undefined]);
  });
}

test('maxRenders lets events of other pages wait', async (t) => {
  const fastify = await createServer(t, { maxRenders: 2 });
  let inside = 0;
  let most = 0;
  fastify.issrRoute('/', async () => {
    most = Math.max(most, ++inside);
    await new Promise(setImmediate);
    inside--;
    return `<p>${most}</p>`;
  });
  const origin = await listen(fastify);
  const pages = await Promise.all(Array.from({ length: 6 }, () => PageDriver.open(origin, '/')));
  most = 0;
  await Promise.all(pages.flatMap((page) => [page.rr(), page.rr(), page.rr()]));
  assert.equal(most, 2);
});

test('maxRendersPerIp lets events of one network wait, and no loads', async (t) => {
  const PAGES = 4;
  const fastify = await createServer(t, { maxRendersPerIp: 2 }, { trustProxy: 'loopback' });
  const [inside, most] = [
    { loads: 0, events: 0 },
    { loads: 0, events: 0 },
  ];
  let release = () => {};
  const allLoads = new Promise<void>((resolve) => {
    release = resolve;
  });
  fastify.issrRoute('/', async ({ issr }) => {
    const kind = issr.firstTime ? 'loads' : 'events';
    most[kind] = Math.max(most[kind], ++inside[kind]);
    if (inside.loads === PAGES) release();
    await (issr.firstTime ? allLoads : new Promise(setImmediate));
    inside[kind]--;
    return `<p>${most.events}</p>`;
  });
  const origin = await listen(fastify);
  const pages = await Promise.all(
    Array.from({ length: PAGES }, (_, i) =>
      PageDriver.open(origin, '/', { headers: { 'x-forwarded-for': `2001:db8::${i}` } }),
    ),
  );
  await Promise.all(pages.flatMap((page) => [page.rr(), page.rr(), page.rr()]));
  assert.deepEqual(most, { loads: PAGES, events: 2 });
});

test('maxEventsPerSecond delays events beyond the burst, in order', async (t) => {
  const { origin } = await openSite(t, { maxEventBurst: 2, maxEventsPerSecond: 50 });
  const page = await PageDriver.open(origin, '/');
  const started = performance.now();
  const answers = await Promise.all(Array.from({ length: 6 }, () => page.rr()));
  assert.deepEqual(
    answers.map(([verb, event]) => [verb, event]),
    [1, 2, 3, 4, 5, 6].map((event) => ['patch', event]),
  );
  assert.ok(
    performance.now() - started >= 70,
    'four of them at 20 ms each, and a timer may be a little early',
  );
});

test('maxUnjoinedBytes drops the oldest unjoined page', async (t) => {
  const { origin } = await openSite(t, { maxUnjoinedBytes: 1000 });
  const [oldest, newest] = [await PageDriver.load(origin, '/'), await PageDriver.load(origin, '/')];
  await newest.connect();
  await newest.join();
  await newest.settled();
  assert.deepEqual(
    newest.messages.map(([verb]) => verb),
    ['joined', 'pong'],
  );
  await oldest.connect();
  await oldest.join();
  await oldest.next('page');
});

test('maxStoredBytes sends a page whole if its HTML was evicted', async (t) => {
  const { origin } = await openSite(t, { maxStoredBytes: 1 });
  const page = await PageDriver.open(origin, '/');
  assert.equal((await page.rr())[0], 'page');
  assert.equal((await page.rr())[0], 'page');
});

test('maxUnsentBytes skips patches for a slow page, then sends it whole', async (t) => {
  const fastify = await createServer(t, { maxUnsentBytes: 1_000_000 });
  let renders = 0;
  fastify.issrRoute('/', (request) =>
    request.issr.firstTime ? '<p>small</p>' : `<p>${String(++renders).repeat(20_000_000)}</p>`,
  );
  const page = await PageDriver.open(await listen(fastify), '/');
  page.pause();
  await fastify.issr.rr('/');
  await fastify.issr.rr('/');
  await fastify.issr.rr('/');
  page.resume();
  await page.next('patch');
  await page.next('page');
  assert.equal(page.text[0], '4');
  assert.equal(page.messages.length, 3);
});

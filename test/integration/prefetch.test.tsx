import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { IssrOptions } from '../../src/index.js';
import type { ParamEntries } from '../../src/protocol.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

/** Counts what a route did, by path. A path ends with `!` in a render ahead. */
async function openSite(t: TestContext, options: IssrOptions = {}) {
  const fastify = await createServer(t, options);
  const renders: string[] = [];
  const ran: string[] = [];
  let held: Promise<void> | undefined;
  fastify.addHook('preHandler', async (request, reply) => {
    if (request.url.startsWith('/secret')) await reply.code(403).send('no');
  });
  fastify.issrRoute<{ Params: { name: string }; Querystring: { n?: number } }>(
    '/:name',
    {
      schema: { querystring: { type: 'object', properties: { n: { type: 'integer' } } } },
      actions: { remove: async () => void ran.push('remove') },
    },
    async ({ params: { name }, query: { n = 0 }, issr }, reply) => {
      renders.push(`${name} ${n}${issr.prefetch ? '!' : ''} ${issr.action?.name ?? '-'} ${issr.url}`);
      issr.watch(name);
      if (issr.prefetch) await held;
      if (name === 'moved') return reply.redirect('/one');
      reply.header('set-cookie', `seen=${name}; Path=/`);
      return `<h1>${name}</h1><p>${n}</p>`;
    },
  );
  const origin = await listen(fastify);
  const hold = () => {
    let release = () => {};
    held = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  };
  return { fastify, origin, renders, ran, hold };
}

const change = (changed: ParamEntries = []): [ParamEntries, string[]] => [changed, []];

test('a prefetch renders a visit and changes nothing of the page', async (t) => {
  const { fastify, origin, renders } = await openSite(t);
  const page = await PageDriver.open(origin, '/one');
  const [record] = fastify.issr.pages.values();
  page.send(['prefetch', 1, change(), [], '/two?n=3']);
  const [, id, patches, instructions, ...rest] = await page.next('prefetched');
  assert.deepEqual([id, patches, rest], [1, 0, []]);
  assert.match(JSON.stringify(instructions), /two.*3/s);
  assert.equal(renders.at(-1), 'two 3! - /two?n=3');
  assert.equal(record?.path, '/one');
  assert.ok(!page.messages.some(([verb]) => verb === 'cookies'), 'cookies of the answer are dropped');
  assert.equal(await fastify.issr.changed('two'), 0);
  assert.equal(await fastify.issr.changed('one'), 1);
});

test('an event that shows its prefetched page gets the rest', async (t) => {
  const { fastify, origin, renders } = await openSite(t);
  const page = await PageDriver.open(origin, '/one');
  page.send(['prefetch', 7, change(), [], '/two']);
  await page.next('prefetched');
  page.send(['event', 1, change(), [], '/two', 7]);
  assert.deepEqual(await page.answerTo(1), ['patch', 1]);
  assert.equal(renders.at(-1), 'two 0 - /two');
  assert.equal([...fastify.issr.pages.values()][0]?.path, '/two');
  assert.equal(await fastify.issr.changed('two'), 1);
});

test('a prefetched page that is gone is answered by the whole page', async (t) => {
  const { origin } = await openSite(t, { maxPrefetches: 1 });
  const page = await PageDriver.open(origin, '/one');
  page.send(['prefetch', 1, change(), [], '/two']);
  await page.next('prefetched');
  page.send(['prefetch', 2, change(), [], '/three']);
  await page.next('prefetched');
  page.send(['event', 1, change(), [], '/two', 1]);
  assert.equal((await page.answerTo(1))[0], 'page');
});

test('maxPrefetches limits the pages that are being rendered', async (t) => {
  const { origin, hold } = await openSite(t, { maxPrefetches: 2 });
  const page = await PageDriver.open(origin, '/one');
  const release = hold();
  for (const id of [1, 2, 3]) page.send(['prefetch', id, change(), [], `/p${id}`]);
  assert.deepEqual(await page.next('prefetched'), ['prefetched', 3]);
  release();
  assert.equal((await page.next('prefetched')).length, 4);
  assert.equal((await page.next('prefetched')).length, 4);
});

test('a prefetch assigns state and runs no action', async (t) => {
  const { origin, renders, ran } = await openSite(t);
  const page = await PageDriver.open(origin, '/one');
  page.send(['prefetch', 1, change(), [['n', '4']]]);
  assert.match(JSON.stringify(await page.next('prefetched')), /4/);
  assert.equal(renders.at(-1), 'one 4! - /one');
  const before = renders.length;
  for (const name of ['remove', 'unknown', '__proto__']) {
    page.send(['prefetch', 2, change(), [[name, '1']]]);
    assert.deepEqual(await page.next('prefetched'), ['prefetched', 2]);
  }
  assert.equal(renders.length, before);
  assert.deepEqual(ran, []);
  await page.rr();
  assert.equal(renders.at(-1), 'one 0 - /one');
});

for (const [what, path] of [
  ['that its hooks refuse', '/secret'],
  ['that redirects', '/moved'],
  ['that is not a page', '/issr.js'],
]) {
  test(`a prefetch of a path ${what} brings nothing`, async (t) => {
    const { origin } = await openSite(t);
    const page = await PageDriver.open(origin, '/one');
    page.send(['prefetch', 1, change(), [], path]);
    assert.deepEqual(await page.next('prefetched'), ['prefetched', 1]);
  });
}

test('a prefetch of another site ends the connection', async (t) => {
  const { origin, renders } = await openSite(t);
  const page = await PageDriver.open(origin, '/one');
  const before = renders.length;
  page.send(['prefetch', 1, change(), [], 'https://other.example/']);
  assert.deepEqual(await page.closed(), { code: 1002, reason: 'ISSR_ERR_MESSAGE' });
  assert.equal(renders.length, before);
});

test('prefetches above the rate of a page are refused', async (t) => {
  const { origin, renders } = await openSite(t, {
    maxEventsPerSecond: 1,
    maxEventBurst: 3,
    maxPrefetches: 50,
  });
  const page = await PageDriver.open(origin, '/one');
  for (let id = 1; id <= 20; id++) page.send(['prefetch', id, change(), [], `/p${id}`]);
  await page.settled();
  await waitFor(() => page.messages.filter(([verb]) => verb === 'prefetched').length === 20);
  assert.ok(renders.filter((render) => render.includes('!')).length <= 5);
});

test('a prefetched page does not outlive a resync', async (t) => {
  const { origin } = await openSite(t);
  const page = await PageDriver.open(origin, '/one');
  page.send(['prefetch', 1, change(), [], '/two']);
  await page.next('prefetched');
  page.send(['resync']);
  await page.next('page');
  page.send(['event', 1, change(), [], '/two', 1]);
  assert.equal((await page.answerTo(1))[0], 'page');
});

test('a page is not rendered for a prerender', async (t) => {
  const { fastify, renders } = await openSite(t);
  const load = (purpose: string, url = '/one') =>
    fastify.inject({ url, headers: { 'sec-purpose': purpose } });
  const { statusCode, headers, body } = await load('prefetch;prerender');
  assert.deepEqual([statusCode, headers['cache-control'], body], [503, 'no-store', '']);
  assert.equal((await load('prefetch;anonymous-client-ip;prerender')).statusCode, 503);
  assert.equal((await load('prefetch;prerender', '/secret')).statusCode, 403, 'the hooks run');
  assert.deepEqual(renders, []);
  assert.equal((await load('prefetch')).statusCode, 200);
  assert.deepEqual(renders, ['one 0 - /one']);
});

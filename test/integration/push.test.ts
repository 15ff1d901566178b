import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyRequest } from 'fastify';
import type { RerenderTarget } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

async function openScores(t: Parameters<typeof createServer>[0]) {
  const fastify = await createServer(t);
  const state = { score: 0 };
  const view = (request: { query: unknown }) => `<p>${JSON.stringify(request.query)} ${state.score}</p>`;
  fastify.issrRoute('/scores', view);
  fastify.issrRoute('/other', view);
  const origin = await listen(fastify);
  const [a, b, other] = await Promise.all([
    PageDriver.open(origin, '/scores?name=a'),
    PageDriver.open(origin, '/scores?name=b'),
    PageDriver.open(origin, '/other'),
  ]);
  const pageOf = ({ id }: PageDriver) => {
    const page = fastify.issr.pages.get(id);
    assert.ok(page);
    return page;
  };
  return { fastify, state, origin, a, b, other, pageOf };
}

test('rr renders and counts pages by id, list, path or predicate', async (t) => {
  const { fastify, state, a, b, other, pageOf } = await openScores(t);
  const targets: [RerenderTarget, PageDriver[]][] = [
    [pageOf(a), [a]],
    [
      [pageOf(a), pageOf(other)],
      [a, other],
    ],
    [new Set([pageOf(b)]), [b]],
    ['/scores', [a, b]],
    [(page) => page.params.get('name') === 'b', [b]],
    [[], []],
    ['/nowhere', []],
  ];
  for (const [target, reached] of targets) {
    state.score++;
    assert.equal(await fastify.issr.rr(target), reached.length);
    for (const page of [a, b, other]) {
      if (reached.includes(page)) await page.next('patch');
      else await page.settled();
      assert.equal(page.text.endsWith(` ${state.score}`), reached.includes(page));
    }
  }
});

test('a target that names no page is refused by what it is', async (t) => {
  const { fastify, pageOf, a } = await openScores(t);
  for (const target of [undefined, null, 3, {}, [pageOf(a), {}], new Map([[a.id, pageOf(a)]])]) {
    assert.throws(() => fastify.issr.rr(target as never), { code: 'ISSR_ERR_TARGET' });
  }
});

test('params that are not texts are refused by their name', async (t) => {
  const { fastify, pageOf, a } = await openScores(t);
  for (const params of [{ x: 5 }, { x: undefined }, { x: ['a', null] }, null, 'x']) {
    const expected = { code: 'ISSR_ERR_TARGET', message: /the param 'x' of type|params that are/ };
    assert.throws(() => fastify.issr.rr('/', params as never), expected);
    assert.throws(() => pageOf(a).rr(params as never), expected);
  }
});

test('params of a push are assigned to the page, told to it, and stay', async (t) => {
  const { fastify, a, pageOf } = await openScores(t);
  await fastify.issr.rr(pageOf(a), { tab: 'two', list: ['x', 'y'] });
  assert.deepEqual(await a.next('state'), [
    'state',
    [
      ['tab', 'two'],
      ['list', ['x', 'y']],
    ],
  ]);
  await a.next('patch');
  await a.rr();
  assert.match(a.text, /^{"name":"a","tab":"two","list":\["x","y"\]}/);
});

test('pushes during a render become one more render', async (t) => {
  const fastify = await createServer(t);
  const waiting: (() => void)[] = [];
  let began = () => {};
  let renders = 0;
  let value = 'load';
  fastify.issrRoute('/', async (request) => {
    const shown = value;
    if (!request.issr.firstTime) {
      renders++;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        began();
      });
    }
    return `<p>${shown}</p>`;
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  const nextRender = () => new Promise<void>((resolve) => (began = resolve));

  const first = nextRender();
  const pushes = [fastify.issr.rr('/')];
  await first;
  value = 'newest';
  for (let i = 0; i < 10; i++) pushes.push(fastify.issr.rr('/'));
  const second = nextRender();
  assert.deepEqual(await Promise.all(pushes.slice(1)), Array(10).fill(1));
  waiting.shift()?.();
  await second;
  waiting.shift()?.();
  assert.equal(await pushes[0], 1);
  await page.next('patch');
  assert.equal(renders, 2);
  assert.equal(page.text, 'newest');
});

test('an action may wait for a push to the page that it came from', async (t) => {
  const fastify = await createServer(t);
  let count = 0;
  const add = async () => {
    count++;
    await fastify.issr.rr('/');
  };
  fastify.issrRoute('/', { actions: { add } }, () => `<p>${count}</p>`);
  const page = await PageDriver.open(await listen(fastify), '/');
  page.send(['event', 1, [[], []], [['add', 't']]]);
  await page.next('patch');
  assert.equal(page.text, '1');
});

test('a push that changes nothing sends nothing', async (t) => {
  const fastify = await createServer(t);
  let text = 'old';
  fastify.issrRoute('/', () => `<p>${text}</p>`);
  const page = await PageDriver.open(await listen(fastify), '/');
  await fastify.issr.rr('/');
  text = 'new';
  await fastify.issr.rr('/');
  await page.next('patch');
  assert.deepEqual(
    page.messages.map(([verb]) => verb),
    ['joined', 'patch'],
  );
});

test('a push to a page that is gone resolves at once', async (t) => {
  const { fastify, a, pageOf } = await openScores(t);
  const page = pageOf(a);
  page.close();
  await a.closed();
  await fastify.issr.rr(page);
  await page.rr();
  assert.equal(fastify.issr.pages.has(a.id), false);
});

test('a page closed during its render resolves its push', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', async (request) => {
    request.issr.page?.close();
    return `<p>${request.issr.firstTime}</p>`;
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  assert.equal(await fastify.issr.rr('/'), 1);
  assert.deepEqual(await page.closed(), { code: 1000, reason: 'closed' });
  assert.deepEqual(
    page.messages.map(([verb]) => verb),
    ['joined'],
  );
});

test('a handler that fails in a push is an error of that page only', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute<{ Querystring: { name: string } }>('/', ({ issr, query }) => {
    if (!issr.firstTime && query.name === 'a') throw new Error('a only');
    return `<p>${query.name} ${issr.firstTime}</p>`;
  });
  const origin = await listen(fastify);
  const a = await PageDriver.open(origin, '/?name=a');
  const b = await PageDriver.open(origin, '/?name=b');
  assert.equal(await fastify.issr.rr('/'), 2);
  assert.equal((await a.next('error'))[1], 0);
  await b.next('patch');
  assert.deepEqual([a.text, b.text], ['a true', 'b false']);
});

test('events do not wait for the pushes to all other pages', async (t) => {
  const fastify = await createServer(t);
  let pushes = 0;
  const pushesBefore: Record<string, number> = {};
  const render = ({ issr }: FastifyRequest, name: string) => {
    for (const end = performance.now() + 2; performance.now() < end; );
    if (issr.action) pushesBefore[name] = pushes;
    else if (!issr.firstTime) pushes++;
    return `<p>${pushes}</p>`;
  };
  fastify.issrRoute('/scores', (request) => render(request, 'scores'));
  fastify.issrRoute('/other', (request) => render(request, 'other'));
  const origin = await listen(fastify);
  const pages: PageDriver[] = [];
  for (let i = 0; i < 60; i++) pages.push(await PageDriver.open(origin, '/scores'));
  const other = await PageDriver.open(origin, '/other');
  // The last page's own push waits before its event.
  const clicking = [pages.at(-1), other].map((page) => page?.click('go'));
  await fastify.issr.rr('/scores');
  await Promise.all(clicking);
  assert.ok(pushes >= 60);
  for (const name of ['scores', 'other'])
    assert.ok(Number(pushesBefore[name]) < 30, `${pushesBefore[name]} pushes before the event of ${name}`);
});

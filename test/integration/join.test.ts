import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Fastify, { type FastifyInstance } from 'fastify';
import issrPlugin, { type DisconnectReason, type IssrOptions, type IssrPage } from '../../src/index.js';
import { PageDriver } from '../support/page-driver.js';
import { closeAfter, createServer, listen } from '../support/server.js';

/** A page that shows its param `x` and how often it was rendered. */
async function openSite(t: TestContext, options: IssrOptions = {}) {
  const fastify = await createServer(t, options);
  const site = { fastify, renders: 0, origin: '' };
  fastify.issrRoute<{ Querystring: { x?: string } }>('/', (request) => {
    site.renders++;
    return `<p>x=${request.query.x ?? ''} render ${site.renders}</p>`;
  });
  site.origin = await listen(fastify);
  return site;
}

function verbsOf(page: PageDriver): string[] {
  return page.messages.map(([verb]) => verb);
}

test('a load renders once, and joining does not render again', async (t) => {
  const site = await openSite(t);
  const page = await PageDriver.open(site.origin, '/?x=1');
  await page.settled();
  assert.deepEqual(verbsOf(page), ['joined', 'pong']);
  assert.equal(site.renders, 1);
});

test('a shadow that does not fit gets the HTML of the load', async (t) => {
  const site = await openSite(t);
  const page = await PageDriver.load(site.origin, '/');
  await page.connect();
  await page.join({ hash: 1 });
  assert.deepEqual(await page.next('base'), ['base', page.loaded]);
  assert.equal((await page.rr())[0], 'patch');
  assert.deepEqual([page.text, site.renders], ['x= render 2', 2]);
});

test('a push between load and join is not missed', async (t) => {
  const site = await openSite(t);
  const page = await PageDriver.load(site.origin, '/');
  assert.equal(await site.fastify.issr.rr('/'), 0);
  await page.connect();
  await page.join();
  await page.next('patch');
  assert.equal(page.text, 'x= render 2');
});

test('an evicted page is rendered from its params at its join', async (t) => {
  const site = await openSite(t, { maxUnjoinedPages: 1 });
  const page = await PageDriver.load(site.origin, '/?x=1');
  await PageDriver.load(site.origin, '/');
  await page.connect();
  await page.join({ params: [['x', '7']] });
  await page.next('page');
  assert.equal(page.text, 'x=7 render 3');
});

test('a page that resumes costs no render', async (t) => {
  const site = await openSite(t);
  const page = await PageDriver.open(site.origin, '/?x=1');
  await page.rr();
  const [known] = site.fastify.issr.pages.values();
  assert.ok(known);
  known.data.kept = 'yes';
  await page.drop();
  await page.connect();
  assert.deepEqual(await page.join(), ['joined', 1, true]);
  await page.settled();
  assert.deepEqual(verbsOf(page), ['joined', 'patch', 'joined', 'pong']);
  assert.equal(site.renders, 2);
  assert.deepEqual([...site.fastify.issr.pages.values()], [known]);
  assert.equal(known.data.kept, 'yes');
});

test('what a page missed while it was away is sent as it comes back', async (t) => {
  const site = await openSite(t);
  const page = await PageDriver.open(site.origin, '/');
  await page.drop();
  await untilDetached(site.fastify, page.id);
  await site.fastify.issr.rr('/', { x: 'pushed' });
  assert.equal(site.renders, 1, 'a page that is away is not rendered');
  await page.connect();
  await page.join();
  assert.deepEqual(await page.next('state'), ['state', [['x', 'pushed']]]);
  await page.next('patch');
  assert.equal(page.text, 'x=pushed render 2');
});

test('a page that lost an answer on the way gets the whole page', async (t) => {
  const site = await openSite(t);
  const page = await PageDriver.open(site.origin, '/');
  await page.rr();
  await page.drop();
  await page.connect();
  await page.join({ patches: 0 });
  await page.next('page');
  assert.equal(page.text, 'x= render 3');
});

test('a lost answer is made up for at the next reconnect', async (t) => {
  const site = await openSite(t);
  const page = await PageDriver.open(site.origin, '/');
  await page.rr();
  page.patches--;
  await page.drop();
  await page.connect();
  await page.join();
  await page.next('page');
  await page.drop();
  await page.connect();
  await page.join();
  await page.settled();
  assert.deepEqual(verbsOf(page).slice(-2), ['joined', 'pong']);
  assert.equal(site.renders, 3);
});

test('an event that is sent again after a reconnect runs once', async (t) => {
  const site = await openSite(t);
  const page = await PageDriver.open(site.origin, '/');
  await page.rr();
  await page.drop();
  await page.connect();
  assert.deepEqual(await page.join(), ['joined', 1, true]);
  page.send(['event', 1, [[], []], []]);
  await page.rr();
  assert.equal(site.renders, 3);
});

test('a page outlives a restart with the same secret', async (t) => {
  const secret = 'the same secret for all processes';
  const before = await openSite(t, { secret });
  const page = await PageDriver.open(before.origin, '/');
  await page.rr({ changed: [['x', '5']] });
  assert.equal(page.text, 'x=5 render 2');
  await before.fastify.close();
  assert.deepEqual(await page.closed(), { code: 1001, reason: 'shutdown' });

  const after = await openSite(t, { secret });
  const again = await PageDriver.load(after.origin, '/');
  const { event, patches, token } = page;
  await again.connect();
  assert.deepEqual(await again.join({ token, event, patches, params: [['x', '5']] }), ['joined', 1, false]);
  await again.next('page');
  assert.equal(again.text, 'x=5 render 2');
  again.event = 1;
  assert.deepEqual((await again.rr()).slice(0, 2), ['patch', 2]);
});

test('a second connection of a page ends the first with 4409', async (t) => {
  const site = await openSite(t);
  const page = await PageDriver.open(site.origin, '/');
  const same = new PageDriver(site.origin, '/', {}, page.answer);
  await same.connect();
  assert.deepEqual(await same.join({ secret: page.secret }), ['joined', 0, true]);
  assert.deepEqual(await page.closed(), { code: 4409, reason: 'joined again' });
  assert.equal(site.fastify.issr.pages.size, 1);
  assert.equal((await same.rr())[0], 'patch');
});

test('a connection that is too old ends with 4410 once idle', async (t) => {
  const site = await openSite(t, { maxConnectionAge: 300, pingInterval: 80, joinTimeout: 80 });
  const page = await PageDriver.open(site.origin, '/');
  await page.rr();
  assert.deepEqual(await page.closed(), { code: 4410, reason: 'renew' });
  await page.connect({ 'x-trace': 'another' });
  assert.deepEqual((await page.join()).slice(0, 3), ['joined', 1, true]);
  assert.equal((await page.rr())[0], 'patch');
});

test('a page at duplicate slashes joins if the router ignores them', async (t) => {
  const fastify = closeAfter(t, Fastify({ routerOptions: { ignoreDuplicateSlashes: true } }));
  await fastify.register(issrPlugin);
  fastify.issrRoute<{ Params: { n: string } }>('/page/:n', ({ params, query }) => {
    return `<p>${params.n} ${JSON.stringify(query)}</p>`;
  });
  const page = await PageDriver.open(await listen(fastify), '//page///1?x=//y');
  assert.deepEqual(
    Array.from(fastify.issr.pages.values(), ({ path }) => path),
    ['/page/1'],
  );
  assert.equal(await fastify.issr.rr('/page/1', { x: '2' }), 1);
  await page.next('patch');
  assert.equal(page.text, '1 {"x":"2"}');
  await page.rr({ url: '///page//3' });
  assert.equal(page.text, '3 {}');
});

test('onConnect and onDisconnect run once for each page', async (t) => {
  const heard: unknown[] = [];
  let heardMore = () => {};
  const note = (...what: unknown[]) => {
    heard.push(what);
    heardMore();
  };
  const site = await openSite(t, {
    resumeWindow: 20,
    onConnect: (page, request) => note('connect', page.path, request.headers.upgrade),
    onDisconnect: (page, reason) => note(reason, page.params.get('x')),
  });
  site.fastify.issr.onDisconnect(() => {
    throw new Error('a hook that fails harms nobody');
  });
  const until = (count: number) =>
    new Promise<void>((resolve) => {
      heardMore = () => heard.length >= count && resolve();
      heardMore();
    });

  const left = await PageDriver.open(site.origin, '/?x=1');
  left.send(['bye']);
  assert.deepEqual(await left.closed(), { code: 1000, reason: 'left' });
  const lost = await PageDriver.open(site.origin, '/?x=2');
  await lost.drop();
  await until(4);
  const closed = await PageDriver.open(site.origin, '/?x=3');
  site.fastify.issr.pages.get(closed.id)?.close();
  assert.deepEqual(await closed.closed(), { code: 1000, reason: 'closed' });
  const open = await PageDriver.open(site.origin, '/?x=4');
  await site.fastify.close();
  assert.deepEqual(await open.closed(), { code: 1001, reason: 'shutdown' });
  assert.deepEqual(heard, [
    ['connect', '/', 'websocket'],
    ['left', '1'],
    ['connect', '/', 'websocket'],
    ['lost', '2'],
    ['connect', '/', 'websocket'],
    ['closed', '3'],
    ['connect', '/', 'websocket'],
    ['shutdown', '4'],
  ] satisfies [DisconnectReason | 'connect', ...unknown[]][]);
});

test('request.issr says what a request is: load, event, push, rejoin', async (t) => {
  const fastify = await createServer(t, { secret: 'the same secret for all processes' });
  const seen: unknown[] = [];
  const pages = new Set<IssrPage | null>();
  fastify.issrRoute('/', ({ issr }) => {
    seen.push([issr.id, issr.firstTime, issr.action, issr.result]);
    pages.add(issr.page);
    return '<p>text</p>';
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  await page.click('go', 'far');
  await fastify.issr.rr('/');
  await page.drop();
  await page.connect();
  await page.join({ hash: 1 });
  await page.next('page');
  assert.deepEqual(seen, [
    [page.id, true, null, undefined],
    [page.id, false, { name: 'go', value: 'far' }, undefined],
    [page.id, false, null, undefined],
    [page.id, false, null, undefined],
  ]);
  assert.deepEqual([...pages], [null, fastify.issr.pages.get(page.id)]);
});

/** The server hears of a dropped connection a little later than the page. */
async function untilDetached(fastify: FastifyInstance, id: string): Promise<void> {
  const page = fastify.issr.pages.get(id) as IssrPage & { state: string };
  while (page.state === 'connected') await new Promise(setImmediate);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyRequest } from 'fastify';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

/** Pages at `/ticket?id=…`, each showing the ticket's text and who looks at it. */
async function openTickets(t: Parameters<typeof createServer>[0], options = {}) {
  const fastify = await createServer(t, options);
  const tickets = new Map([
    ['1', 'one'],
    ['2', 'two'],
  ]);
  let renders = 0;
  fastify.issrRoute<{ Querystring: { id: string; who?: string } }>('/ticket', ({ query, issr }) => {
    renders++;
    const text = tickets.get(query.id);
    issr.watch(`ticket:${query.id}`);
    const viewers = query.who ? issr.presence(`viewers:${query.id}`, query.who) : [];
    return `<p>${text} ${viewers.sort().join('+')}</p>`;
  });
  const origin = await listen(fastify);
  return {
    fastify,
    tickets,
    origin,
    get renders() {
      return renders;
    },
  };
}

test('changed renders exactly the pages that watch a key and counts them', async (t) => {
  const site = await openTickets(t);
  const { fastify, tickets, origin } = site;
  const [a, b, other] = await Promise.all(
    ['1', '1', '2'].map((id) => PageDriver.open(origin, `/ticket?id=${id}`)),
  );
  assert.ok(a && b && other);
  tickets.set('1', 'changed');
  const before = site.renders;
  assert.equal(await fastify.issr.changed('ticket:1'), 2);
  await Promise.all([a.next('patch'), b.next('patch')]);
  assert.deepEqual([a.text, b.text, other.text], ['changed ', 'changed ', 'two ']);
  assert.equal(site.renders - before, 2);
  assert.equal(await fastify.issr.changed('ticket:1', 'ticket:2', 'nothing'), 3);
  assert.equal(await fastify.issr.changed('ticket'), 0);
});

test('a page watches what its last render named', async (t) => {
  const { fastify, tickets, origin } = await openTickets(t);
  const page = await PageDriver.open(origin, '/ticket?id=1');
  await page.rr({ changed: [['id', '2']] });
  assert.equal(page.text, 'two ');
  assert.equal(await fastify.issr.changed('ticket:1'), 0);
  tickets.set('2', 'new');
  assert.equal(await fastify.issr.changed('ticket:2'), 1);
  await page.next('patch');
  assert.equal(page.text, 'new ');
});

test('a change between load and join reaches the page', async (t) => {
  const site = await openTickets(t);
  const page = await PageDriver.load(site.origin, '/ticket?id=1');
  site.tickets.set('1', 'late');
  await site.fastify.issr.changed('ticket:1');
  await page.connect();
  await page.join();
  await page.next('patch');
  assert.equal(page.text, 'late ');

  const calm = await PageDriver.load(site.origin, '/ticket?id=2');
  await site.fastify.issr.changed('ticket:1');
  const before = site.renders;
  await calm.connect();
  await calm.join();
  await calm.settled();
  assert.equal(site.renders, before);
});

test('a change during a render reaches a newly watched key', async (t) => {
  const fastify = await createServer(t);
  const state = { text: 'old' };
  let onRead = () => {};
  fastify.issrRoute<{ Querystring: { watch?: string } }>('/', async ({ query, issr }) => {
    const { text } = state;
    if (query.watch) {
      onRead();
      await new Promise((resolve) => setImmediate(resolve));
      issr.watch('late');
    }
    return `<p>${text}</p>`;
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  onRead = () => {
    onRead = () => {};
    state.text = 'new';
    void fastify.issr.changed('late');
  };
  await page.rr({ changed: [['watch', '1']] });
  await waitFor(() => page.text === 'new');
});

test('presence lists everyone who looks, and drops a visitor who left', async (t) => {
  const { origin } = await openTickets(t);
  const ann = await PageDriver.open(origin, '/ticket?id=1&who=ann');
  await waitFor(() => ann.text === 'one ann');
  const bob = await PageDriver.open(origin, '/ticket?id=1&who=bob');
  const elsewhere = await PageDriver.open(origin, '/ticket?id=2&who=eve');
  await waitFor(
    () => ann.text === 'one ann+bob' && bob.text === 'one ann+bob' && elsewhere.text === 'two eve',
  );
  bob.send(['bye']);
  await waitFor(() => ann.text === 'one ann');
});

test('a changed presence record costs its own page one render', async (t) => {
  const site = await openTickets(t);
  const ann = await PageDriver.open(site.origin, '/ticket?id=1&who=ann');
  const bob = await PageDriver.open(site.origin, '/ticket?id=1&who=bob');
  await waitFor(() => ann.text === 'one ann+bob' && bob.text === 'one ann+bob');
  const before = site.renders;
  await ann.rr({ changed: [['who', 'zoe']] });
  await waitFor(() => bob.text === 'one bob+zoe');
  assert.equal(ann.text, 'one bob+zoe');
  assert.equal(site.renders - before, 2);
});

test('presence lists render a page at most 20 times a second', async (t) => {
  const fastify = await createServer(t);
  let renders = 0;
  fastify.issrRoute<{ Querystring: { who: string } }>('/', ({ query, issr }) => {
    if (query.who === 'ann') renders++;
    return `<p>${issr.presence('room', query.who).sort().join('+')}</p>`;
  });
  const origin = await listen(fastify);
  const ann = await PageDriver.open(origin, '/?who=ann');
  const bob = await PageDriver.open(origin, '/?who=bob');
  await waitFor(() => ann.text === 'ann+bob');
  const [before, began] = [renders, performance.now()];
  for (let i = 0; i < 40; i++) await bob.rr({ changed: [['who', `bob${i}`]] });
  await waitFor(() => ann.text === 'ann+bob39');
  const most = 2 + (performance.now() - began) / 50;
  assert.ok(renders - before <= most, `${renders - before} renders, at most ${most}`);
});

const limits: [name: string, options: object, allowed: string, refused: string][] = [
  ['maxWatchedKeys', { maxWatchedKeys: 2 }, 'watch=a&watch=b', 'watch=a&watch=b&watch=c'],
  ['maxWatchedKeyLength', { maxWatchedKeyLength: 3 }, 'watch=abc', 'watch=abcd'],
  ['maxPresenceLength', { maxPresenceLength: 5 }, 'record=abc', 'record=abcd'],
];
for (const [name, options, allowed, refused] of limits) {
  test(`${name} is enforced`, async (t) => {
    const fastify = await createServer(t, options);
    fastify.issrRoute<{ Querystring: { watch?: string | string[]; record?: string } }>(
      '/',
      ({ query, issr }) => {
        issr.watch(...[query.watch ?? []].flat());
        if (query.record) issr.presence('x', query.record);
        return '<p>ok</p>';
      },
    );
    const origin = await listen(fastify);
    await PageDriver.open(origin, `/?${allowed}`);
    const response = await fetch(`${origin}/?${refused}`);
    assert.equal(response.status, 500);
    assert.match(await response.text(), new RegExp(`ISSR_ERR_WATCH.*${name}`));
  });
}

test('changed refuses a key that no page could watch', async (t) => {
  const fastify = await createServer(t);
  assert.throws(() => fastify.issr.changed('x'.repeat(201)), { code: 'ISSR_ERR_WATCH' });
  assert.throws(() => fastify.issr.changed(7 as never), { code: 'ISSR_ERR_WATCH' });
});

test("a visitor's key that is too long fails the event, also if changed is not awaited", async (t) => {
  const fastify = await createServer(t, { showErrors: true });
  const say = (request: FastifyRequest) => {
    void fastify.issr.changed(`room ${(request.query as { room: string }).room}`);
  };
  fastify.issrRoute('/', { actions: { say } }, () => '<p></p>');
  const page = await PageDriver.open(await listen(fastify), '/');
  page.sendEvent({ changed: [['room', 'x'.repeat(200)]], actions: [['say', 't']] });
  const [, , { message = '' }] = await page.next('error');
  assert.match(message, /key of 205 characters/);
  await page.rr({ changed: [['room', 'a']], actions: [['say', 't']] });
});

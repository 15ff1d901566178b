import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import issrPlugin from '../../src/index.js';
import type { PageError } from '../../src/protocol.js';
import { PageDriver } from '../support/page-driver.js';
import { closeAfter, createServer, listen } from '../support/server.js';

test('a visit to a route that is not a page loads it without running it', async (t) => {
  const fastify = await createServer(t);
  const runs: string[] = [];
  fastify.issrRoute('/', () => '<p>home</p>');
  fastify.issrRoute('/:name', () => '<p>named</p>');
  fastify.get('/callback', ({ url }) => runs.push(url));
  fastify.get('/files/*', ({ url }) => runs.push(url));
  const page = await PageDriver.open(await listen(fastify), '/');
  let event = 0;
  for (const url of ['/callback?code=1', '/files/a/b', '/a/page/nowhere']) {
    page.send(['event', ++event, [[], []], [], url]);
    assert.deepEqual(await page.next('redirect'), ['redirect', event, url, false]);
  }
  assert.deepEqual(runs, []);
});

test('a visit to a page renders it in place, by pattern and constraint', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => '<p>home</p>');
  fastify.issrRoute('/:name', ({ params }) => `<p>${(params as { name: string }).name}</p>`);
  fastify.issrRoute('/host', { constraints: { host: 'other.example' } }, () => '<p>other</p>');
  const page = await PageDriver.open(await listen(fastify), '/');
  page.send(['event', 1, [[], []], [], '/ann?x=1']);
  await page.next('patch');
  assert.equal(page.text, 'ann');
  page.send(['event', 2, [[], []], [], '/host']);
  await page.next('patch');
  assert.equal(page.text, 'host');
});

test('an earlier static route goes before a page with params', async (t) => {
  const fastify = closeAfter(t, Fastify());
  let runs = 0;
  fastify.get('/callback', () => ++runs);
  await fastify.register(issrPlugin);
  fastify.issrRoute('/:name', () => '<p>named</p>');
  const page = await PageDriver.open(await listen(fastify), '/home');
  page.send(['event', 1, [[], []], [], '/callback']);
  assert.deepEqual(await page.next('redirect'), ['redirect', 1, '/callback', false]);
  assert.equal(runs, 0);
});

test('a join at a route that is not a page waits for an event', async (t) => {
  const fastify = await createServer(t);
  let runs = 0;
  fastify.issrRoute('/', () => '<p>home</p>');
  fastify.get('/flush', () => ++runs);
  const page = await PageDriver.load(await listen(fastify), '/');
  await page.connect();
  page.sendJoin({ url: '/flush' });
  await page.settled();
  assert.deepEqual(await page.rr(), ['redirect', 1, '/flush', false]);
  const [verb, event, error] = await page.click('add');
  assert.deepEqual([verb, event, (error as PageError).status], ['error', 2, 400], 'a command is not lost');
  assert.match((error as PageError).message ?? '', /Unknown action 'add': \/flush is not a page/);
  assert.equal(runs, 0);
});

test('the page of a prefix runs events with and without a slash at the end', async (t) => {
  const fastify = await createServer(t);
  let count = 0;
  const actions = { add: () => void count++ };
  await fastify.register(
    async (admin) => {
      admin.issrRoute('/', { actions }, () => `<p>${count}</p>`);
      admin.issrRoute('/other', () => '<p>other</p>');
    },
    { prefix: '/admin' },
  );
  const origin = await listen(fastify);
  for (const path of ['/admin', '/admin/']) {
    const page = await PageDriver.open(origin, path);
    await page.click('add');
    assert.equal(page.text, `${count}`);
    await page.rr({ url: '/admin/other' });
    await page.rr({ url: path });
    assert.equal(page.text, `${count}`);
  }
  assert.equal(count, 2);
});

test('a page with an optional param runs events without it', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/notes/:id?', ({ params }) => `<p>note ${(params as { id?: string }).id}</p>`);
  const page = await PageDriver.open(await listen(fastify), '/notes');
  assert.equal((await page.rr())[0], 'patch');
  await page.rr({ url: '/notes/1' });
  assert.equal(page.text, 'note 1');
  await page.rr({ url: '/notes' });
  assert.equal(page.text, 'note undefined');
});

test('a visit to an address that looks like a broken pattern finds its page', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/:name', ({ params }) => `<p>${(params as { name: string }).name}</p>`);
  const page = await PageDriver.open(await listen(fastify), '/home');
  for (const name of [':(b', ':a(+)', '*b', ':name']) {
    await page.rr({ url: `/${name}` });
    assert.equal(page.text, name);
  }
});

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PageError } from '../../src/protocol.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

const show = (value: unknown) => `<p>${JSON.stringify(value)}</p>`;
const shown = ({ text }: PageDriver) => JSON.parse(text) as Record<string, unknown>;

async function openPage(
  t: TestContext,
  url = '/',
  properties: Record<string, ReturnType<typeof Type.String>> = {},
) {
  const fastify = await createServer(t);
  const schema = { querystring: Type.Object(properties) };
  fastify.issrRoute('/', { schema }, (request) => show(request.query));
  return PageDriver.open(await listen(fastify), url);
}

test('puts an action in the query of its own event only', async (t) => {
  const page = await openPage(t);
  await page.click('go', 'far');
  assert.deepEqual(shown(page), { go: 'far' });
  await page.rr();
  assert.deepEqual(shown(page), {});
  assert.ok(!page.messages.some(([verb]) => verb === 'state'));
});

test("assigns an action whose name is in the page's URL", async (t) => {
  const page = await openPage(t, '/?x=1');
  await page.click('x', '2');
  await page.rr();
  assert.deepEqual(shown(page), { x: '2' });
  assert.ok(!page.messages.some(([verb]) => verb === 'state'), 'the page can tell by itself');
});

test('assigns an action whose name an element has', async (t) => {
  const page = await openPage(t);
  await page.rr({ changed: [['x', '1']], actions: [['x', '2']] });
  await page.rr();
  assert.deepEqual(shown(page), { x: '2' });
});

test('assigns an action whose name the schema declares', async (t) => {
  const page = await openPage(t, '/', { x: Type.String({ default: 'none' }) });
  assert.deepEqual(shown(page), { x: 'none' });
  await page.click('x', '1');
  assert.deepEqual(await page.next('state'), ['state', [['x', '1']]]);
  await page.click('x', '2');
  await page.rr();
  assert.deepEqual(shown(page), { x: '2' });
  assert.equal(page.messages.filter(([verb]) => verb === 'state').length, 1);
});

test('assigns nothing in an event that fails', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute<{ Querystring: { x: string } }>('/', ({ query }) => {
    if (query.x === 'bad') throw new Error('bad');
    return show(query);
  });
  const page = await PageDriver.open(await listen(fastify), '/?x=good');
  assert.equal((await page.click('x', 'bad'))[0], 'error');
  await page.rr();
  assert.deepEqual(shown(page), { x: 'good' });
});

test('removes params, and answers no params message', async (t) => {
  const page = await openPage(t, '/?x=1&y=1&y=2');
  assert.deepEqual(shown(page), { x: '1', y: ['1', '2'] });
  page.send(['params', [[['z', '3']], ['x']]]);
  await page.settled();
  assert.deepEqual(
    page.messages.map(([verb]) => verb),
    ['joined', 'pong'],
  );
  await page.rr({ changed: [['y', []]] });
  assert.deepEqual(shown(page), { z: '3' });
});

test('starts a visit with the params of its URL', async (t) => {
  const page = await openPage(t, '/?x=1');
  await page.rr({ url: '/?y=2', changed: [['z', '3']] });
  assert.deepEqual(shown(page), { y: '2', z: '3' });
});

test('runs a declared action before the handler, with its result', async (t) => {
  const fastify = await createServer(t);
  const ran: unknown[] = [];
  const actions = {
    add: async (request: { issr: { action: { name: string; value: string } }; query: unknown }) => {
      ran.push([request.issr.action, { ...(request.query as object) }]);
      return `added ${request.issr.action.value}`;
    },
  };
  fastify.issrRoute('/', { actions }, ({ issr, query }) =>
    show({ result: issr.result, action: issr.action, query }),
  );
  const page = await PageDriver.open(await listen(fastify), '/');
  await page.rr({ changed: [['title', 'tea']], actions: [['add', '7']] });
  const action = { name: 'add', value: '7' };
  assert.deepEqual(ran, [[action, { title: 'tea', add: '7' }]]);
  assert.deepEqual(shown(page), { result: 'added 7', action, query: { title: 'tea', add: '7' } });
  await page.rr({ changed: [['add', 'by an element']] });
  await page.click('add', '8');
  await page.rr();
  const query = { title: 'tea', add: 'by an element' };
  assert.deepEqual(shown(page), { result: 'added 8', action: null, query });
  assert.equal(ran.length, 2);
});

test('never runs a declared action by a GET, a push or a rejoin', async (t) => {
  const fastify = await createServer(t);
  let ran = 0;
  fastify.issrRoute('/', { actions: { add: () => ++ran } }, (request) => show(request.issr.action));
  const page = await PageDriver.open(await listen(fastify), '/?add=1');
  assert.equal(page.text, 'null');
  await fastify.issr.rr('/');
  await page.drop();
  await page.connect();
  await page.join({ hash: 1 });
  await page.next('page');
  for (const name of ['toString', 'constructor', '__proto__']) await page.click(name);
  assert.equal(ran, 0);
});

test('runs actions of one event in order until one throws', async (t) => {
  const fastify = await createServer(t);
  const ran: string[] = [];
  const actions = {
    first: () => void ran.push('first'),
    second: () => {
      ran.push('second');
      throw Object.assign(new Error('not today'), { statusCode: 409 });
    },
    third: () => void ran.push('third'),
  };
  fastify.issrRoute('/', { actions }, () => {
    ran.push('handler');
    return '<p>text</p>';
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  ran.length = 0;
  const [verb, , error] = await page.rr({
    actions: [
      ['first', 't'],
      ['second', 't'],
      ['third', 't'],
    ],
  });
  assert.deepEqual([verb, (error as PageError).status], ['error', 409]);
  assert.deepEqual(ran, ['first', 'second']);
});

test('explains an answer that is neither a page nor a file', async (t) => {
  const fastify = await createServer(t, { showErrors: true });
  const actions = {
    json: (_request: unknown, reply: FastifyReply) => reply.send({ ok: true }),
    stream: (_request: unknown, reply: FastifyReply) =>
      reply.type('text/plain').send(Readable.from(['text'])),
    nothing: (_request: unknown, reply: FastifyReply) => reply.code(204).send(),
    refused: (_request: unknown, reply: FastifyReply) => reply.code(403).send('Not yours'),
  };
  fastify.issrRoute('/', { actions }, () => show('page'));
  const page = await PageDriver.open(await listen(fastify), '/');
  const messageOf = async (action: string) => {
    const [verb, , error] = await page.click(action);
    assert.equal(verb, 'error');
    return (error as PageError).message;
  };
  const rule =
    'A handler or an action must return JSX or an HTML string, redirect, or send a file with ' +
    '"Content-Disposition: attachment". It sent ';
  assert.equal(await messageOf('json'), `${rule}application/json; charset=utf-8: {"ok":true}`);
  assert.equal(await messageOf('stream'), `${rule}text/plain`);
  assert.equal(await messageOf('nothing'), `${rule}nothing`);
  assert.equal(await messageOf('refused'), 'Not yours');
});

test('lets an action redirect by reply', async (t) => {
  const fastify = await createServer(t);
  const actions = {
    home: (_request: unknown, reply: { redirect(url: string): unknown }) => reply.redirect('/home?x=1'),
    away: async (_request: unknown, reply: { redirect(url: string): unknown }) =>
      reply.redirect('https://else.example/a'),
    sneaky: (_request: unknown, reply: { redirect(url: string): unknown }) =>
      reply.redirect('//else.example/a'),
    plain: (_request: unknown, reply: { redirect(url: string): unknown }) => reply.redirect('/plain'),
  };
  let handled = 0;
  fastify.issrRoute('/', { actions }, () => show(handled++));
  fastify.issrRoute('/home', () => show('home'));
  fastify.get('/plain', () => 'plain');
  const page = await PageDriver.open(await listen(fastify), '/');
  assert.deepEqual(await page.click('home'), ['redirect', 1, '/home?x=1', true]);
  assert.deepEqual(await page.click('away'), ['redirect', 2, 'https://else.example/a', false]);
  assert.deepEqual(await page.click('sneaky'), ['redirect', 3, 'http://else.example/a', false]);
  assert.deepEqual(await page.click('plain'), ['redirect', 4, '/plain', false], 'not a page');
  assert.equal(handled, 1);
});

test('a redirect to an absolute URL of the site stays in place behind a proxy', async (t) => {
  const fastify = await createServer(t, {}, { trustProxy: true });
  const actions = {
    home: ({ protocol, host }: FastifyRequest, reply: FastifyReply) =>
      reply.redirect(`${protocol}://${host}/home`),
    away: (_request: FastifyRequest, reply: FastifyReply) => reply.redirect('//else.example/a'),
  };
  fastify.issrRoute('/', { actions }, () => show('start'));
  fastify.issrRoute('/home', () => show('home'));
  const page = await PageDriver.open(await listen(fastify), '/', {
    headers: {
      origin: 'https://site.example',
      'x-forwarded-host': 'site.example',
      'x-forwarded-proto': 'https',
    },
  });
  assert.deepEqual(await page.click('home'), ['redirect', 1, '/home', true]);
  assert.deepEqual(await page.click('away'), ['redirect', 2, 'https://else.example/a', false]);
});

test('runs events of one page in order, one at a time', async (t) => {
  const fastify = await createServer(t);
  let inside = 0;
  const ran: string[] = [];
  fastify.issrRoute('/', async ({ issr }) => {
    assert.equal(++inside, 1);
    await new Promise(setImmediate);
    inside--;
    ran.push(issr.action?.value ?? '');
    return '<p>text</p>';
  });
  const page = await PageDriver.open(await listen(fastify), '/');
  ran.length = 0;
  const values = Array.from({ length: 20 }, (_, i) => String(i));
  const answers = await Promise.all(values.map((value) => page.click('n', value)));
  assert.deepEqual(ran, values);
  assert.deepEqual(
    answers.map(([verb, event]) => [verb, event]),
    values.map((_, i) => ['patch', i + 1]),
  );
});

import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import cookie from '@fastify/cookie';
import session from '@fastify/session';
import Fastify from 'fastify';
import issrPlugin from '../../src/index.js';
import { createServer, listen } from '../support/server.js';

declare module 'fastify' {
  interface Session {
    user?: string;
  }
}

/** A list that a form without script adds to. */
async function openList(t: TestContext) {
  const items: string[] = [];
  const fastify = Fastify();
  t.after(() => fastify.close());
  await fastify.register(issrPlugin);
  fastify.issrRoute<{ Querystring: { title?: string; tab?: string } }>(
    '/list',
    {
      actions: {
        add: (request) => {
          if (!request.query.title) return 'A title, please';
          items.push(request.query.title);
          return undefined;
        },
        remove: (request) => void items.splice(Number(request.issr.action.value), 1),
        leave: (_request, reply) => reply.redirect('/elsewhere'),
      },
    },
    ({ query, issr }) => (
      <form method="post" action="?add">
        <i>{issr.result as string}</i>
        <b>{query.tab}</b>
        {items.join()}
      </form>
    ),
  );
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  const origin = fastify.listeningOrigin;
  const post = (
    url: string,
    body: Record<string, string> = {},
    headers: Record<string, string> = { origin },
  ) => fetch(origin + url, { method: 'POST', body: new URLSearchParams(body), headers, redirect: 'manual' });
  return { items, origin, post };
}

test('a form without script runs the action that its URL names, and is sent on by a GET', async (t) => {
  const { items, post } = await openList(t);
  const response = await post('/list?add&tab=2', { title: 'bread' });
  assert.deepEqual([response.status, response.headers.get('location')], [303, '/list?tab=2']);
  assert.deepEqual(items, ['bread']);
});

test('a button names the action by itself, and gives it its value', async (t) => {
  const { items, post } = await openList(t);
  items.push('bread', 'milk');
  await post('/list', { remove: '1' });
  assert.deepEqual(items, ['bread']);
});

test('an action that returns something is answered by the page that shows it, and that page is live', async (t) => {
  const { items, post } = await openList(t);
  const response = await post('/list?add&tab=2', { title: '' });
  const html = await response.text();
  assert.equal(response.status, 200);
  assert.match(html, /<i>A title, please<\/i><b>2<\/b>/);
  assert.match(html, /data-issr-token=/);
  assert.deepEqual(items, []);
});

test('an action may send the browser elsewhere', async (t) => {
  const { post } = await openList(t);
  const response = await post('/list?leave');
  assert.deepEqual([response.status, response.headers.get('location')], [302, '/elsewhere']);
});

test("another site's form, or one that does not say whose it is, runs nothing", async (t) => {
  const { items, post } = await openList(t);
  for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, {}]) {
    const response = await post('/list?add', { title: 'bread' }, headers as Record<string, string>);
    assert.equal(response.status, 403);
  }
  assert.deepEqual(items, []);
});

test('a GET with the name of an action runs nothing', async (t) => {
  const { items, origin } = await openList(t);
  assert.equal((await fetch(`${origin}/list?add=t&title=bread`)).status, 200);
  assert.deepEqual(items, []);
});

test('a session that a form without script ends is over', async (t) => {
  const fastify = await createServer(t);
  await fastify.register(cookie);
  await fastify.register(session, { secret: 'x'.repeat(32), cookie: { secure: false } });
  const actions = {
    enter: async ({ session }: { session: { user?: string } }) => {
      session.user = 'ada';
    },
    leave: ({ session }: { session: { destroy(): Promise<void> } }) => session.destroy(),
  };
  fastify.issrRoute('/', { actions }, ({ session }) => `<p>${session.user ?? 'nobody'}</p>`);
  const origin = await listen(fastify);
  const post = (action: string, headers = {}) =>
    fetch(`${origin}/?${action}`, { method: 'POST', headers: { origin, ...headers }, redirect: 'manual' });
  const entered = await post('enter');
  const headers = { cookie: entered.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
  const load = async () => (await fetch(origin, { headers })).text();
  assert.match(await load(), /<p>ada<\/p>/);
  await post('leave', headers);
  assert.match(await load(), /<p>nobody<\/p>/);
});
